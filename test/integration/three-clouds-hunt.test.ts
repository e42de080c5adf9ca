import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { type ExpectStatic, type TestContext, test } from 'vitest';
import { createClock } from '../../src/system/clock.ts';
import { freePortRanges, until } from '../driver/local-world.ts';
import { type Ended, spawnGodwit } from '../e2e/support/spawn-godwit.ts';
import { fakeTemplate as awsTemplate, startFakeEc2 } from '../fakes/aws/server.ts';
import { startFakeQuotas } from '../fakes/aws/service-quotas.ts';
import { fakeSite, startFakeAzure, startFakeIdentity } from '../fakes/azure/server.ts';
import { fakeProject, fakeTemplate as gcpTemplate, startFakeGcp } from '../fakes/gcp/server.ts';
import { serveFrom } from './support/cloud-machines.ts';
import { startProgram } from './support/program.ts';
import { killAll } from './support/program-world.ts';

/** Each cloud's machines are said to answer here, where a model server really does. */
const hosts = { sweden: '127.0.0.22', netherlands: '127.0.0.23' } as const;
const secret = 'canary-of-a-secret';
/** A process that begins to look waits for as long as a cloud's list may lag before it launches: half a minute. */
const limitMs = 150_000;
const [zones, types] = [
  ['us-east-1a', 'us-east-1b'],
  ['p5.48xlarge', 'p4d.24xlarge'],
];
const soldOut = types.flatMap((type) => zones.map((zone) => `${type} ${zone}`));

/** A bad night: four offers sold out in one region, no quota in another, a subscription that is switched off; and one that has it. */
async function openClouds() {
  const clock = createClock();
  const [virginia, oregon, quotas, sweden, netherlands, identity] = await Promise.all([
    startFakeEc2({ clock, speed: 20 }),
    startFakeEc2({ clock, speed: 20, region: 'us-west-2' }),
    startFakeQuotas(),
    startFakeAzure({ clock, speed: 20 }),
    startFakeGcp({ clock, speed: 20 }),
    startFakeIdentity(),
  ]);
  for (const each of soldOut) virginia.region.soldOut.add(each);
  quotas.own.set('L-417A185B', ['Running On-Demand P instances', 0]);
  const enable = sweden.fault({
    ...{ action: 'VirtualMachines_CreateOrUpdate', when: 'before', times: Number.POSITIVE_INFINITY },
    answer: {
      ...{ status: 409, code: 'ReadOnlyDisabledSubscription' },
      message: 'The subscription is disabled and therefore marked as read only.',
    },
  });
  sweden.group.address = hosts.sweden;
  netherlands.project.address = hosts.netherlands;
  const all = { virginia, oregon, sweden, netherlands };
  const launches: Readonly<Record<keyof typeof all, string>> = {
    ...{ virginia: 'RunInstances', oregon: 'RunInstances' },
    ...{ sweden: 'VirtualMachines_CreateOrUpdate', netherlands: 'Instances.Insert' },
  };
  return {
    ...all,
    ...{ quotas, enable },
    /** Requests for a machine so far, by site. */
    launches: () =>
      Object.fromEntries(
        Object.entries(all).map(([site, { calls }]) => [
          site,
          calls.filter((call) => call === launches[site as keyof typeof all]).length,
        ]),
      ),
    /** What costs money, siblings and disks included. */
    billed: () => ({
      virginia: virginia.billed().length,
      oregon: oregon.billed().length,
      sweden: sweden.group.billed().length,
      netherlands: [netherlands.billed().length, netherlands.disks().length],
    }),
    env: {
      ...{ AWS_ACCESS_KEY_ID: 'AKIAFAKE', AWS_SECRET_ACCESS_KEY: secret, AWS_EC2_METADATA_DISABLED: 'true' },
      ...{ AWS_CONFIG_FILE: '/dev/null', AWS_SHARED_CREDENTIALS_FILE: '/dev/null' },
      ...identity.env,
    },
    async close() {
      identity.close();
      await Promise.all([virginia, oregon, quotas, sweden, netherlands].map((each) => each.close()));
    },
  };
}

type Clouds = Awaited<ReturnType<typeof openClouds>>;

function configOf({ virginia, oregon, quotas, sweden, netherlands }: Clouds, gateway: number, port: number): string {
  const { subscription, resourceGroup, region, launch } = fakeSite;
  const aws = `provider: aws, machines: [${types}], launch: { template: ${awsTemplate} }, port: ${port}`;
  return `version: 1
state: { dir: state }
doctor: { every: off }
sites:
  virginia: { ${aws}, region: us-east-1, zones: [${zones}], endpoint: "${virginia.url}" }
  oregon: { ${aws}, region: us-west-2, zones: [us-west-2a], endpoint: "${oregon.url}", quotas: { endpoint: "${quotas.url}" } }
  sweden:
    provider: azure
    region: ${region}
    subscription: ${subscription}
    resourceGroup: ${resourceGroup}
    zones: [1, 2]
    machines: [Standard_NC40ads_H100_v5]
    launch: { image: ${launch.image}, subnet: ${launch.subnet}, sshKey: "ssh-ed25519 AAAAC3Nza" }
    port: ${port}
    endpoint: "${sweden.url}"
  netherlands:
    provider: gcp
    project: ${fakeProject}
    region: europe-west4
    zones: [europe-west4-a]
    machines: [a3-highgpu-8g]
    launch: { instanceTemplate: ${gcpTemplate} }
    port: ${port}
    endpoint: "${netherlands.url}"
deployments:
  chat:
    model: tiny
    image: vllm/vllm-openai:v0.18.0
    probe: { ttft: 1s, every: 500ms, timeout: 3s }
    sites: { virginia: {}, oregon: { standby: cold }, sweden: { standby: cold }, netherlands: { standby: cold, replicas: 2 } }
    failover: { proof: { completions: 2 } }
traffic: { listen: "127.0.0.1:${gateway}" }
`;
}

async function openWorld({ onTestFinished, expect }: Pick<TestContext, 'onTestFinished'> & { expect: ExpectStatic }) {
  const clouds = await openClouds();
  const dir = mkdtempSync(join(tmpdir(), 'godwit-hunt-'));
  const path = join(dir, 'godwit.yaml');
  const [gateway = 0, port = 0] = await freePortRanges(2);
  writeFileSync(path, configOf(clouds, gateway, port), { mode: 0o600 });
  const { env, sweden, netherlands } = clouds;
  const endServers = serveFrom([
    { host: hosts.sweden, port, isUp: () => sweden.group.billedMachines().length > 0 },
    { host: hosts.netherlands, port, isUp: () => netherlands.billed().length > 0 },
  ]);
  onTestFinished(async () => {
    await until(() => killAll(basename(dir)) === 0, `the processes of ${dir} gone`);
    await endServers();
    await clouds.close();
    rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
  });
  return {
    ...clouds,
    begin: (...argv: string[]) => startProgram([...argv, '--config', path], { env: { ...process.env, ...env } }),
    async godwit(...argv: string[]): Promise<Ended> {
      const ended = await spawnGodwit([...argv, '--config', path], { env, limitMs });
      expect(JSON.stringify(ended)).not.toContain(secret);
      return ended;
    },
  };
}

type World = Awaited<ReturnType<typeof openWorld>>;

interface Attempt {
  readonly site: string;
  readonly state: string;
  readonly code: string;
  readonly offer: { readonly machine: string; readonly zone?: string };
  readonly until?: string;
}

interface Explanation {
  readonly operation: { readonly state: string };
  readonly steps: readonly { readonly name: string; readonly attempts?: readonly Attempt[] }[];
}

async function jsonOf<T>(world: World, ...words: readonly string[]): Promise<T> {
  const { stdout, stderr } = await world.godwit(...words, '-o', 'json');
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout) as T;
}

/** Each attempt of the last operation's hunt, in short. */
async function attempts(world: World): Promise<readonly string[]> {
  const { steps } = await jsonOf<Explanation>(world, 'explain', 'last');
  const all = steps.find(({ name }) => name.startsWith('1-hunt'))?.attempts ?? [];
  const again = all.map(({ until }) => Date.parse(until ?? ''));
  if (again.some((each) => !(each > Date.now()))) throw new Error('an attempt does not say when to try again');
  return all.map(({ site, state, code, offer }) => `${site} ${offer.machine} ${offer.zone} ${state} ${code}`);
}

const machine = 'Standard_NC40ads_H100_v5';
const refusedAt = {
  virginia: soldOut.map((each) => `virginia ${each} refused InsufficientInstanceCapacity`),
  oregon: types.map((type) => `oregon ${type} us-west-2a not-asked VcpuLimitExceeded`),
  sweden: ['1', '2'].map((zone) => `sweden ${machine} ${zone} refused ReadOnlyDisabledSubscription`),
};
const nothing = { virginia: 0, oregon: 0, sweden: 0, netherlands: [0, 0] };
const oneMachine = { ...nothing, netherlands: [1, 1] };

test.concurrent('goes to what is left of three clouds, asks for nothing known to be refused, and explains it', async (context) => {
  const { expect } = context;
  const world = await openWorld(context);
  const run = world.begin('run');
  // Nobody has looked for long enough to launch anything: what is typed waits for that too.
  await run.says(/lease taken/, limitMs);
  const start = ['start', 'chat', '--anywhere', '--replicas', '1', '--yes'];
  const first = await world.godwit(...start);
  expect(first, first.stderr).toMatchObject({ code: 0 });
  // The account's refusal was asked for a second time by one call: credentials may have been renewed (I26).
  expect(world.launches()).toEqual({ virginia: 4, oregon: 0, sweden: 2, netherlands: 1 });
  expect(world.billed()).toEqual(oneMachine);
  expect(await attempts(world)).toEqual([...refusedAt.virginia, ...refusedAt.oregon, ...refusedAt.sweden]);
  const { stdout: explained } = await world.godwit('explain', 'last');
  expect(explained).toMatch(/virginia +p4d\.24xlarge us-east-1b on-demand +refused: Insuff/);
  const blocks = await world.godwit('blocks', 'list');
  for (const code of ['InsufficientInstanceCapacity', 'VcpuLimitExceeded', 'ReadOnlyDisabledSubscription'])
    expect(blocks.stdout).toContain(code);

  const second = await world.godwit(...start);
  expect(second, second.stderr).toMatchObject({ code: 0 });
  expect(world.launches()).toEqual({ virginia: 4, oregon: 0, sweden: 2, netherlands: 2 });
  expect(world.billed()).toEqual({ ...nothing, netherlands: [2, 2] });
  expect(await attempts(world)).toEqual([]);
  const why = await world.godwit('explain', 'last');
  for (const site of ['virginia', 'oregon', 'sweden'])
    expect(why.stdout).toMatch(new RegExp(`StartBlocked until [^]*?: ${site} refuses`));

  await world.godwit('blocks', 'clear', 'chat', '--site', 'sweden', '--reason', 'switched on again');
  world.enable();
  const third = await world.godwit(...start);
  expect(third, third.stderr).toMatchObject({ code: 0 });
  expect(world.launches()).toEqual({ virginia: 4, oregon: 0, sweden: 3, netherlands: 2 });
}, 400_000);

test.concurrent('a program killed in the middle of a hunt: the next goes on, and one machine is billed', async (context) => {
  const { expect } = context;
  const world = await openWorld(context);
  world.begin('gateway');
  // Made, and its answer never comes: the worst moment there is.
  const answer = world.netherlands.fault({ action: 'Instances.Insert', when: 'after', answer: 'hang' });
  const doomed = world.begin('start', 'chat', '--anywhere', '--replicas', '1', '--yes');
  await until(() => world.launches()['netherlands'] === 1, 'the launch', limitMs);
  doomed.kill('SIGKILL');
  expect(await doomed.ended).toBe('SIGKILL');
  answer();
  const resumed = await world.godwit('op', 'resume', 'last', '--yes');
  expect(resumed, resumed.stderr).toMatchObject({ code: 0 });
  expect(world.billed()).toEqual(oneMachine);
  expect(world.launches()).toMatchObject({ virginia: 4, oregon: 0, sweden: 2 });
  expect(world.netherlands.project.machines).toHaveLength(1);
  const { operation } = await jsonOf<Explanation>(world, 'explain', 'last');
  expect(operation).toMatchObject({ state: 'done' });
  const orphans = await jsonOf<object>(world, 'orphans', 'list');
  expect(orphans).toMatchObject({ items: [] });
}, 400_000);
