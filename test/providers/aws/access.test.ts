import { afterEach, expect, test } from 'vitest';
import type { AccessReport } from '../../../src/model/access.ts';
import type { Seen } from '../../../src/model/outcome.ts';
import type { Provider } from '../../../src/ports/provider.ts';
import type { Policy } from '../../fakes/aws/iam.ts';
import { fakeSubnet } from '../../fakes/aws/server.ts';
import { startFakeQuotas } from '../../fakes/aws/service-quotas.ts';
import { printedPolicy, without } from './support/policy.ts';
import { type AwsSite, clock, launch, makeAwsSite } from './support/site.ts';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const each of open.splice(0)) await each.close();
});

interface Bench {
  readonly site: AwsSite;
  readonly provider: Provider;
  ask(): Promise<Seen<AccessReport>>;
  report(): Promise<AccessReport>;
}

const call = () => ({ signal: new AbortController().signal, deadlineAtMonoMs: clock.monoMs() + 15_000 });

async function bench(settings: object = {}): Promise<Bench> {
  const site = await makeAwsSite();
  const provider = await site.openWith({ settings });
  open.push(provider, { close: () => site.dispose() });
  const ask = async (): Promise<Seen<AccessReport>> => {
    const seen = await provider.checkAccess?.(call(), []);
    if (seen === undefined) throw new Error('no checkAccess');
    return seen;
  };
  return {
    ...{ site, provider, ask },
    async report() {
      const seen = await ask();
      if (seen.kind !== 'seen') throw new Error(JSON.stringify(seen));
      return seen.value;
    },
  };
}

/** Until it runs by itself. */
async function startOne({ site: { ec2 }, provider }: Bench): Promise<void> {
  const reply = await provider.start(
    { deployment: 'chat', model: 'tiny', slot: 0, launch },
    { ...call(), operationId: 'op-1', epoch: 1, idempotencyKey: 'op-1/0' },
  );
  expect(reply.kind).toBe('done');
  await expect.poll(() => ec2.region.machines.map((each) => ec2.region.stateOf(each))).toEqual(['running']);
}

function granted({ permissions }: AccessReport): Readonly<Record<string, string>> {
  return Object.fromEntries(permissions.map(({ name, granted: answer }) => [name.replace('ec2:', ''), answer]));
}

const all = {
  ...{ DescribeInstances: 'yes', StartInstances: 'yes', StopInstances: 'yes', CreateTags: 'yes' },
  ...{ TerminateInstances: 'yes', RunInstances: 'yes', DescribeLaunchTemplateVersions: 'yes' },
  ...{ DescribeInstanceStatus: 'yes', DescribeInstanceTypeOfferings: 'yes' },
};

test('with the printed policy everything is granted and nothing is excess', async () => {
  const at = await bench();
  await startOne(at);
  at.site.ec2.region.policy = printedPolicy();
  at.site.ec2.region.addStranger();
  const report = await at.report();
  expect(granted(report)).toEqual(all);
  expect(report.excess).toEqual([]);
  expect(report.parts.map(({ present }) => present)).toEqual(['yes']);
});

test.for([
  ...['ec2:DescribeInstances', 'ec2:StartInstances', 'ec2:StopInstances', 'ec2:TerminateInstances'],
  ...['ec2:RunInstances', 'ec2:DescribeLaunchTemplateVersions', 'ec2:DescribeInstanceStatus'],
])('%s that was withdrawn is missing, and nothing else is', async (action) => {
  const at = await bench();
  await startOne(at);
  at.site.ec2.region.policy = without(action);
  const answers = Object.entries(granted(await at.report()));
  expect(answers.filter(([, answer]) => answer === 'no')).toEqual([[action.replace('ec2:', ''), 'no']]);
});

test('tags that may not be written at a launch are missed by the launch, with the words of the cloud', async () => {
  const at = await bench();
  at.site.ec2.region.policy = without('ec2:CreateTags');
  const launchCheck = (await at.report()).permissions.find(({ name }) => name === 'ec2:RunInstances');
  expect(launchCheck).toMatchObject({ granted: 'no', message: expect.stringContaining('ec2:CreateTags') });
});

test('a role that only operates may not make machines', async () => {
  const at = await bench();
  await startOne(at);
  at.site.ec2.region.policy = printedPolicy(['operate']);
  expect(granted(await at.report())).toEqual({
    ...all,
    ...{ TerminateInstances: 'no', RunInstances: 'no', DescribeLaunchTemplateVersions: 'no' },
    DescribeInstanceTypeOfferings: 'no',
  });
});

test('what may be done to machines cannot be asked where there is none, and that is said', async () => {
  const at = await bench();
  const { permissions } = await at.report();
  const unasked = permissions.filter(({ notAsked }) => notAsked === true);
  expect(unasked.map(({ name }) => name)).toEqual([
    ...['ec2:StartInstances', 'ec2:StopInstances', 'ec2:CreateTags', 'ec2:TerminateInstances'],
  ]);
  expect(unasked[0]?.message).toBe('no machine of this site is there to ask it of');
});

test('nothing is changed: no machine is made, started, stopped, ended or marked', async () => {
  const at = await bench();
  await startOne(at);
  const before = at.site.ec2.region.machines.map((each) => [at.site.ec2.region.stateOf(each), [...each.tags]]);
  await at.report();
  expect(at.site.ec2.region.machines.map((each) => [at.site.ec2.region.stateOf(each), [...each.tags]])).toEqual(before);
});

test('rights that are too wide are told: any tag key, and machines of others', async () => {
  const at = await bench();
  await startOne(at);
  const stranger = at.site.ec2.region.addStranger();
  expect((await at.report()).excess).toEqual([
    'ec2:CreateTags with any tag key on machines of the site',
    `ec2:StartInstances on machines that are not godwit's, such as ${stranger.terms.id}`,
  ]);
});

test.for([
  {
    settings: { launch: { template: 'lt-00000000' } },
    name: 'launch template lt-00000000 ($Default)',
    says: 'NotFound',
  },
  {
    settings: { launch: { template: 'lt-0123456789abcdef0', version: 9 } },
    ...{ name: 'launch template lt-0123456789abcdef0 (9)', says: 'VersionNotFound' },
  },
  {
    settings: { zones: [{ zone: 'us-east-1a', subnet: 'subnet-00000000' }] },
    ...{ name: 'subnet subnet-00000000', says: 'there is no such subnet' },
  },
  {
    settings: { zones: [{ zone: 'us-east-1b', subnet: fakeSubnet }] },
    ...{ name: `subnet ${fakeSubnet}`, says: 'it lies in us-east-1a, not in us-east-1b' },
  },
])('$name is not there: $says', async ({ settings, name, says }) => {
  const at = await bench(settings);
  const { parts } = await at.report();
  const part = parts.find((each) => each.name === name);
  expect(part).toMatchObject({ present: 'no', message: expect.stringContaining(says) });
});

test('a subnet that is there is there', async () => {
  const at = await bench({ zones: [{ zone: 'us-east-1a', subnet: fakeSubnet }] });
  const { parts, permissions } = await at.report();
  expect(parts.map(({ present }) => present)).toEqual(['yes', 'yes']);
  expect(permissions.at(-1)).toEqual({ name: 'ec2:DescribeSubnets', use: 'create', granted: 'yes' });
});

test('a zone that is not of the region is a launch that is wrong', async () => {
  const at = await bench({ zones: ['us-east-1z'] });
  const { parts, permissions } = await at.report();
  expect(parts.at(-1)).toMatchObject({ present: 'no', name: 'launch of p5.48xlarge us-east-1z on-demand' });
  expect(permissions.find(({ name }) => name === 'ec2:RunInstances')).toMatchObject({ granted: 'unknown' });
});

test('an account that may do nothing at all is still known: every right is missing', async () => {
  const at = await bench();
  const nothing: Policy = { Statement: [] };
  at.site.ec2.region.policy = nothing;
  const report = await at.report();
  expect(granted(report)).toMatchObject({ DescribeInstances: 'no', RunInstances: 'no' });
});

test.for([
  { code: 'AuthFailure', status: 401, errorClass: 'auth' },
  { code: 'RequestLimitExceeded', status: 503, errorClass: 'throttled' },
])('$code is no report: nothing can be said of the rights', async ({ code, status, errorClass }) => {
  const at = await bench();
  at.site.ec2.fault({ action: 'DescribeInstances', when: 'before', answer: { status, code, message: 'no' } });
  expect(await at.ask()).toMatchObject({ kind: 'unknown', error: { class: errorClass, code } });
});

test('a trial that EC2 does not answer says neither yes nor no', async () => {
  const at = await bench();
  await startOne(at);
  at.site.ec2.fault({ action: 'StopInstances', when: 'before', answer: 'drop' });
  expect(granted(await at.report())).toEqual({ ...all, StopInstances: 'unknown' });
});

test('sold out says nothing of the right to launch, nor of the template', async () => {
  const at = await bench({ zones: ['us-east-1a'] });
  const answer = { status: 500, code: 'InsufficientInstanceCapacity', message: 'none' };
  at.site.ec2.fault({ action: 'RunInstances', when: 'before', answer });
  const { permissions, parts } = await at.report();
  expect(permissions.find(({ name }) => name === 'ec2:RunInstances')).toMatchObject({ granted: 'unknown' });
  expect(parts.map(({ present }) => present)).toEqual(['yes']);
});

test('quotas are told where they may be asked: each machine type and market is one to choose from', async () => {
  const fake = await startFakeQuotas();
  open.push(fake);
  fake.own.set('L-417A185B', ['Running On-Demand P instances', 384]);
  fake.defaults.set('L-7212CCBC', ['All P Spot Instance Requests', 0]);
  const at = await bench({ machines: ['p5.48xlarge'], market: ['on-demand', 'spot'], quotas: { endpoint: fake.url } });
  expect((await at.report()).quotas).toEqual([
    { name: 'room for p5.48xlarge on-demand', family: 'p5.48xlarge on-demand', limit: 2, used: 0, perReplica: 1 },
    { name: 'room for p5.48xlarge spot', family: 'p5.48xlarge spot', limit: 0, used: 0, perReplica: 1 },
  ]);
});

test.for([0, 400_000, -400_000])('a clock of theirs that is %i ms ahead is measured', async (aheadMs) => {
  const at = await bench();
  at.site.ec2.aheadMs = aheadMs;
  const { clockSkewMs = Number.NaN } = await at.report();
  // The date is told in whole seconds, and some time passes on the way.
  expect(Math.abs(clockSkewMs - aheadMs)).toBeLessThan(5000);
});
