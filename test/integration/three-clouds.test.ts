import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createClock } from '../../src/system/clock.ts';
import { freePortRanges, until } from '../driver/local-world.ts';
import { type Ended, spawnGodwit } from '../e2e/support/spawn-godwit.ts';
import { fakeTemplate as awsTemplate, startFakeEc2 } from '../fakes/aws/server.ts';
import { fakeSite, startFakeAzure, startFakeIdentity } from '../fakes/azure/server.ts';
import { fakeProject, fakeTemplate as gcpTemplate, startFakeGcp } from '../fakes/gcp/server.ts';
import { serveFrom } from './support/cloud-machines.ts';
import { startProgram } from './support/program.ts';
import { killAll } from './support/program-world.ts';
import { startSteadyLoad } from './support/steady-load.ts';

/** Each cloud's machines are said to answer here, where a model server really does. */
const hosts = { virginia: '127.0.0.11', sweden: '127.0.0.12', netherlands: '127.0.0.13' } as const;
const secret = 'canary-of-a-secret';
/** A new lease holder waits for as long as a cloud's list may lag before it launches. */
const limitMs = 150_000;

async function openClouds() {
  const clock = createClock();
  const [ec2, azure, gcp, identity] = await Promise.all([
    startFakeEc2({ clock, speed: 20 }),
    startFakeAzure({ clock, speed: 20 }),
    startFakeGcp({ clock, speed: 20 }),
    startFakeIdentity(),
  ]);
  ec2.region.address = hosts.virginia;
  azure.group.address = hosts.sweden;
  gcp.project.address = hosts.netherlands;
  /** What costs money, siblings included. */
  const billed = () => ({
    virginia: ec2.billed().map(({ terms }) => terms.id),
    sweden: azure.group.billed(),
    netherlands: [...gcp.billed(), ...gcp.disks()].map(({ terms }) => terms.name),
  });
  return {
    ...{ ec2, azure, gcp, billed },
    /** The SDKs' own chains have what they need in the environment and ask nobody else. */
    env: {
      ...{ AWS_ACCESS_KEY_ID: 'AKIAFAKE', AWS_SECRET_ACCESS_KEY: secret, AWS_EC2_METADATA_DISABLED: 'true' },
      ...{ AWS_CONFIG_FILE: '/dev/null', AWS_SHARED_CREDENTIALS_FILE: '/dev/null' },
      ...identity.env,
    },
    async close() {
      identity.close();
      await Promise.all([ec2.close(), azure.close(), gcp.close()]);
    },
  };
}

type Clouds = Awaited<ReturnType<typeof openClouds>>;

function configOf({ ec2, azure, gcp }: Clouds, gateway: number, port: number): string {
  const { subscription, resourceGroup, region, launch } = fakeSite;
  return `version: 1
state: { dir: state }
sites:
  virginia:
    ${`{ provider: aws, region: us-east-1, zones: [us-east-1a], machines: [p5.48xlarge], launch: { template: ${awsTemplate} }`}, port: ${port}, endpoint: "${ec2.url}" }
  sweden:
    provider: azure
    region: ${region}
    subscription: ${subscription}
    resourceGroup: ${resourceGroup}
    machines: [Standard_NC40ads_H100_v5]
    launch: { image: ${launch.image}, subnet: ${launch.subnet}, sshKey: "ssh-ed25519 AAAAC3Nza" }
    port: ${port}
    endpoint: "${azure.url}"
  netherlands:
    ${`{ provider: gcp, project: ${fakeProject}, region: europe-west4, zones: [europe-west4-a], machines: [a3-highgpu-8g], launch: { instanceTemplate: ${gcpTemplate} }`}, port: ${port}, endpoint: "${gcp.url}" }
deployments:
  chat:
    model: tiny
    image: vllm/vllm-openai:v0.18.0
    probe: { ttft: 1s, every: 500ms, timeout: 3s }
    sites: { virginia: {}, sweden: { standby: cold }, netherlands: { standby: cold } }
    failover:
      proof: { completions: 2 }
      move: { steps: [25%, 100%], holdEach: 1s }
traffic: { listen: "127.0.0.1:${gateway}" }
`;
}

test('a deployment under load moves from AWS to Azure to Google: no request fails, and nothing is left behind', async () => {
  const clouds = await openClouds();
  const dir = mkdtempSync(join(tmpdir(), 'godwit-clouds-'));
  const path = join(dir, 'godwit.yaml');
  const [gateway = 0, port = 0] = await freePortRanges(2);
  writeFileSync(path, configOf(clouds, gateway, port), { mode: 0o600 });
  const { env, billed, ec2, azure, gcp } = clouds;
  const endServers = serveFrom([
    { host: hosts.virginia, port, isUp: () => ec2.billed().length > 0 },
    { host: hosts.sweden, port, isUp: () => azure.group.billedMachines().length > 0 },
    { host: hosts.netherlands, port, isUp: () => gcp.billed().length > 0 },
  ]);
  const run = startProgram(['run', '--config', path], { env: { ...process.env, ...env } });
  onTestFinished(async () => {
    run.kill('SIGTERM');
    await run.ended;
    // The gateway outlives whoever started it.
    await until(() => killAll(basename(dir)) === 0, `the processes of ${dir} gone`);
    await endServers();
    await clouds.close();
    rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
  });
  const godwit = async (...argv: string[]): Promise<Ended> => {
    const ended = await spawnGodwit([...argv, '--config', path], { env, limitMs });
    expect(JSON.stringify(ended)).not.toContain(secret);
    return ended;
  };
  const why = ['--confirm', 'chat', '--reason', 'we leave this cloud'];
  const migrate = async (from: string, to: string, ...answers: string[]): Promise<void> => {
    const ended = await godwit('migrate', 'chat', '--from', from, '--to', to, '--wake', ...why, ...answers);
    expect(ended, ended.stderr + ended.stdout).toMatchObject({ code: 0 });
  };

  await run.says(/automatic start done/, limitMs);
  expect(billed()).toMatchObject({ virginia: [expect.any(String)], sweden: [], netherlands: [] });
  const load = startSteadyLoad(`http://127.0.0.1:${gateway}`);
  await load.passes(load.nowMs(), 1000);
  await migrate('virginia', 'sweden');
  expect(billed()).toMatchObject({ virginia: [], netherlands: [] });
  expect(clouds.azure.group.billedMachines()).toHaveLength(1);
  // One site right after the other: a person answers for that.
  await migrate('sweden', 'netherlands', '--override', 'RemovalVelocity');
  expect(billed()).toMatchObject({ virginia: [], sweden: [] });
  expect(gcp.billed()).toHaveLength(1);
  await load.passes(load.nowMs(), 1000);
  await load.stop();
  expect(load.failures()).toEqual([]);
  const { requests, streams } = load.counts();
  expect(requests.sent).toBeGreaterThan(100);
  expect(streams).toMatchObject({ cut: 0, failed: 0 });
  const orphans = await godwit('orphans', 'list', '-o', 'json');
  expect(JSON.parse(orphans.stdout)).toMatchObject({ items: [] });
}, 400_000);
