import { existsSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { until } from '../driver/local-world.ts';
import { openProgramWorld, type ProgramWorld } from './support/program-world.ts';

let world: ProgramWorld | undefined;

afterEach(async () => {
  await world?.close();
  world = undefined;
});

const calm = 'steadyState: { observe: 2s }, recovery: { settle: 1s }';
const load = 'load: { source: generated, rate: 20rps, promptTokens: 20, outputTokens: { p50: 5, p95: 20 } }';
const claims = '["decision = act", "recoveryTime <= 10s", "lostRequests <= 10%"]';

const drillOf = (name: string, fault: string, hypothesis = claims): string =>
  `\n  ${name}: { deployment: chat, fault: [{ ${fault}, site: oslo, for: 12s }], hypothesis: ${hypothesis}, ${calm}, ${load} }`;

/** Until nothing stands in the way of the drill. */
async function open(name: string, drills: string): Promise<ProgramWorld> {
  const opened = await openProgramWorld({ drills });
  world = opened;
  await opened.startServing();
  const mayBegin = async () => (await opened.godwit('drill', 'run', name, '--dry-run')).code === 0;
  await until(mayBegin, `${name} may begin`, 20_000);
  return opened;
}

interface Report {
  readonly id: string;
  readonly verdict: string;
  readonly because: readonly string[];
  readonly undo: string;
  readonly weights: { readonly restored: boolean };
  readonly replicas: { readonly before: unknown; readonly after: unknown };
  readonly claims: readonly { readonly text: string; readonly measured: unknown; readonly holds: string }[];
  readonly phases: readonly { readonly phase: string; readonly tookMs: number | null }[];
  readonly load: readonly { readonly due: number; readonly sites: Readonly<Record<string, number>> }[];
}

async function run(at: ProgramWorld, name: string) {
  const drill = at.start('drill', 'run', name, '--yes', '-o', 'json');
  const code = await drill.ended;
  return { code, report: JSON.parse(drill.stdout()) as Report };
}

test.for([
  { name: 'site-loss', fault: 'type: blackhole' },
  { name: 'hang', fault: 'type: hang' },
  { name: 'slow', fault: 'type: slow-first-token, delay: 20s' },
  { name: 'errors', fault: 'type: errors' },
])('$name under load passes, and all is as before', async ({ name, fault }) => {
  const at = await open(name, drillOf(name, fault));
  const { code, report } = await run(at, name);
  expect(report).toMatchObject({ verdict: 'passed', because: [], undo: 'verified', weights: { restored: true } });
  expect(code).toBe(0);
  expect(report.replicas.after).toEqual(report.replicas.before);
  expect(report.claims.map(({ holds }) => holds)).toEqual(['yes', 'yes', 'yes']);
  expect(report.phases.map(({ phase }) => phase)).toEqual([
    ...['detect', 'decide', 'reserve', 'wake', 'shift', 'converge', 'stable'],
  ]);
  expect(report.phases.every(({ tookMs }) => tookMs !== null)).toBe(true);
  // The load was there all the while, and another site answered for the one that was lost.
  expect(report.load.reduce((sum, { due }) => sum + due, 0)).toBeGreaterThan(250);
  expect(report.load.some(({ sites }) => (sites['paris'] ?? 0) > 15)).toBe(true);
  expect(await at.godwit('drill', 'report', 'verify', report.id)).toMatchObject({ code: 0 });
});

test('killed replicas run again at the end of their drill', async () => {
  const at = await open('kill', drillOf('kill', 'type: kill', '["lostRequests <= 10%"]'));
  const { report } = await run(at, 'kill');
  expect(report).toMatchObject({ verdict: 'passed', undo: 'verified', weights: { restored: true } });
  expect(report.replicas.after).toEqual(report.replicas.before);
});

test('an objective that cannot be met fails it, and it is undone all the same', async () => {
  const at = await open('loss', drillOf('loss', 'type: blackhole', '["detectionTime <= 1ms"]'));
  const { code, report } = await run(at, 'loss');
  expect(report).toMatchObject({ verdict: 'failed', because: ['not so: detectionTime <= 1ms'], undo: 'verified' });
  expect(code).toBe(9);
  expect(report.weights.restored).toBe(true);
});

test('seconds that nobody saw are no proof', async () => {
  const at = await open('loss', drillOf('loss', 'type: blackhole', '["lostRequests <= 100%"]'));
  const drill = at.start('drill', 'run', 'loss', '--yes', '-o', 'json');
  await drill.says(/broken: blackhole/);
  const socket = join(at.stateDir, 'gateway', 'admin.sock');
  expect(existsSync(socket)).toBe(true);
  renameSync(socket, `${socket}.hidden`);
  const hiddenMs = Date.now();
  await drill.says(/op-\w+ automatic|broken/);
  while (Date.now() - hiddenMs < 5000) await new Promise((resolve) => setTimeout(resolve, 50));
  renameSync(`${socket}.hidden`, socket);
  expect(await drill.ended, drill.stderr()).toBe(10);
  expect(JSON.parse(drill.stdout())).toMatchObject({
    ...{ verdict: 'inconclusive', undo: 'verified' },
    because: [expect.stringMatching(/nothing was seen of the gateway for/)],
  });
});

test('kill -9 of the drill: whoever watches it undoes it, and says interrupted', async () => {
  const at = await open('hang', drillOf('hang', 'type: hang'));
  const drill = at.start('drill', 'run', 'hang', '--yes');
  await drill.says(/broken: hang/);
  drill.kill('SIGKILL');
  await drill.ended;
  const last = async (): Promise<Report | undefined> => {
    const shown = await at.godwit('drill', 'report', 'last', '--format', 'json');
    return shown.code === 0 ? (JSON.parse(shown.stdout) as Report) : undefined;
  };
  await expect.poll(last, { timeout: 60_000, interval: 500 }).toMatchObject({
    ...{ verdict: 'interrupted', because: ['its runner died'], undo: 'verified', weights: { restored: true } },
  });
  const report = await last();
  expect(report?.replicas.after).toEqual(report?.replicas.before);
});
