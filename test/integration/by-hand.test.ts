import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { until } from '../driver/local-world.ts';
import { whatChangedIn } from '../e2e/support/says-what-changed.ts';
import { openProgramWorld, type ProgramWorld } from './support/program-world.ts';
import { inTerminal } from './support/terminal.ts';

let world: ProgramWorld;

beforeEach(async () => {
  // Slow enough that a person has the time to change their mind between two steps.
  world = await openProgramWorld({ move: '{ steps: [10%, 50%, 100%], holdEach: 2s }' });
});

afterEach(async () => {
  await world.close();
});

const atHome = { oslo: 100, paris: 0, rome: 0 };
const shift = ['shift', 'chat', '--from', 'oslo', '--to', 'paris', '--reason', 'driver update', '--expires', '1h'];

interface Told {
  readonly outcome: string;
  readonly operation: { readonly id: string; readonly state: string; readonly kind: string };
}

async function json(...words: readonly string[]): Promise<Told> {
  const ended = await world.godwit(...words, '-o', 'json');
  try {
    return JSON.parse(ended.stdout) as Told;
  } catch {
    throw new Error(`${words.join(' ')} ended with ${ended.code}: ${ended.stdout}${ended.stderr}`);
  }
}

/** What `status` shows in a terminal. */
function shownStatus(env: Readonly<Record<string, string>>): Promise<string> {
  return inTerminal(['status', 'chat', '--config', join(world.dir, 'godwit.yaml')], { env });
}

test('through a pipe there is no escape byte, whatever the environment; on a terminal NO_COLOR means no colour', async () => {
  await world.startServing();
  for (const words of [['status', 'chat'], shift, ['op', 'list'], ['plan', ...shift]]) {
    const { stdout, stderr } = await world.godwit(...words);
    expect(stdout + stderr).not.toContain('\u001b');
    expect(stdout + stderr).not.toBe('');
  }
  expect(await shownStatus({})).toContain('\u001b[');
  expect(await shownStatus({ NO_COLOR: '1' })).not.toContain('\u001b[');
  expect(await shownStatus({ NO_COLOR: '1' })).toContain('SERVING');
});

test('with nobody to ask and no --yes the plan is printed and nothing is changed', async () => {
  await world.startServing();
  const before = (await world.route())?.routeVersion;
  const ended = await world.godwit(...shift);
  expect(ended.code).toBe(3);
  expect(ended.stdout).toMatch(/oslo +100% +0%/);
  expect(ended.stderr).toContain('godwit shift chat');
  expect(ended.stderr).toContain('Nothing was changed');
  expect((await world.route())?.routeVersion).toBe(before);
  expect(await world.godwit('history', '-o', 'json')).toMatchObject({ code: 0 });
  expect((await world.godwit('history')).stdout).not.toContain('shift');
});

test('--yes does not answer for what is severe: the name must be typed', async () => {
  await world.startServing();
  const stop = ['stop', 'chat', '--site', 'rome', '--reason', 'lease ends', '--override', 'RemovalVelocity'];
  const ended = await world.godwit(...stop, '--yes');
  expect(ended).toMatchObject({ code: 3 });
  expect(ended.stderr).toContain('--confirm chat');
  expect(ended.stderr).toContain('Nothing was changed');
  expect(await world.replicasOf('rome')).toHaveLength(1);
});

test.each([{ signals: 1 }, { signals: 2 }])(
  'Ctrl-C ($signals times within a second) holds after the step, and it goes on or back',
  async ({ signals }) => {
    const run = await world.startServing();
    const typing = world.start(...shift, '--yes');
    await typing.says(/step \d+\/\d+ \S*weigh oslo 90%, paris 10%/);
    for (let sent = 0; sent < signals; sent += 1) typing.kill('SIGINT');
    expect(await typing.ended).toBe(130);
    expect(typing.stderr()).toMatch(/op-\w+ is HELD at oslo 90%, paris 10%: nothing is undone/);
    expect(typing.stderr()).toMatch(/godwit op resume op-\w+/);
    const { operation } = await world.status();
    expect(operation).toMatchObject({ kind: 'shift', state: 'held' });
    // The step that was under way is finished, none after it began.
    expect(await world.weights()).toEqual({ oslo: 90, paris: 10, rome: 0 });
    expect(run.stderr()).toMatch(/held/);
    if (signals === 1) {
      const resumed = await world.godwit('op', 'resume', operation?.id ?? '', '--yes');
      expect(resumed, resumed.stderr).toMatchObject({ code: 0 });
      expect(await world.weights()).toEqual({ oslo: 0, paris: 100, rome: 0 });
    }
    const returned = await world.godwit('op', 'return', signals === 1 ? 'last' : (operation?.id ?? ''), '--yes');
    expect([0, 12], returned.stderr).toContain(returned.code);
    expect(await world.weights()).toEqual(atHome);
    expect(await world.godwit('journal', 'verify')).toMatchObject({ code: 0 });
  },
);

test('kill -9 of whoever leads in the middle of a shift: `op resume` finishes it, with the same effects', async () => {
  const run = await world.startServing();
  run.kill('SIGTERM');
  await run.ended;
  const typing = world.start(...shift, '--yes');
  await typing.says(/step \d+\/\d+ \S*weigh oslo 90%, paris 10%/);
  typing.kill('SIGKILL');
  await typing.ended;
  const resumed = await world.godwit('op', 'resume', 'last', '--yes');
  expect(resumed, resumed.stderr).toMatchObject({ code: 0 });
  expect(await world.weights()).toEqual({ oslo: 0, paris: 100, rome: 0 });
  expect((await world.godwit('status', 'chat')).stdout).toMatch(/Temporary +shift op-\w+/);
});

test('the same command twice: the second has nothing to do', async () => {
  await world.startServing();
  expect(await world.godwit(...shift, '--yes')).toMatchObject({ code: 0 });
  const again = await world.godwit(...shift, '--yes');
  expect(again).toMatchObject({ code: 0 });
  expect(again.stdout).toContain('Nothing to do');
});

test('two people at once: one is carried out, the other is told who was first', async () => {
  await world.startServing();
  const to = (site: string) =>
    world.godwit('switchover', 'chat', '--to', site, '--reason', `to ${site}`, '--yes', '--no-input');
  const ends = await Promise.all([to('paris'), to('rome')]);
  const codes = ends.map(({ code }) => code).sort((a, b) => (a ?? 0) - (b ?? 0));
  expect(codes[0], ends.map(({ stderr }) => stderr).join()).toBe(0);
  expect([5, 75]).toContain(codes[1]);
  const loser = ends.find(({ code }) => code !== 0);
  expect(`${loser?.stdout}${loser?.stderr}`).toMatch(/op-\w+|rq-\w+/);
  expect(whatChangedIn(loser?.stderr ?? ''), loser?.stderr).not.toEqual([]);
  expect(Object.values((await world.weights()) ?? {}).sort()).toEqual([0, 0, 100]);
});

test('a plan is applied as it was looked at, and refused when the world has moved', async () => {
  await world.startServing();
  const file = join(world.dir, 'plan.json');
  expect(await world.godwit('plan', ...shift, '--out', file)).toMatchObject({ code: 0 });
  expect(await world.weights()).toEqual(atHome);
  expect(await world.godwit('switchover', 'chat', '--to', 'rome', '--reason', 'first', '--yes')).toMatchObject({
    code: 0,
  });
  const refused = await world.godwit('apply', '--plan', file, '--yes');
  expect(refused.code).toBe(5);
  expect(`${refused.stdout}${refused.stderr}`).toContain('WorldMoved');
  expect(`${refused.stdout}${refused.stderr}`).toMatch(/split/);
  expect(refused.stderr).toContain('Nothing was changed.');
  expect(await world.weights()).toEqual({ oslo: 0, paris: 0, rome: 100 });
  writeFileSync(file, readFileSync(file, 'utf8').slice(0, 40));
  expect(await world.godwit('apply', '--plan', file, '--yes')).toMatchObject({ code: 2 });
  expect(await world.godwit('op', 'return', 'last', '--yes')).toMatchObject({ code: 0 });
  const fresh = join(world.dir, 'fresh.json');
  expect(await world.godwit('plan', ...shift, '--out', fresh)).toMatchObject({ code: 0 });
  const applied = await world.godwit('apply', '--plan', fresh, '--yes');
  expect(applied, applied.stderr).toMatchObject({ code: 0 });
  expect(await world.weights()).toEqual({ oslo: 0, paris: 100, rome: 0 });
});

test('a gateway whose answers are lost leaves the outcome unknown, and verify settles it by looking', async () => {
  const run = await world.startServing();
  run.kill('SIGTERM');
  await run.ended;
  const gateway = (await world.gateway()) ?? 0;
  const typing = world.start(...shift, '--yes');
  await typing.says(/step \d+\/\d+ \S*weigh oslo 90%, paris 10%/);
  process.kill(gateway, 'SIGSTOP');
  try {
    expect(await typing.ended, typing.stderr()).toBe(11);
  } finally {
    process.kill(gateway, 'SIGCONT');
  }
  expect(typing.stderr()).toMatch(
    /(?:put in force|moved no traffic): oslo \d+%.* \(\d of \d+ steps done; step \d may have/,
  );
  const verified = await world.godwit('verify', 'last');
  // What lay unread at the gateway's socket may have taken the first step back since, or the way back was never sent.
  const isBack = verified.stdout.includes('Verdict: as before');
  expect(verified.stdout).toMatch(/Verdict: (?:as before|something else)/);
  expect(verified.code).toBe(isBack ? 0 : 1);
  expect(await world.weights()).toEqual(isBack ? atHome : { oslo: 90, paris: 10, rome: 0 });
}, 120_000);

test('migrate under load: no request fails, no stream is cut, and nothing of ours is left at the source', async () => {
  await world.startServing();
  const load = world.startLoad();
  await load.passes(load.nowMs(), 500);
  const source = await world.replicasOf('oslo');
  expect(source).toHaveLength(2);
  const told = await json(
    'migrate',
    'chat',
    '--to',
    'paris',
    '--reason',
    'contract ends',
    '--yes',
    '--confirm',
    'chat',
  );
  expect(told).toMatchObject({ outcome: 'done', operation: { kind: 'migrate', state: 'done' } });
  expect(await world.weights()).toEqual({ oslo: 0, paris: 100, rome: 0 });
  await until(() => source.every((pid) => !existsSync(`/proc/${pid}`)), 'the source is gone');
  const afterMs = load.nowMs();
  await load.passes(afterMs, 1500);
  await load.stop();
  expect(load.failures()).toEqual([]);
  expect(load.counts().streams.cut).toBe(0);
  // The controller does not bring back what a person has ended for good.
  const { sites } = await world.status();
  expect(sites.find(({ name }) => name === 'oslo')).toMatchObject({ readyReplicas: 0 });
  expect((await world.godwit('orphans', 'list', '-o', 'json')).stdout).toContain('"items":[]');
});

test('pause, drain, start: automation leaves alone what a person holds, and takes it back when told', async () => {
  await world.startServing();
  expect(await world.godwit('pause', 'chat', '--for', '10m', '--reason', 'looking at it')).toMatchObject({ code: 0 });
  expect((await world.godwit('status', 'chat')).stdout).toMatch(/Temporary +automation is paused/);
  expect(await world.godwit('drain', 'chat', '--site', 'paris', '--reason', 'disk swap', '--yes')).toMatchObject({
    code: 0,
  });
  expect((await world.route())?.sites.find(({ site }) => site === 'paris')?.replicas).toMatchObject([
    { state: 'draining' },
  ]);
  expect((await world.route())?.spill.map(({ site }) => site)).not.toContain('paris');
  expect(await world.godwit('start', 'chat', '--site', 'paris', '--yes')).toMatchObject({ code: 0 });
  await until(
    async () => (await world.route())?.spill.some(({ site }) => site === 'paris') ?? false,
    'paris takes spill again',
  );
  expect(await world.godwit('unpause', 'chat')).toMatchObject({ code: 0 });
  expect((await world.godwit('status', 'chat')).stdout).not.toContain('paused');
});

test('with no controller, status shows what a command has started as it left it', async () => {
  const run = await world.startServing();
  const ready = async () => {
    const { sites } = await world.status();
    return (sites.find(({ name }) => name === 'rome') as { readyReplicas?: number } | undefined)?.readyReplicas;
  };
  const typed = ['chat', '--site', 'rome', '--reason', 'by hand'];
  const stop = ['stop', ...typed, '--override', 'RemovalVelocity', '--confirm', 'chat', '--yes'];
  const stopped = await world.godwit(...stop);
  expect(stopped, stopped.stdout + stopped.stderr).toMatchObject({ code: 0 });
  await until(async () => (await ready()) === 0, 'the controller sees it', 20_000);
  run.kill('SIGTERM');
  await run.ended;
  expect(await world.godwit('start', ...typed, '--yes')).toMatchObject({ code: 0 });
  expect(await ready()).toBe(1);
});
