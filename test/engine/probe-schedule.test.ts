import { expect, test } from 'vitest';
import { createProbeSchedule, type ProbeSchedule } from '../../src/engine/probe-schedule.ts';
import type { HttpProbeSpec } from '../../src/model/probe-spec.ts';
import type { Replica } from '../../src/model/replica.ts';
import { completion, createWorld, type World, type WorldChange } from './support/world.ts';

const calm = new AbortController().signal;
const http: HttpProbeSpec = { kind: 'http', name: 'http', everyMs: 400, timeoutMs: 200, path: '/health' };

interface Opened {
  readonly world: World;
  readonly schedule: ProbeSchedule;
  readonly replica: Replica;
}

function open(change: WorldChange = {}): Opened {
  const world = createWorld(change);
  const schedule = createProbeSchedule(world.boot().deps, world.deployment);
  return { world, schedule, replica: world.left.plant(0) };
}

/** Looks every 20 ms, as a loop would, without waiting for late answers. */
async function look({ world, schedule }: Opened, replicas: readonly Replica[], forMs: number): Promise<void> {
  for (let left = forMs; left > 0; left -= 20) {
    schedule.sendDue(replicas, calm).catch(() => undefined);
    await world.pass(20);
  }
}

test('asks each probe of each replica at its own interval', async () => {
  const opened = open({ deployment: { probes: [completion, http] } });
  await look(opened, [opened.replica], 4000);
  const times = (name: string) => opened.world.probe.asked.filter(({ probe }) => probe === name).length;
  expect(times('completion')).toBeGreaterThanOrEqual(17);
  expect(times('completion')).toBeLessThanOrEqual(20);
  expect(times('http')).toBeGreaterThanOrEqual(8);
  expect(times('http')).toBeLessThanOrEqual(10);
});

test('I24: replicas found at the same moment are not asked in one burst', async () => {
  const opened = open();
  const replicas = Array.from({ length: 8 }, (_, slot) => opened.world.right.plant(slot));
  await look(opened, replicas, 400);
  const first = opened.world.probe.asked.slice(0, 8).map(({ atMonoMs }) => atMonoMs);
  expect(new Set(first).size).toBeGreaterThan(3);
});

test('keeps what came back, oldest first, and nothing of another boot', async () => {
  const opened = open();
  const { schedule, world, replica } = opened;
  await look(opened, [replica], 1000);
  world.probe.bad['left'] = 'TimedOut';
  await look(opened, [replica], 1000);
  const outcomes = schedule.historyOf(replica, completion).map(({ outcome }) => outcome);
  expect([outcomes[0], outcomes.at(-1)]).toEqual(['good', 'bad']);
  const reborn = { ...replica, bootId: 'another' };
  await look(opened, [reborn], 40);
  expect(schedule.historyOf(replica, completion)).toEqual([]);
  expect(schedule.historyOf(reborn, completion).length).toBeLessThanOrEqual(1);
});

test('keeps 128 answers, and the first good one for as long as the boot lives', async () => {
  const opened = open();
  const { schedule, world, replica } = opened;
  await look(opened, [replica], 300);
  const [first] = schedule.historyOf(replica, completion);
  world.probe.bad['left'] = 'TimedOut';
  await look(opened, [replica], 40_000);
  const history = schedule.historyOf(replica, completion);
  expect(history).toHaveLength(129);
  expect(history[0]).toEqual(first);
  expect(history.slice(2).every(({ outcome }) => outcome === 'bad')).toBe(true);
});

test('a history in which the first good answer is still among the newest keeps it once', async () => {
  const opened = open();
  await look(opened, [opened.replica], 40_000);
  const history = opened.schedule.historyOf(opened.replica, completion);
  expect(history.length).toBeLessThanOrEqual(129);
  expect(new Set(history).size).toBe(history.length);
});

test('a boot that never answered well keeps the newest 128', async () => {
  const opened = open();
  opened.world.probe.bad['left'] = 'Refused';
  await look(opened, [opened.replica], 40_000);
  expect(opened.schedule.historyOf(opened.replica, completion)).toHaveLength(128);
});

test('a probe that forgets its time-out is unseen a second after it, and never asked twice at once', async () => {
  const opened = open();
  const { schedule, world, replica } = opened;
  world.probe.mute.add('left');
  await look(opened, [replica], 1700);
  expect(schedule.historyOf(replica, completion)).toMatchObject([
    {
      outcome: 'unknown',
      reason: 'CannotSee',
      detail: 'no answer within 1.4s',
      replica: replica.id,
      vantage: 'here',
    },
  ]);
  expect(world.probe.asked.length).toBe(2);
});

test('answers are counted by site, probe and outcome', async () => {
  const opened = open();
  const { schedule, world, replica } = opened;
  await look(opened, [replica], 1100);
  const good = schedule.count();
  expect(good).toBeGreaterThan(1);
  world.probe.bad['left'] = 'TimedOut';
  await look(opened, [replica], 1100);
  expect(schedule.answers()).toEqual([
    { site: 'left', probe: 'completion', outcome: 'good', count: good },
    { site: 'left', probe: 'completion', outcome: 'bad', count: schedule.count() - good },
  ]);
});

test('hurried, a site’s completions are due at once, and only its own', async () => {
  const opened = open({
    deployment: {
      probes: [
        { ...completion, everyMs: 60_000 },
        { ...http, everyMs: 60_000 },
      ],
    },
  });
  const { schedule, world, replica } = opened;
  const other = world.right.plant(0);
  await look(opened, [replica, other], 1100);
  const before = world.probe.asked.length;
  await schedule.sendDue([replica, other], calm, ['left']);
  expect(world.probe.asked.slice(before)).toMatchObject([{ site: 'left', probe: 'completion' }]);
});

test.for([
  { state: 'gone', isAsked: true },
  { state: 'starting', isAsked: true },
  { state: 'stopped', isAsked: false },
  { state: 'stopping', isAsked: false },
] as const)('a replica that is $state is asked: $isAsked', async ({ state, isAsked }) => {
  const opened = open();
  await look(opened, [{ ...opened.replica, state }], 1100);
  expect(opened.world.probe.asked.length > 0).toBe(isAsked);
});

test('a replica without an address is not asked', async () => {
  const opened = open();
  await look(opened, [{ ...opened.replica, url: undefined }], 1100);
  expect(opened.world.probe.asked).toEqual([]);
});
