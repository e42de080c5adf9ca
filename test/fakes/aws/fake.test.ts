import {
  CreateTagsCommand,
  CreateVpcCommand,
  DescribeInstancesCommand,
  EC2Client,
  RunInstancesCommand,
  type RunInstancesCommandInput,
  StopInstancesCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createClock } from '../../../src/system/clock.ts';
import { createRegion } from './region.ts';
import { type FakeEc2, fakeTemplate, startFakeEc2 } from './server.ts';

let ec2: FakeEc2;
let client: EC2Client;
async function open(speed: number): Promise<void> {
  ec2 = await startFakeEc2({ clock: createClock(), speed });
  const credentials = { accessKeyId: 'AKIAFAKE', secretAccessKey: 'fake' };
  client = new EC2Client({ region: 'us-east-1', endpoint: ec2.url, maxAttempts: 1, credentials });
}
async function close(): Promise<void> {
  client.destroy();
  await ec2.close();
}
beforeEach(() => open(200));
afterEach(close);

const run = (change: Partial<RunInstancesCommandInput> = {}) =>
  client.send(
    new RunInstancesCommand({
      ...{ MinCount: 1, MaxCount: 1, ClientToken: 't1', InstanceType: 'p5.48xlarge' },
      LaunchTemplate: { LaunchTemplateId: fakeTemplate },
      Placement: { AvailabilityZone: 'us-east-1a' },
      ...change,
    }),
  );

async function idOf(made: ReturnType<typeof run>): Promise<string> {
  return (await made).Instances?.[0]?.InstanceId ?? '';
}

test('the SDK reads what a machine is', async () => {
  const { Instances = [] } = await run({
    TagSpecifications: [{ ResourceType: 'instance', Tags: [{ Key: 'a', Value: '<&>' }] }],
  });
  expect(Instances[0]).toMatchObject({
    ...{ InstanceId: 'i-00000000000000001', ClientToken: 't1', InstanceType: 'p5.48xlarge' },
    ...{ Placement: { AvailabilityZone: 'us-east-1a' }, State: { Code: 0, Name: 'pending' } },
    Tags: [{ Key: 'a', Value: '<&>' }],
  });
  expect(Instances[0]?.LaunchTime).toBeInstanceOf(Date);
});

test('a machine keeps what it was told to run, and shows its metadata options', async () => {
  const { Instances = [] } = await run({
    UserData: Buffer.from('#cloud-config').toString('base64'),
    MetadataOptions: { HttpTokens: 'required', HttpPutResponseHopLimit: 1 },
  });
  expect(Instances[0]?.MetadataOptions).toEqual({
    ...{ State: 'applied', HttpEndpoint: 'enabled', HttpTokens: 'required', HttpPutResponseHopLimit: 1 },
  });
  expect(ec2.region.machines[0]?.terms.userData).toBe('I2Nsb3VkLWNvbmZpZw==');
});

test.for([
  ['no base64', '#cloud-config', 'Invalid BASE64 encoding of user data.'],
  ['too long', Buffer.alloc(16_385).toString('base64'), 'User data is limited to 16384 bytes'],
])('user data that is %s is refused', async ([, UserData, message]) => {
  await expect(run({ UserData })).rejects.toMatchObject({ name: 'InvalidParameterValue', message });
  await run({ UserData: Buffer.alloc(16_384).toString('base64') });
});

test('a volume goes with its machine, unless the template says otherwise', async () => {
  const first = await idOf(run());
  ec2.region.keepsVolumes = true;
  const second = await idOf(run({ Placement: { AvailabilityZone: 'us-east-1b' } }));
  await client.send(new TerminateInstancesCommand({ InstanceIds: [first, second] }));
  await expect.poll(() => ec2.looseVolumes().map(({ terms }) => terms.id)).toEqual([second]);
  expect(ec2.billed()).toEqual([]);
});

test('a token gives the same machine to the same request, and no other request', async () => {
  const first = await idOf(run());
  expect(await idOf(run())).toBe(first);
  await expect(run({ InstanceType: 'p4d.24xlarge' })).rejects.toMatchObject({ name: 'IdempotentParameterMismatch' });
  // It counts per zone where a request names one.
  expect(await idOf(run({ Placement: { AvailabilityZone: 'us-east-1b' } }))).not.toBe(first);
  expect(ec2.billed()).toHaveLength(2);
});

test('a token of a machine that has ended gives neither that nor another', async () => {
  const id = await idOf(run());
  await client.send(new TerminateInstancesCommand({ InstanceIds: [id] }));
  await expect.poll(() => run().catch(({ name }: Error) => name)).toBe('IdempotentInstanceTerminated');
  expect(ec2.region.machines).toHaveLength(1);
});

test('a token is a new one a day after the end of its machine, whatever the request is then', () => {
  let nowMs = 1_700_000_000_000;
  const region = createRegion({ nowMs: () => nowMs, zones: ['us-east-1a'], templates: ['lt-1'], subnets: {} });
  const runOf = (type: string) => {
    const LaunchTemplate = { LaunchTemplateId: 'lt-1' };
    return region.act('RunInstances', {
      ...{ MinCount: '1', MaxCount: '1', ClientToken: 't1', InstanceType: type, LaunchTemplate },
    });
  };
  runOf('p5.48xlarge');
  const endedAtMs = nowMs;
  region.machines[0]?.failLate(endedAtMs - 3000, 'Server.InternalError');
  nowMs = endedAtMs + 24 * 3_600_000 - 1;
  expect(() => runOf('p5.48xlarge')).toThrow('associated with a terminated instance');
  nowMs += 1;
  runOf('p4d.24xlarge');
  expect(region.machines.map(({ terms }) => terms.type)).toEqual(['p5.48xlarge', 'p4d.24xlarge']);
});

test('a refused launch binds no token', async () => {
  ec2.region.soldOut.add('p5.48xlarge us-east-1a');
  const refusal = { name: 'InsufficientInstanceCapacity', $metadata: { httpStatusCode: 500 } };
  await expect(run()).rejects.toMatchObject(refusal);
  ec2.region.soldOut.clear();
  await run();
  expect(ec2.billed()).toHaveLength(1);
});

test('what EC2 has and the fake has not is answered 501, what EC2 has not 400', async () => {
  const name = 'NotModelled';
  await expect(client.send(new CreateVpcCommand({}))).rejects.toMatchObject({
    name,
    $metadata: { httpStatusCode: 501 },
  });
  await expect(run({ KeyName: 'k' })).rejects.toMatchObject({ name });
  const filters = new DescribeInstancesCommand({ Filters: [{ Name: 'vpc-id', Values: ['v'] }] });
  await run();
  await expect(client.send(filters)).rejects.toMatchObject({ name });
  const signed = { authorization: 'AWS4-HMAC-SHA256 Credential=A/20261126/us-east-1/ec2/aws4_request, S=1' };
  const ask = async (body: string, headers = signed as Record<string, string>) => {
    const answer = await fetch(ec2.url, { method: 'POST', body: new URLSearchParams(body), headers });
    return [answer.status, /<Code>(\w+)</.exec(await answer.text())?.[1]];
  };
  expect(await ask('Action=MakeCoffee')).toEqual([400, 'InvalidAction']);
  expect(await ask('Action=StopInstances&InstanceIds.1=i-00000001')).toEqual([400, 'UnknownParameter']);
  expect(await ask('Action=DescribeInstances', {})).toEqual([401, 'AuthFailure']);
});

test.for([
  ['a malformed id', { InstanceIds: ['i-1'] }, 'InvalidInstanceID.Malformed'],
  ['an id of nobody', { InstanceIds: ['i-0123456789abcdef0'] }, 'InvalidInstanceID.NotFound'],
  ['ids and a page size', { InstanceIds: ['i-0123456789abcdef0'], MaxResults: 5 }, 'InvalidParameterCombination'],
  ['a page too small', { MaxResults: 4 }, 'InvalidParameterValue'],
] as const)('refuses to list %s', async ([, input, name]) => {
  const command = new DescribeInstancesCommand({
    ...input,
    InstanceIds: 'InstanceIds' in input ? [...input.InstanceIds] : undefined,
  });
  await expect(client.send(command)).rejects.toMatchObject({ name, $metadata: { httpStatusCode: 400 } });
});

test('changes see the truth while lists lag behind it', async () => {
  // A machine boots for eight seconds: long enough to be told to stop before it runs, however busy this computer is.
  await close();
  await open(1);
  ec2.region.lagMs = 3_600_000;
  const id = await idOf(run());
  await client.send(new CreateTagsCommand({ Resources: [id], Tags: [{ Key: 'a', Value: 'b' }] }));
  await expect(client.send(new StopInstancesCommand({ InstanceIds: [id] }))).rejects.toMatchObject({
    name: 'IncorrectInstanceState',
  });
  expect((await client.send(new DescribeInstancesCommand({}))).Reservations ?? []).toEqual([]);
  ec2.region.lagMs = 0;
  const { Reservations } = await client.send(
    new DescribeInstancesCommand({ Filters: [{ Name: 'tag:a', Values: ['b'] }] }),
  );
  expect(Reservations?.[0]?.Instances?.[0]?.InstanceId).toBe(id);
});
