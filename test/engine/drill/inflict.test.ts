import { expect, test } from 'vitest';
import type { InflictDeps, Inflicted } from '../../../src/engine/drill/deed.ts';
import { createInfliction, type Infliction } from '../../../src/engine/drill/inflict.ts';
import { isWhole, undoRemains } from '../../../src/engine/drill/undo-remains.ts';
import type { PlannedFault } from '../../../src/model/drill.ts';
import { armedFaultKinds, type FaultKind } from '../../../src/model/fault.ts';
import type { Reply } from '../../../src/model/outcome.ts';
import type { Remains } from '../../../src/model/remains.ts';
import type { Exec, ExecEnd } from '../../../src/ports/exec.ts';
import { createWorld, type World } from '../support/world.ts';

const calm = new AbortController().signal;
const pair = { run: ['/opt/cut', 'eth1'], undo: ['/opt/mend', 'eth1'] };
const ended: Reply<ExecEnd> = { kind: 'done', value: { stdout: '', stderr: '' } };

/** Two replicas at `left` since long ago, and programs that do nothing. */
function openBench() {
  const world = createWorld();
  const replicas = [world.left.plant(0), world.left.plant(1)];
  const ran: { readonly argv: readonly string[]; readonly env: Readonly<Record<string, string>> }[] = [];
  const answers = new Map<string, Reply<ExecEnd> | 'never'>();
  const forbidden = new Set<string>();
  const exec: Exec = {
    async check([file = '']) {
      const error = { class: 'invalid', code: 'NotAllowed', message: `${file} can be changed by others` } as const;
      return forbidden.has(file) ? { kind: 'refused', error } : { kind: 'done', value: undefined };
    },
    async run(argv, { env }) {
      ran.push({ argv, env });
      const answer = answers.get(argv[0] ?? '') ?? ended;
      return answer === 'never' ? await new Promise<never>(() => undefined) : answer;
    },
  };
  const deps: InflictDeps = { clock: world.clock, providers: world.clouds, exec };
  const kept: Remains[] = [];
  return {
    ...{ world, replicas, ran, answers, forbidden, deps, kept },
    keep: async (remains: Remains) => void kept.push(remains),
    /** A JSON text lies between whoever did it and whoever undoes it. */
    remains: () => JSON.parse(JSON.stringify(kept.at(-1))) as Remains,
  };
}

const inflicted = (kind: FaultKind, change: Partial<PlannedFault> = {}): Inflicted => ({
  run: 'dr-1',
  drill: { name: 'loss', deployment: 'chat' },
  fault: {
    kind,
    site: 'left',
    sharePct: 100,
    atMs: 0,
    forMs: 60_000,
    ...(kind === 'exec' && { exec: pair }),
    ...change,
  },
});

function infliction(deps: InflictDeps, kind: FaultKind, change?: Partial<PlannedFault>): Infliction {
  const made = createInfliction(deps, inflicted(kind, change));
  if (made === undefined) throw new Error(`${kind} is armed`);
  return made;
}

const told = (world: World): readonly string[] => world.left.disturbed.splice(0);

test.for(armedFaultKinds)('%s is none of these', (kind) => {
  expect(createInfliction(openBench().deps, inflicted(kind))).toBeUndefined();
});

test('hang: rehearsed by telling what runs to go on, and then all hang, each boot kept before', async () => {
  const { world, replicas, deps, kept, keep } = openBench();
  const hang = infliction(deps, 'hang');
  expect(await hang.rehearse(calm)).toBeUndefined();
  expect(told(world)).toEqual(replicas.map(({ bootId }) => `resume ${bootId}`));
  const isBefore = async (remains: Remains): Promise<void> => {
    expect(world.left.hung.size).toBe(0);
    await keep(remains);
  };
  expect(await hang.inflict(isBefore, calm)).toEqual({ state: 'done', detail: 'left-1 hangs; left-2 hangs' });
  expect([...world.left.hung]).toEqual(replicas.map(({ bootId }) => bootId));
  expect(kept).toEqual([{ kind: 'hang', site: 'left', replicas: replicas.map(({ id, bootId }) => ({ id, bootId })) }]);
});

test('hang: undone from what was kept alone, though nothing can be listed', async () => {
  const { world, deps, keep, remains } = openBench();
  await infliction(deps, 'hang').inflict(keep, calm);
  world.left.listError = { class: 'transient', code: 'Down', message: 'down' };
  expect(await undoRemains(deps, remains())).toEqual({ state: 'done', detail: 'left-1 goes on; left-2 goes on' });
  expect(world.left.hung.size).toBe(0);
  expect(await undoRemains(deps, remains())).toMatchObject({ state: 'done' });
  expect(await isWhole(deps, remains())).toBe('yes');
});

test('hang: what is not seen to go on is told again, for fifteen seconds and not for ever', async () => {
  const { world, deps, keep, remains } = openBench();
  await infliction(deps, 'hang').inflict(keep, calm);
  world.left.disturbFaults.push('unknown', 'refused', 'pass', 'refused');
  expect(await world.drive(undoRemains(deps, remains()))).toMatchObject({ state: 'done' });
  expect(world.left.hung.size).toBe(0);
  await infliction(deps, 'hang').inflict(keep, calm);
  world.left.disturbFaults.push(...Array.from({ length: 1000 }, () => 'unknown' as const));
  const beganMonoMs = world.clock.monoMs();
  expect(await world.drive(undoRemains(deps, remains()))).toMatchObject({ state: 'unknown' });
  expect(world.clock.monoMs() - beganMonoMs).toBeLessThan(16_000);
});

test.for([
  { faults: ['pass', 'refused'], state: 'done' },
  { faults: ['pass', 'unknown'], state: 'unknown' },
  { faults: ['refused', 'unknown'], state: 'unknown' },
  { faults: ['refused', 'refused'], state: 'refused' },
  { faults: ['pass', 'never'], state: 'unknown' },
] as const)('hang: of two, $faults, it is $state', async ({ faults, state }) => {
  const { world, deps, keep, kept } = openBench();
  world.left.disturbFaults.push(...faults);
  expect(await world.drive(infliction(deps, 'hang').inflict(keep, calm))).toMatchObject({ state });
  expect(kept).toHaveLength(1);
});

test('hang: another fault that hides the replicas does not save those that were seen before', async () => {
  const { world, deps, keep } = openBench();
  const hang = infliction(deps, 'hang');
  const blind = infliction(deps, 'hang');
  await hang.rehearse(calm);
  world.left.listError = { class: 'transient', code: 'Down', message: 'down' };
  expect(await hang.inflict(keep, calm)).toMatchObject({ state: 'done' });
  expect(await blind.inflict(keep, calm)).toEqual({ state: 'refused', detail: 'none is seen at left: down' });
});

test.for(['hang', 'kill'] as const)('%s: nothing is done of what cannot be kept', async (kind) => {
  const { world, deps } = openBench();
  const full = () => Promise.reject(new Error('the disk is full'));
  expect(await infliction(deps, kind).inflict(full, calm)).toMatchObject({
    ...{ state: 'refused', detail: expect.stringContaining('the disk is full') },
  });
  expect(told(world)).toEqual([]);
});

test.for(['hang', 'kill', 'exec'] as const)('%s: given up before it began it does nothing', async (kind) => {
  const { world, ran, deps, kept, keep } = openBench();
  expect(await infliction(deps, kind).inflict(keep, AbortSignal.abort())).toMatchObject({ state: 'refused' });
  expect([...kept, ...ran, ...told(world)]).toEqual([]);
});

test.for(['hang', 'kill'] as const)('%s: what stops it is said at the rehearsal', async (kind) => {
  const { world, deps } = openBench();
  const rehearse = () => infliction(deps, kind).rehearse(calm);
  world.left.disturbFaults.push('refused');
  expect(await rehearse()).toMatch(/cannot be told to go on: it was refused/);
  world.left.listError = { class: 'transient', code: 'Down', message: 'down' };
  expect(await rehearse()).toBe('the replicas at left are not seen: down');
  world.left.listError = undefined;
  world.left.crash(0);
  world.left.crash(1);
  expect(await rehearse()).toBe('no replica runs at left');
  const { disturb: _, ...bare } = world.left;
  const poor = { ...deps, providers: new Map([['left', bare]]) };
  expect(await infliction(poor, kind).rehearse(calm)).toMatch(/^the provider of left cannot /);
  expect(await infliction(deps, kind, { site: 'nowhere' }).rehearse(calm)).toMatch(/^the provider of nowhere cannot /);
});

test('kill: nothing to undo, and whole once each slot runs again', async () => {
  const { world, deps, kept, keep, remains } = openBench();
  expect(await infliction(deps, 'kill').inflict(keep, calm)).toEqual({
    ...{ state: 'done', detail: 'left-1 killed; left-2 killed' },
  });
  expect(kept).toEqual([{ kind: 'kill', site: 'left', deployment: 'chat', slots: [0, 1] }]);
  expect(await undoRemains(deps, remains())).toMatchObject({ state: 'done' });
  expect(await isWhole(deps, remains())).toBe('no');
  world.left.plant(1);
  expect(await isWhole(deps, remains())).toBe('no');
  world.left.plant(0);
  expect(await isWhole(deps, remains())).toBe('yes');
  world.left.listError = { class: 'transient', code: 'Down', message: 'down' };
  expect(await isWhole(deps, remains())).toBe('unknown');
});

test('exec: both files are looked at and none is run; then one, and the other undoes it', async () => {
  const { ran, deps, keep, remains } = openBench();
  const exec = infliction(deps, 'exec');
  expect(await exec.rehearse(calm)).toBeUndefined();
  expect(ran).toEqual([]);
  expect(await exec.inflict(keep, calm)).toEqual({ state: 'done', detail: '/opt/cut ended well' });
  expect(await undoRemains(deps, remains())).toEqual({ state: 'done', detail: '/opt/mend ended well' });
  const env = { GODWIT_DRILL: 'loss', GODWIT_RUN: 'dr-1', GODWIT_SITE: 'left', GODWIT_DEPLOYMENT: 'chat' };
  expect(ran).toEqual([
    { argv: pair.run, env },
    { argv: pair.undo, env },
  ]);
  expect(await isWhole(deps, remains())).toBe('yes');
});

test.for([
  {
    name: 'failed',
    answer: { kind: 'refused', error: { class: 'invalid', code: 'ExitCode', message: 'exit code 3' } },
    state: 'refused',
  },
  {
    name: 'was ended by its time',
    answer: { kind: 'unknown', error: { class: 'unknown', code: 'TimedOut', message: 'ended' } },
    state: 'unknown',
  },
  { name: 'never answers', answer: 'never', state: 'unknown' },
] as const)('exec: of a program that $name there is something to undo all the same', async ({ answer, state }) => {
  const { world, ran, answers, deps, keep, remains } = openBench();
  answers.set('/opt/cut', answer);
  expect(await world.drive(infliction(deps, 'exec').inflict(keep, calm), 60_000)).toMatchObject({ state });
  expect(await undoRemains(deps, remains())).toMatchObject({ state: 'done' });
  expect(ran.map(({ argv }) => argv)).toEqual([pair.run, pair.undo]);
  answers.set('/opt/mend', answer);
  expect(await world.drive(undoRemains(deps, remains()), 60_000)).toMatchObject({ state });
});

test('exec: whoever gives it up does not wait for it; its undo is not given up', async () => {
  const { answers, deps, keep, remains } = openBench();
  answers.set('/opt/cut', 'never');
  const stop = new AbortController();
  const inflicting = infliction(deps, 'exec').inflict(keep, stop.signal);
  stop.abort();
  expect(await inflicting).toMatchObject({ state: 'unknown' });
  expect(await undoRemains(deps, remains())).toMatchObject({ state: 'done' });
});

test('exec: a file that may not be run is said at the rehearsal, the undo’s too', async () => {
  const { forbidden, deps } = openBench();
  forbidden.add('/opt/mend');
  expect(await infliction(deps, 'exec').rehearse(calm)).toBe('/opt/mend can be changed by others');
  const { exec: _, ...without } = deps;
  expect(await infliction(without, 'exec').rehearse(calm)).toMatch(/runs no programs/);
  expect(await undoRemains(without, { kind: 'exec', site: 'left', undo: ['/opt/mend'], env: {} })).toMatchObject({
    state: 'refused',
  });
});
