import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { awsCalls } from '../../../src/providers/aws/calls.ts';
import { tags } from '../../../src/providers/aws/wire.ts';
import { modelled } from '../../fakes/aws/region.ts';

const dir = join(import.meta.dirname, '../../../src/providers/aws');

/** Every command of an SDK that the provider's source makes. */
const made = new Set(
  readdirSync(dir)
    .map((file) => readFileSync(join(dir, file), 'utf8'))
    .flatMap((text) => [...text.matchAll(/new (?:sdk\.)?([A-Z]\w+)Command\(/g)].map((match) => match[1] ?? '')),
);
const listed = new Set(awsCalls.map(({ action }) => action.split(':')[1] ?? ''));

test('every call that is made is in the list, and no other', () => {
  expect([...listed].toSorted()).toEqual([...made].toSorted());
});

test('the fake region has every call to EC2 that is made', () => {
  const ec2 = awsCalls.flatMap(({ action }) => (action.startsWith('ec2:') ? (action.split(':')[1] ?? '') : []));
  expect([...new Set(ec2)].toSorted()).toEqual(Object.keys(modelled).toSorted());
});

test('a machine that is there gets no tag by which it is found to be ours', () => {
  const changed = awsCalls.find(({ action, use }) => action === 'ec2:CreateTags' && use === 'operate')?.tagKeys ?? [];
  expect(changed.filter((key) => [tags.deployment, tags.site, tags.slot].some((each) => each === key))).toEqual([]);
  expect(changed.length).toBeGreaterThan(0);
});
