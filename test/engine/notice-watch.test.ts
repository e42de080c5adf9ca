import { expect, test } from 'vitest';
import { noticeWatchOf } from '../../src/engine/notice-watch.ts';
import { createObserver } from '../../src/engine/observe.ts';
import { createReading } from '../../src/engine/reading.ts';
import { preemptionOf } from './support/fake-cloud.ts';
import { createWorld, type World } from './support/world.ts';

const calm = new AbortController().signal;

function open(change: (world: World) => void = () => undefined) {
  const world = createWorld();
  const replica = world.left.plant(0);
  change(world);
  const { deps } = world.boot();
  return { world, replica, deps, observer: createObserver(deps, world.deployment, 1000) };
}

async function look({ world, observer }: ReturnType<typeof open>, times: number): Promise<void> {
  for (let turns = 0; turns < times; turns += 1) {
    await world.drive(observer.look(90, calm));
    await world.pass(100);
  }
}

const leftOf = ({ observer }: ReturnType<typeof open>) => observer.sight().sites[0]?.notices;

test('what a provider announces for the deployment stands in the view, with its date', async () => {
  const opened = open();
  expect(leftOf(opened)).toEqual({ told: [] });
  const notice = preemptionOf(opened.replica);
  opened.world.left.told = [notice, preemptionOf({ id: 'left-7' }, { deployment: 'another' })];
  await look(opened, 1);
  expect(leftOf(opened)).toEqual({ told: [notice], asOfMs: expect.any(Number) });
});

test('it is read at the pace of its provider', async () => {
  const opened = open((world) => Object.assign(world.left, { noticeEveryMs: 1000 }));
  await look(opened, 30);
  expect(opened.world.left.noticeReads).toBe(3);
});

test('what cannot be read any more is not gone, and why is told; the next read says what is', async () => {
  const opened = open();
  const notice = preemptionOf(opened.replica);
  opened.world.left.told = [notice];
  await look(opened, 1);
  const seen = leftOf(opened);
  opened.world.left.told = undefined;
  await look(opened, 11);
  expect(leftOf(opened)).toEqual({ ...seen, unseen: 'too many calls' });
  opened.world.left.told = [];
  await look(opened, 11);
  expect(leftOf(opened)).toEqual({ told: [], asOfMs: expect.any(Number) });
});

test('a read that failed is tried again before a slow pace would', async () => {
  const opened = open((world) => Object.assign(world.left, { noticeEveryMs: 600_000, told: undefined }));
  await look(opened, 299);
  expect(opened.world.left.noticeReads).toBe(1);
  await look(opened, 3);
  expect(opened.world.left.noticeReads).toBe(2);
});

test('a provider that announces nothing is not asked, and nothing is said of it', () => {
  const opened = open((world) => Object.assign(world.left, { notices: undefined }));
  expect(leftOf(opened)).toBeUndefined();
});

test('deployments that share a session share its reads', async () => {
  const { world, deps } = open();
  const [provider] = [...deps.providers.values()];
  const reading = createReading(world.clock, 1000);
  if (provider === undefined) throw new Error('the world has no provider');
  const watches = [noticeWatchOf(provider, world.clock, reading), noticeWatchOf(provider, world.clock, reading)];
  await world.drive(Promise.all(watches.map((watch) => watch?.ask())));
  expect(world.left.noticeReads).toBe(1);
});

test('a site with a replica that leaves is listed as often as one where something is wrong', async () => {
  const opened = open((world) => Object.assign(world.left, { listPace: { calmMs: 1000, urgentMs: 100 } }));
  const { world, replica } = opened;
  await look(opened, 20);
  const calmly = world.left.lists;
  await look(opened, 10);
  expect(world.left.lists - calmly).toBe(1);
  world.left.told = [preemptionOf(replica)];
  await look(opened, 12);
  const before = world.left.lists;
  await look(opened, 10);
  expect(world.left.lists - before).toBe(10);
});
