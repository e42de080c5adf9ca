import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { RouteReplica } from '../../src/model/route.ts';
import { createClock } from '../../src/system/clock.ts';
import { createGatewayDriver } from '../../src/traffic/gateway/driver.ts';
import { freePortRanges, until } from '../driver/local-world.ts';
import { spawnGodwit } from '../e2e/support/spawn-godwit.ts';
import { fakeTemplate, startFakeEc2 } from '../fakes/aws/server.ts';
import { type Machine, serveFrom } from './support/cloud-machines.ts';
import { startProgram } from './support/program.ts';
import { killAll } from './support/program-world.ts';
import { startSteadyLoad } from './support/steady-load.ts';

const env = {
  ...{ AWS_ACCESS_KEY_ID: 'AKIAFAKE', AWS_SECRET_ACCESS_KEY: 'canary', AWS_EC2_METADATA_DISABLED: 'true' },
  ...{ AWS_CONFIG_FILE: '/dev/null', AWS_SHARED_CREDENTIALS_FILE: '/dev/null' },
};
/** A new lease holder waits for as long as a cloud's list may lag before it launches. */
const limitMs = 150_000;
/** The last number of the address of the first machine; the next ones count on. */
const firstHost = 31;

/** EC2 on loopback whose machines answer each at an address of its own, where a model server really is. */
async function openCloud(port: number) {
  const ec2 = await startFakeEc2({ clock: createClock(), speed: 20 });
  const { region } = ec2;
  const hostOf = (index: number): string => `127.0.0.${firstHost + index}`;
  Object.defineProperty(region, 'address', { get: () => hostOf(region.machines.length) });
  const isUp = (index: number): boolean => ec2.billed().some((each) => each === region.machines[index]);
  const machines = Array.from({ length: 6 }, (_, index): Machine => {
    return { host: hostOf(index), port, isUp: () => isUp(index) };
  });
  const endServers = serveFrom(machines);
  return {
    ec2,
    async close() {
      await endServers();
      await ec2.close();
    },
  };
}

test('a spot machine that EC2 marks is drained before it goes: no request fails, and another takes its place', async () => {
  const [gateway = 0, port = 0] = await freePortRanges(2);
  const { ec2, close } = await openCloud(port);
  const dir = mkdtempSync(join(tmpdir(), 'godwit-spot-'));
  const path = join(dir, 'godwit.yaml');
  const text = `version: 1
state: { dir: state }
sites:
  virginia: { provider: aws, region: us-east-1, zones: [us-east-1a], machines: [p5.48xlarge], market: [spot], launch: { template: ${fakeTemplate} }, port: ${port}, endpoint: "${ec2.url}" }
deployments:
  chat:
    model: tiny
    image: vllm/vllm-openai:v0.18.0
    probe: { ttft: 1s, every: 500ms, timeout: 3s }
    sites: { virginia: { replicas: 2 } }
    failover: { proof: { completions: 2 } }
traffic: { listen: "127.0.0.1:${gateway}" }
`;
  writeFileSync(path, text, { mode: 0o600 });
  const run = startProgram(['run', '--config', path], { env: { ...process.env, ...env } });
  onTestFinished(async () => {
    run.kill('SIGTERM');
    await run.ended;
    // The gateway outlives whoever started it.
    await until(() => killAll(basename(dir)) === 0, `the processes of ${dir} gone`);
    await close();
    rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
  });
  const clock = createClock();
  const driver = createGatewayDriver({ socketPath: join(dir, 'state', 'gateway', 'admin.sock'), clock });
  const replicas = async (): Promise<readonly RouteReplica[]> => {
    const call = { signal: AbortSignal.timeout(2000), deadlineAtMonoMs: clock.monoMs() + 2000 };
    const seen = await driver.read('chat', call);
    return seen.kind === 'seen' ? (seen.value?.sites[0]?.replicas ?? []) : [];
  };
  const untilTable = (what: string, isSo: (all: readonly RouteReplica[]) => boolean): Promise<unknown> =>
    until(async () => isSo(await replicas()) || undefined, what, limitMs);

  await run.says(/automatic start done/, limitMs);
  await untilTable('both serve', (all) => all.filter(({ state }) => state === 'serving').length === 2);
  const load = startSteadyLoad(`http://127.0.0.1:${gateway}`);
  await load.passes(load.nowMs(), 1000);

  const [marked] = ec2.billed();
  if (marked === undefined) throw new Error('there is a machine');
  const { id } = marked.terms;
  ec2.region.catalogue.spotStatuses.set(id, 'marked-for-termination');
  await untilTable('it drains', (all) => all.some((each) => each.id === id && each.state === 'draining'));
  expect(run.stderr()).toContain(`announced at virginia: preemption of ${id} at any moment (marked-for-termination)`);
  const status = await spawnGodwit(['status', 'chat', '-o', 'json', '--config', path], { env, limitMs });
  expect(JSON.parse(status.stdout).sites).toMatchObject([
    { readyReplicas: 1, notices: { unseen: null, told: [{ kind: 'preemption', replica: id, at: null }] } },
  ]);
  // Longer than anything that was sent there may take, as the two minutes of a real warning are.
  await load.passes(load.nowMs(), 3000);
  const goneMs = load.nowMs();
  marked.end(ec2.region.nowMs(), { Code: 'Server.SpotInstanceTermination', Message: 'reclaimed' });
  await load.passes(goneMs, 3000);
  await until(() => ec2.billed().length === 2 || undefined, 'another machine', limitMs);
  await untilTable('two serve again', (all) => all.filter(({ state }) => state === 'serving').length === 2);
  await load.stop();
  expect(load.failures()).toEqual([]);
  expect(load.counts().streams).toMatchObject({ cut: 0, failed: 0 });
  expect(load.counts().requests.sent).toBeGreaterThan(100);
}, 400_000);
