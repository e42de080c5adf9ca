import { expect, test } from 'vitest';
import { awsPermissions } from '../../../src/providers/aws/permissions.ts';
import { laterTags } from '../../../src/providers/aws/policy.ts';
import { tags } from '../../../src/providers/aws/wire.ts';
import { modelled } from '../../fakes/aws/region.ts';

test('the fake region has every call to EC2 that is made', () => {
  const ec2 = awsPermissions.calls.filter(({ permissions }) => permissions.some(({ name }) => name.startsWith('ec2:')));
  expect(ec2.map(({ call }) => call).toSorted()).toEqual(Object.keys(modelled).toSorted());
});

test('a machine that is there gets no tag by which it is found to be ours', () => {
  const finding: readonly string[] = [tags.deployment, tags.site, tags.slot];
  expect(laterTags.filter((key) => finding.includes(key))).toEqual([]);
  expect(laterTags.length).toBeGreaterThan(0);
});
