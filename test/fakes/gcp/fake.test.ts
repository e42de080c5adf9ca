import { InstancesClient } from '@google-cloud/compute/build/src/v1/instances_client.js';
import { OAuth2Client } from 'google-auth-library';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { createStepClock, type StepClock } from '../../providers/support/step-clock.ts';
import { answers } from './faults.ts';
import { type FakeGcp, fakeProject, fakeTemplate, startFakeGcp } from './server.ts';

let clock: StepClock;
let gcp: FakeGcp;
beforeEach(async () => {
  clock = createStepClock();
  gcp = await startFakeGcp({ clock, speed: 1 });
});
afterEach(() => gcp.close());

const zone = 'europe-west4-a';
const id = '8a6e0804-2bd0-8672-b79d-d97027f9071a';
const pass = (ms: number): Promise<void> => clock.sleep(ms, new AbortController().signal);

interface Answered {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: an answer is read by who asked
  readonly body: any;
}

/** As any program would ask, with nothing of the SDK. */
async function ask(
  verb: string,
  path: string,
  body?: object,
  headers: object = { authorization: 'Bearer x' },
): Promise<Answered> {
  const answer = await fetch(`${gcp.url}/compute/v1/projects/${fakeProject}/${path}`, {
    method: verb,
    headers: { ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: answer.status, body: await answer.json() };
}

const insert = (change: object = {}, requestId = id): Promise<Answered> =>
  ask(
    'POST',
    `zones/${zone}/instances?requestId=${requestId}&sourceInstanceTemplate=global/instanceTemplates/${fakeTemplate}`,
    { name: 'vm-1', machineType: `zones/${zone}/machineTypes/a3-highgpu-8g`, labels: { a: 'b' }, ...change },
  );
const reasonOf = ({ status, body }: Answered) => [status, body.error?.errors?.[0]?.reason];

test('a refusal has a reason for each error and no status of its own', async () => {
  const { status, body } = await ask('GET', `zones/${zone}/instances/vm-9`);
  const message = `The resource 'projects/${fakeProject}/zones/${zone}/instances/vm-9' was not found`;
  expect([status, body]).toEqual([
    404,
    { error: { code: 404, errors: [{ domain: 'global', message, reason: 'notFound' }], message } },
  ]);
});

test('a launch is an operation, and its machine is found only once that runs', async () => {
  const { body } = await insert();
  expect(body).toMatchObject({ status: 'PENDING', operationType: 'insert', clientOperationId: id });
  expect(reasonOf(await ask('GET', `zones/${zone}/instances/vm-1`))).toEqual([404, 'notFound']);
  await pass(1000);
  expect((await ask('GET', `zones/${zone}/instances/vm-1`)).body).toMatchObject({
    status: 'PROVISIONING',
    labels: { a: 'b' },
  });
  await pass(8000);
  expect((await ask('GET', `zones/${zone}/operations/${body.name}`)).body).toMatchObject({ status: 'DONE' });
  expect((await ask('GET', `zones/${zone}/instances/vm-1`)).body).toMatchObject({
    status: 'RUNNING',
    id: body.targetId,
  });
});

test('sold out is a success that fails: HTTP 200, then the operation’s error, and a machine that is never found', async () => {
  gcp.project.soldOut.add(`a3-highgpu-8g ${zone}`);
  const { status, body } = await insert();
  expect(status).toBe(200);
  await pass(2000);
  expect(reasonOf(await ask('GET', `zones/${zone}/instances/vm-1`))).toEqual([404, 'notFound']);
  await pass(1000);
  const { body: ended } = await ask('GET', `zones/${zone}/operations/${body.name}`);
  expect(ended).toMatchObject({ status: 'DONE', error: { errors: [{ code: 'ZONE_RESOURCE_POOL_EXHAUSTED' }] } });
  expect([gcp.billed(), gcp.disks()]).toEqual([[], []]);
});

test('the same request id is the same operation for an hour, whatever is asked for, then the name is taken', async () => {
  const { body } = await insert();
  expect((await insert()).body.name).toBe(body.name);
  expect((await insert({ name: 'vm-2' })).body.name).toBe(body.name);
  expect(gcp.project.machines).toHaveLength(1);
  await pass(3_600_000);
  expect(reasonOf(await insert())).toEqual([409, 'alreadyExists']);
});

test.for(['00000000-0000-0000-0000-000000000000', 'op-7', '8A6E0804-2BD0-8672-B79D-D97027F9071A'])(
  '%s is no request id',
  async (requestId) => {
    expect(reasonOf(await insert({}, requestId))).toEqual([400, 'invalid']);
  },
);

test.for([
  ['a name with capitals', { name: 'VM-1' }],
  ['a label that is too long', { labels: { a: 'x'.repeat(64) } }],
  ['a label with a slash', { labels: { a: 'op-7/1' } }],
  ['a machine type of another zone', { machineType: 'zones/us-central1-a/machineTypes/a3-highgpu-8g' }],
  ['a field that no instance has', { colour: 'red' }],
  ['a number where a text belongs', { name: 7 }],
] as const)('refuses %s', async ([, change]) => {
  expect(reasonOf(await insert(change))).toEqual([400, 'invalid']);
});

test('what the API has and the fake has not is answered 501, what the API has not 404 or 400', async () => {
  expect(reasonOf(await ask('POST', `zones/${zone}/instances/vm-1/suspend`))).toEqual([501, 'notModelled']);
  expect(reasonOf(await insert({ hostname: 'a.example.com' }))).toEqual([501, 'notModelled']);
  expect(reasonOf(await ask('GET', 'aggregated/instances?filter=name%3Dx'))).toEqual([501, 'notModelled']);
  expect(reasonOf(await ask('GET', 'aggregated/instances?returnAll=true'))).toEqual([400, 'invalidParameter']);
  expect(reasonOf(await ask('GET', `zones/${zone}/coffee`))).toEqual([404, 'notFound']);
  expect(reasonOf(await ask('GET', 'aggregated/instances', undefined, {}))).toEqual([401, 'authError']);
});

test('labels are changed only by who has read them', async () => {
  await insert();
  await pass(10_000);
  const path = `zones/${zone}/instances/vm-1`;
  const { labelFingerprint } = (await ask('GET', path)).body;
  expect((await ask('POST', `${path}/setLabels`, { labels: { a: 'c' }, labelFingerprint })).status).toBe(200);
  expect(reasonOf(await ask('POST', `${path}/setLabels`, { labels: { a: 'd' }, labelFingerprint }))).toEqual([
    412,
    'conditionNotMet',
  ]);
  expect((await ask('GET', path)).body.labels).toEqual({ a: 'c' });
});

test('a machine deleted while it is made fails its launch with 409', async () => {
  const { body } = await insert();
  await pass(2000);
  await ask('DELETE', `zones/${zone}/instances/vm-1`);
  await pass(1000);
  expect((await ask('GET', `zones/${zone}/operations/${body.name}`)).body).toMatchObject({
    ...{ status: 'DONE', httpErrorStatusCode: 409 },
    error: { errors: [{ code: 'CONFLICT' }] },
  });
  await pass(20_000);
  expect([gcp.billed(), gcp.disks()]).toEqual([[], []]);
});

test('changes see the truth while lists lag behind it', async () => {
  gcp.project.lagMs = 3_600_000;
  await insert();
  await pass(10_000);
  expect((await ask('GET', `zones/${zone}/instances/vm-1`)).status).toBe(200);
  const listed = async () => (await ask('GET', 'aggregated/instances')).body.items[`zones/${zone}`].instances;
  expect(await listed()).toBeUndefined();
  gcp.project.lagMs = 0;
  expect(await listed()).toHaveLength(1);
});

let client: InstancesClient;
const auth = new OAuth2Client();
beforeAll(() => auth.setCredentials({ access_token: 'x', expiry_date: Number.MAX_SAFE_INTEGER }));
afterAll(() => client.close());

test('the SDK, with all it describes, reads what a machine is and what is refused', async () => {
  const { port } = new URL(gcp.url);
  client = new InstancesClient({
    ...{ apiEndpoint: '127.0.0.1', port: Number(port), protocol: 'http', fallback: true },
    ...{ authClient: auth as never, projectId: fakeProject },
  });
  await insert();
  await pass(10_000);
  const [machine] = await client.get({ project: fakeProject, zone, instance: 'vm-1' });
  expect(machine).toMatchObject({
    name: 'vm-1',
    status: 'RUNNING',
    labels: { a: 'b' },
    disks: [{ boot: true, autoDelete: true }],
  });
  gcp.fault({ action: 'Instances.Get', when: 'before', answer: answers.throttled });
  // What it makes of a rate limit is a missing permission: the reason is only in what it keeps of the answer.
  await expect(client.get({ project: fakeProject, zone, instance: 'vm-1' })).rejects.toMatchObject({
    code: 7,
    httpStatusCode: 403,
  });
});
