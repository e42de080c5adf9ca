import { expect, test } from 'vitest';
import type { PolicyTerms } from '../../../src/model/permission.ts';
import { awsPermissions } from '../../../src/providers/aws/permissions.ts';
import { awsPolicy } from '../../../src/providers/aws/policy.ts';
import { tags } from '../../../src/providers/aws/wire.ts';
import { authorise, type Policy, type Statement } from '../../fakes/aws/iam.ts';
import { Machine } from '../../fakes/aws/machines.ts';
import type { Params } from '../../fakes/aws/protocol.ts';
import { createRegion, type Region } from '../../fakes/aws/region.ts';
import { site } from './support/policy.ts';

const both = ['operate', 'create'] as const;

function make(terms: Partial<PolicyTerms> = {}) {
  const policy = awsPolicy.make({ uses: both, sites: [site], ...terms });
  const content = policy.documents[0]?.content as unknown as Policy;
  return { ...policy, content, statements: content.Statement };
}

const block = { id: 'cr-0123456789abcdef0', machine: 'p6e-gb200.36xlarge', zone: 'us-east-1a', block: true };

function actionsOf(statements: readonly Statement[]): readonly string[] {
  return [...new Set(statements.flatMap(({ Action }) => Action))].toSorted();
}

test('grants every permission of the table and no other, without a star', () => {
  const listed = awsPermissions.calls.flatMap(({ permissions }) => permissions.map(({ name }) => name));
  const role = 'arn:aws:iam::123456789012:role/inference';
  const reservations = [block];
  const all = { ...site.settings, market: ['reserved', 'spot', 'on-demand'], quotas: true, reservations };
  const policy = make({ runsAs: role, sites: [{ ...site, settings: all }] });
  expect(actionsOf(policy.statements)).toEqual([...new Set(listed)].toSorted());
  expect(actionsOf(make().statements).filter((name) => name.includes('*'))).toEqual([]);
});

test.for([
  { uses: ['operate'] as const, not: ['ec2:RunInstances', 'ec2:TerminateInstances'] },
  { uses: ['create'] as const, not: ['ec2:StartInstances', 'ec2:StopInstances'] },
])('for $uses alone it grants none of $not', ({ uses, not }) => {
  const actions = actionsOf(make({ uses }).statements);
  expect(actions.length).toBeGreaterThan(0);
  expect(actions.filter((name) => not.includes(name))).toEqual([]);
});

test('fits into a managed policy, for twenty sites in three regions', () => {
  const sites = Array.from({ length: 20 }, (_, index) => ({
    ...site,
    name: `site-${index}`,
    region: `eu-west-${(index % 3) + 1}`,
  }));
  // Characters without white space: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
  expect(JSON.stringify(make({ sites }).content).length).toBeLessThan(6144);
});

test.for([
  { region: 'cn-north-1', partition: 'aws-cn' },
  { region: 'us-gov-west-1', partition: 'aws-us-gov' },
  { region: 'eu-north-1', partition: 'aws' },
])('names resources of $region in the partition $partition', ({ region, partition }) => {
  const arns = make({ sites: [{ ...site, region }] }).statements.flatMap(({ Resource }) => Resource);
  expect(arns.filter((arn) => arn !== '*' && !arn.startsWith(`arn:${partition}:ec2:${region}:`))).toEqual([]);
});

test('names the account, the role and the subnets that are known', () => {
  const subnet = 'subnet-0123456789abcdef0';
  const settings = { ...site.settings, zones: [{ zone: 'us-east-1a', subnet }] };
  const runsAs = 'arn:aws:iam::123456789012:role/inference';
  const { statements } = make({ sites: [{ ...site, settings }], account: '123456789012', runsAs });
  const resources = statements.flatMap(({ Resource }) => Resource);
  expect(resources).toContain(`arn:aws:ec2:us-east-1:123456789012:subnet/${subnet}`);
  expect(resources).not.toContain('arn:aws:ec2:us-east-1:123456789012:subnet/*');
  expect(statements.find(({ Sid }: Statement & { readonly Sid?: string }) => Sid === 'GodwitRole')).toMatchObject({
    Action: ['iam:PassRole'],
    Resource: [runsAs],
  });
});

test('one place without a subnet leaves them all to the template', () => {
  const settings = { ...site.settings, zones: ['us-east-1b', { zone: 'us-east-1a', subnet: 'subnet-01234567' }] };
  const resources = make({ sites: [{ ...site, settings }] }).statements.flatMap(({ Resource }) => Resource);
  expect(resources).toContain('arn:aws:ec2:us-east-1:*:subnet/*');
});

test('asks for spot only where a site uses it', () => {
  const spot = { ...site, settings: { ...site.settings, market: ['spot'] } };
  const about = (sites: PolicyTerms['sites']) =>
    JSON.stringify(make({ sites }).content).includes('spot-instances-request');
  expect([about([site]), about([spot])]).toEqual([false, true]);
  const prices = (sites: Parameters<typeof about>[0]) => {
    const content = JSON.stringify(make({ sites }).content);
    return ['ec2:DescribeSpotPriceHistory', 'ec2:DescribeInstanceTypes'].map((name) => content.includes(name));
  };
  expect([prices([site]), prices([spot])]).toEqual([
    [false, false],
    [true, true],
  ]);
});

test('asks where machines stand only for a site that names a Capacity Block', () => {
  const withBlock = (isBlock: boolean) =>
    make({
      sites: [{ ...site, settings: { ...site.settings, reservations: [{ ...block, block: isBlock }] } as never }],
    });
  const asks = (isBlock: boolean) => actionsOf(withBlock(isBlock).statements).includes('ec2:DescribeInstanceTopology');
  expect([asks(false), asks(true)]).toEqual([false, true]);
});

test('without a site it says what is to be filled in', () => {
  expect(make({ sites: [] }).blanks).toEqual(['REGION', 'SITE', 'TEMPLATE']);
  expect(make({ sites: [], uses: ['operate'] }).blanks).toEqual(['REGION', 'SITE']);
  expect(make().blanks).toEqual([]);
});

/** A region with one machine of the site and one of somebody else. */
function region(): { readonly region: Region; readonly own: string; readonly other: string } {
  const made = createRegion({ nowMs: () => 1_800_000_000_000, zones: ['us-east-1a'], templates: [], subnets: {} });
  const stranger = made.addStranger();
  const own = new Machine({ ...stranger.terms, id: 'i-00000000', tags: new Map([[tags.site, site.name]]) }, 0);
  return { region: { ...made, machines: [stranger, own] }, own: own.terms.id, other: stranger.terms.id };
}

const { region: fake, own, other } = region();
const launchParams = (tag: string, template = site.settings.launch.template): Params => ({
  LaunchTemplate: { LaunchTemplateId: template },
  TagSpecifications: ['instance', 'volume'].map((kind) => ({
    ResourceType: kind,
    Tags: [{ Key: tags.site, Value: tag }],
  })),
});
const mark = (id: string, key: string): Params => ({ Resources: [id], Tags: [{ Key: key, Value: '1' }] });

test.for([
  { what: 'start its own machine', action: 'StartInstances', params: { InstanceIds: [own] }, may: true },
  { what: 'end its own machine', action: 'TerminateInstances', params: { InstanceIds: [own] }, may: true },
  { what: 'write the mark of the newest lease', action: 'CreateTags', params: mark(own, tags.epoch), may: true },
  {
    what: 'launch from its template with its tag',
    action: 'RunInstances',
    params: launchParams('virginia'),
    may: true,
  },
  { what: 'end a machine of others', action: 'TerminateInstances', params: { InstanceIds: [other] }, may: false },
  {
    what: 'end two machines of which one is of others',
    action: 'TerminateInstances',
    params: { InstanceIds: [own, other] },
    may: false,
  },
  { what: 'make a machine of others its own', action: 'CreateTags', params: mark(other, tags.site), may: false },
  { what: 'give its own machine to another site', action: 'CreateTags', params: mark(own, tags.site), may: false },
  { what: 'write any other tag', action: 'CreateTags', params: mark(own, 'Name'), may: false },
  { what: 'launch with the tag of another site', action: 'RunInstances', params: launchParams('ohio'), may: false },
  {
    what: 'launch from another template',
    action: 'RunInstances',
    params: launchParams('virginia', 'lt-0ther000'),
    may: false,
  },
  {
    what: 'launch without tags',
    action: 'RunInstances',
    params: { LaunchTemplate: { LaunchTemplateId: 'lt-0123456789abcdef0' } },
    may: false,
  },
  { what: 'act in another region', action: 'DescribeInstances', params: {}, may: false, at: 'eu-west-1' },
] as const)('whoever has it may $what: $may', ({ action, params, may, ...where }) => {
  const ask = () => authorise(make().content, fake, 'at' in where ? where.at : 'us-east-1', action, params);
  if (may) expect(ask).not.toThrow();
  else expect(ask).toThrow();
});
