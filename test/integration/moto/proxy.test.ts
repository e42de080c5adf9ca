import {
  DescribeInstancesCommand,
  EC2Client,
  type Instance,
  RunInstancesCommand,
  type RunInstancesCommandInput,
  StartInstancesCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { ReadCall } from '../../../src/ports/call.ts';
import { openEc2 } from '../../../src/providers/aws/client.ts';
import { clock } from '../../providers/aws/support/site.ts';
import { type Ec2Proxy, openProxy } from './proxy.ts';
import { type Account, type Moto, startMoto } from './server.ts';

let moto: Moto;
let account: Account;
let proxy: Ec2Proxy;
let client: EC2Client;
/** By how much the proxy's wall clock is ahead. */
let aheadMs = 0;
beforeAll(async () => {
  moto = await startMoto();
  return moto.close;
});
beforeEach(async () => {
  aheadMs = 0;
  account = await moto.openAccount();
  const ahead = { ...clock, nowMs: () => clock.nowMs() + aheadMs };
  proxy = await openProxy({ moto: moto.url, account: account.id, clock: ahead });
  const credentials = { accessKeyId: 'AKIAFAKE', secretAccessKey: 'fake' };
  client = new EC2Client({ region: 'us-east-1', endpoint: proxy.url, maxAttempts: 1, credentials });
});
afterEach(async () => {
  client.destroy();
  account.close();
  await proxy.close();
});

async function run(change: Partial<RunInstancesCommandInput> = {}): Promise<Instance> {
  const request = {
    ...{ MinCount: 1, MaxCount: 1, ClientToken: 't1', InstanceType: 'p5.48xlarge' as const },
    LaunchTemplate: { LaunchTemplateId: account.template },
    Placement: { AvailabilityZone: 'us-east-1a' },
  };
  const { Instances } = await client.send(new RunInstancesCommand({ ...request, ...change }));
  return Instances?.[0] ?? {};
}

async function shown(InstanceIds: string[]): Promise<Instance> {
  const { Reservations } = await client.send(new DescribeInstancesCommand({ InstanceIds }));
  return Reservations?.[0]?.Instances?.[0] ?? {};
}

test('one token is one machine at moto, asked one after the other or side by side', async () => {
  const together = await Promise.all([run(), run(), run()]);
  const { InstanceId: id = '' } = await run();
  expect(together.map(({ InstanceId }) => InstanceId)).toEqual([id, id, id]);
  expect(await account.billed()).toEqual([id]);
  proxy.moods.passingMs = 0;
  // The first answer again, in the state it has now.
  expect(await run()).toMatchObject({ InstanceId: id, State: { Name: 'running' } });
  // It counts per zone.
  await run({ Placement: { AvailabilityZone: 'us-east-1b' } });
  expect(await account.billed()).toHaveLength(2);
});

test('a token with other parameters is a mismatch, that of an ended machine an error, and a day later a new one', async () => {
  const { InstanceId: id = '' } = await run();
  const other = { InstanceType: 'p4d.24xlarge' } as const;
  const refusal = { name: 'IdempotentParameterMismatch', $metadata: { httpStatusCode: 400 } };
  await expect(run(other)).rejects.toMatchObject(refusal);
  // Past the proxy: it is moto that knows of its end.
  await account.terminate(id);
  await expect(run()).rejects.toMatchObject({ name: 'IdempotentInstanceTerminated' });
  expect(await account.billed()).toEqual([]);
  aheadMs = 24 * 3_600_000 + 1000;
  await run(other);
  expect(await account.billed()).toHaveLength(1);
});

test('a refused launch binds no token', async () => {
  proxy.moods.soldOut.add('p5.48xlarge us-east-1a');
  const soldOut = { name: 'InsufficientInstanceCapacity', $metadata: { httpStatusCode: 500 } };
  await expect(run()).rejects.toMatchObject(soldOut);
  await expect(run({ Placement: { AvailabilityZone: 'us-west-1a' } })).rejects.toMatchObject({
    name: 'InvalidParameterValue',
  });
  proxy.moods.soldOut.clear();
  await run();
  expect(await account.billed()).toHaveLength(1);
});

test('a machine is found by its token, for which moto itself has a page of HTML', async () => {
  const { InstanceId: id } = await run();
  await run({ ClientToken: 't2' });
  const byToken = async (Values: string[]) => {
    const { Reservations = [] } = await client.send(
      new DescribeInstancesCommand({ Filters: [{ Name: 'client-token', Values }] }),
    );
    return Reservations.flatMap(({ Instances = [] }) => Instances.map(({ InstanceId }) => InstanceId));
  };
  expect(await byToken(['t1'])).toEqual([id]);
  expect(await byToken(['t1', 't2'])).toHaveLength(2);
  expect(await byToken(['t3'])).toEqual([]);
  const direct = openEc2(
    { region: 'us-east-1', endpoint: moto.url, machines: [], launch: { template: account.template } },
    clock,
  );
  const call: ReadCall = { signal: new AbortController().signal, deadlineAtMonoMs: clock.monoMs() + 10_000 };
  // In an account with a machine, as filters are read for each. This one is made and seen with no proxy between.
  expect(await direct.run({ MinCount: 1, MaxCount: 1, ImageId: 'ami-1' }, call)).toMatchObject({ kind: 'done' });
  // The provider reads it as no answer: what has failed in there may have been done.
  expect(await direct.describe({ filters: { 'client-token': 't1' } }, call)).toMatchObject({ kind: 'unknown' });
  direct.close();
});

test('a machine passes through pending, stopping and shutting-down, and has a new launch time when it starts again', async () => {
  const { moods } = proxy;
  moods.passingMs = Number.POSITIVE_INFINITY;
  const arrives = async (state: string) => {
    moods.passingMs = 0;
    expect((await shown(InstanceIds)).State?.Name).toBe(state);
    moods.passingMs = Number.POSITIVE_INFINITY;
  };
  /** To one that has arrived where it was. */
  const tell = async (command: StartInstancesCommand | StopInstancesCommand | TerminateInstancesCommand) => {
    moods.passingMs = 0;
    await client.send(command as StartInstancesCommand);
    moods.passingMs = Number.POSITIVE_INFINITY;
  };
  const first = await run();
  const InstanceIds = [first.InstanceId ?? ''];
  expect(first.State?.Name).toBe('pending');
  // Still pending, it cannot be stopped.
  await expect(client.send(new StopInstancesCommand({ InstanceIds }))).rejects.toMatchObject({
    name: 'IncorrectInstanceState',
  });
  await arrives('running');
  await tell(new StopInstancesCommand({ InstanceIds }));
  expect((await shown(InstanceIds)).State?.Name).toBe('stopping');
  await arrives('stopped');
  expect((await shown(InstanceIds)).LaunchTime).toEqual(first.LaunchTime);
  await tell(new StartInstancesCommand({ InstanceIds }));
  expect((await shown(InstanceIds)).State?.Name).toBe('pending');
  expect((await shown(InstanceIds)).LaunchTime?.getTime()).toBeGreaterThan(first.LaunchTime?.getTime() ?? 0);
  await tell(new TerminateInstancesCommand({ InstanceIds }));
  expect((await shown(InstanceIds)).State?.Name).toBe('shutting-down');
  await arrives('terminated');
  // moto brings it back; EC2 does not.
  for (const command of [new StartInstancesCommand({ InstanceIds }), new StopInstancesCommand({ InstanceIds })])
    await expect(tell(command)).rejects.toMatchObject({
      name: 'IncorrectInstanceState',
    });
  expect(await account.billed()).toEqual([]);
});

test('a machine that is listed late is there all the same', async () => {
  proxy.moods.lagMs = 3_600_000;
  const { InstanceId: id = '' } = await run();
  await expect(shown([id])).rejects.toMatchObject({ name: 'InvalidInstanceID.NotFound' });
  const { Reservations = [] } = await client.send(new DescribeInstancesCommand({}));
  expect(Reservations.flatMap(({ Instances = [] }) => Instances)).toEqual([]);
  expect((await run()).InstanceId).toBe(id);
  expect(await account.billed()).toEqual([id]);
});

test('every other byte of an answer is the one that moto sent', async () => {
  await run();
  const headers = { authorization: 'AWS4-HMAC-SHA256 Credential=A/20261127/us-east-1/ec2/aws4_request, S=1' };
  const body = new URLSearchParams({ Action: 'DescribeSubnets', Version: '2016-11-15' });
  const from = async (url: string, more = {}) =>
    (await fetch(url, { method: 'POST', body, headers: { ...headers, ...more } })).text();
  const subnets = await from(proxy.url);
  expect(subnets).toContain('<availabilityZone>us-east-1a</availabilityZone>');
  expect(subnets).toBe(await from(moto.url, { 'x-moto-account-id': account.id }));
});
