import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import type { Pin, PinSight } from '../../src/model/pin.ts';
import type { RouteEntry, Weights } from '../../src/model/route.ts';
import { ana } from '../core/support/pins.ts';
import { type EntryChange, entry } from '../core/support/routes.ts';
import { call } from './support/clients.ts';
import { saying, upstream } from './support/upstreams.ts';
import { type AdminAnswer, openWorld, type World, type WorldChange } from './support/world.ts';

const pins = '/v1/routes/chat/pins';
const split: EntryChange = { sites: { left: 1, right: 1 }, weights: { left: 30, right: 70 } };
const allLeft: EntryChange = { ...split, weights: { left: 100, right: 0 } };

const pin = (world: World, change: object = {}): Promise<AdminAnswer> =>
  world.admin('POST', pins, { kind: 'hold', by: ana, reason: 'looks odd', ...change });
const release = (world: World, change: object = {}): Promise<AdminAnswer> =>
  world.admin('POST', `${pins}/release`, { by: ana, ...change });
const sight = async (world: World): Promise<PinSight> => (await world.admin('GET', pins)).value as PinSight;
const inForce = async (world: World): Promise<RouteEntry> =>
  (await world.admin('GET', '/v1/routes/chat')).value as RouteEntry;
/** Writes without expecting it to be taken. */
const write = (world: World, change: EntryChange): Promise<AdminAnswer> =>
  world.admin('PUT', '/v1/routes/chat', entry({ routeVersion: 1000, ...change }));

/** All at left; before that 30 to 70. */
async function moved(change: WorldChange = {}): Promise<World> {
  const world = await openWorld(change);
  await world.put(split);
  await world.put(allLeft);
  return world;
}

/** Stops the gateway and starts another from what it left. */
async function again(world: World, change: WorldChange = {}): Promise<World> {
  await world.close();
  return openWorld({ dir: world.dir, aheadMs: world.clock.aheadMs, ...change });
}

test.for(['pause', 'hold'] as const)('a %s refuses another vector, and says who and why', async (kind) => {
  const world = await moved();
  expect(await pin(world, { kind })).toMatchObject({
    status: 200,
    value: { deployment: 'chat', number: 1, kind, by: ana, reason: 'looks odd', isMerged: false },
  });
  expect(await write(world, split)).toEqual({
    status: 409,
    value: { code: 'Pinned', message: `ana on ops-1 pinned the weights (${kind}, pin 1): looks odd` },
  });
  expect((await inForce(world)).weights).toEqual(allLeft.weights);
});

test('replicas, proofs and stamps go on while a pin stands', async () => {
  const world = await moved();
  await pin(world);
  const more = { ...allLeft, sites: { left: 2, right: 1 }, spill: { right: 1000 }, routeVersion: 1000 };
  expect(await write(world, more)).toEqual({ status: 200, value: {} });
  expect(await inForce(world)).toMatchObject(entry(more));
  expect(await world.admin('POST', '/v1/routes/chat/stamp?epoch=9')).toEqual({ status: 200, value: {} });
});

test('an older writer is told that it is old, not that there is a pin', async () => {
  const world = await moved();
  await world.admin('POST', '/v1/routes/chat/stamp?epoch=9');
  await pin(world);
  expect(await write(world, split)).toMatchObject({ status: 409, value: { code: 'Stale' } });
});

test('a pin stands up to the last millisecond of its time, by the monotonic clock', async () => {
  const world = await moved();
  const taken = (await pin(world, { forMs: 60_000 })).value as Pin;
  expect((taken.untilMs ?? 0) - taken.atMs).toBe(60_000);
  world.clock.aheadMs += 50_000;
  expect((await sight(world)).standing).toEqual([1]);
  expect(await write(world, split)).toMatchObject({ status: 409 });
  world.clock.aheadMs += 10_000;
  expect(await sight(world)).toMatchObject({ standing: [], pins: [{ number: 1 }] });
  expect(await write(world, split)).toEqual({ status: 200, value: {} });
});

test('a pin without a time stands until it is released', async () => {
  const world = await moved();
  await pin(world);
  world.clock.aheadMs += 365 * 24 * 3_600_000;
  expect(await write(world, split)).toMatchObject({ status: 409 });
  expect(await release(world)).toEqual({ status: 200, value: { released: [1] } });
  expect(await write(world, split)).toEqual({ status: 200, value: {} });
});

test('a release ends one or all, says which, and is a pin of its own', async () => {
  const world = await moved();
  for (const kind of ['pause', 'hold', 'pause']) await pin(world, { kind });
  expect(await release(world, { number: 2, reason: 'over' })).toEqual({ status: 200, value: { released: [2] } });
  expect((await sight(world)).standing).toEqual([1, 3]);
  expect(await release(world, { number: 2 })).toEqual({ status: 200, value: { released: [] } });
  expect(await release(world)).toEqual({ status: 200, value: { released: [1, 3] } });
  const { pins: all, standing } = await sight(world);
  expect(standing).toEqual([]);
  expect(all.map(({ number, kind, releases }) => [number, kind, releases])).toEqual([
    [1, 'pause', undefined],
    [2, 'hold', undefined],
    [3, 'pause', undefined],
    [4, 'release', [2]],
    [5, 'release', [1, 3]],
  ]);
  expect(all[3]).toMatchObject({ by: ana, reason: 'over' });
});

test('shows what was in force before, which weights written again do not change', async () => {
  const world = await openWorld();
  expect(await sight(world)).toEqual({ pins: [], standing: [] });
  await world.put(split);
  expect(await sight(world)).toMatchObject({ weights: split.weights });
  expect((await sight(world)).before).toBeUndefined();
  await world.put(allLeft);
  await world.put({ ...allLeft, weights: { left: 100 } });
  expect(await sight(world)).toMatchObject({ weights: { left: 100 }, before: split.weights });
  const next = await again(world);
  expect(await sight(next)).toMatchObject({ weights: { left: 100 }, before: split.weights });
});

test('after a move in several steps `before` is what was in force before all of them, also after a restart', async () => {
  const world = await openWorld();
  await world.put(split);
  const before = { left: 30, right: 70 };
  // Still as it was: nothing to go back to yet.
  await world.put({ ...split, before });
  expect((await sight(world)).before).toBeUndefined();
  for (const left of [50, 80, 100]) await world.put({ ...split, weights: { left, right: 100 - left }, before });
  await world.put(allLeft);
  expect(await sight(world)).toMatchObject({ weights: allLeft.weights, before });
  expect(await sight(await again(world))).toMatchObject({ weights: allLeft.weights, before });
});

test.for([
  { name: 'does not sum to 100', before: { left: 30, right: 60 } },
  { name: 'names a site that is not listed', before: { left: 30, mars: 70 } },
  { name: 'is no whole percents', before: { left: 30.5, right: 69.5 } },
  { name: 'is what is in force', before: { left: 100, right: 0 } },
])('a `before` that $name is ignored: it is what was replaced', async ({ before }) => {
  const world = await openWorld();
  await world.put(split);
  await world.put({ ...allLeft, before });
  expect((await sight(world)).before).toEqual(split.weights);
});

test('a `before` that is no object is no entry', async () => {
  const world = await moved();
  const written = { ...entry({ ...allLeft, routeVersion: 1000 }), before: 'x' };
  expect((await world.admin('PUT', '/v1/routes/chat', written)).status).toBe(400);
});

test('a return in the middle of a move goes back to what it replaced, not to what the operation began with', async () => {
  const world = await openWorld();
  await world.put(split);
  await world.put({ ...allLeft, before: { left: 30, right: 70 } });
  await pin(world, { kind: 'return', weights: { left: 50, right: 50 } });
  expect(await sight(world)).toMatchObject({ weights: { left: 50, right: 50 }, before: allLeft.weights });
  expect(await inForce(world)).not.toHaveProperty('before');
});

test('a return puts its weights in force under the next version, and keeps them', async () => {
  const left = await upstream(saying('left'));
  const right = await upstream(saying('right'));
  const world = await openWorld();
  const sites = { left: [{ url: left.url }], right: [{ url: right.url }] };
  await world.put({ sites, weights: { left: 0, right: 100 } });
  const last = await world.put({ sites, weights: { left: 100, right: 0 }, journalHead: 'abc' });
  await world.admin('POST', '/v1/routes/chat/stamp?epoch=6');
  expect((await call(world)).text).toBe('left');
  const { before } = await sight(world);
  expect(await pin(world, { kind: 'return', weights: before })).toMatchObject({
    value: { kind: 'return', weights: { left: 0, right: 100 } },
  });
  expect((await call(world)).text).toBe('right');
  const entry = await inForce(world);
  expect(entry).toEqual({ ...last, weights: before, epoch: 6, routeVersion: last.routeVersion + 1 });
  expect(await sight(world)).toMatchObject({ weights: before, before: { left: 100, right: 0 } });
  // The controller that was on its way with the same number, and one that did not see it yet.
  for (const routeVersion of [entry.routeVersion, entry.routeVersion + 1])
    expect(await write(world, { sites, weights: { left: 50, right: 50 }, epoch: 6, routeVersion })).toMatchObject({
      status: 409,
      value: { code: 'Pinned' },
    });
});

test('a return to what is in force takes no new version', async () => {
  const world = await moved();
  const { routeVersion } = await inForce(world);
  expect(await pin(world, { kind: 'return', weights: { left: 100 } })).toMatchObject({ status: 200 });
  expect((await inForce(world)).routeVersion).toBe(routeVersion);
  expect(await write(world, split)).toMatchObject({ status: 409 });
});

test('a return moves although a hold stands, and the hold stays', async () => {
  const world = await moved();
  await pin(world);
  expect(await pin(world, { kind: 'return', weights: split.weights })).toMatchObject({ status: 200 });
  expect(await sight(world)).toMatchObject({ weights: split.weights, standing: [1, 2] });
});

test.for<{ name: string; weights: Weights }>([
  { name: 'sum to 99', weights: { left: 99 } },
  { name: 'are none', weights: {} },
  { name: 'name an unknown site', weights: { mars: 100 } },
  { name: 'leave nobody who serves', weights: { empty: 100 } },
])('I5, I22: a return whose weights $name is refused, and nothing is pinned', async ({ weights }) => {
  const world = await openWorld();
  await world.put({ sites: { left: 1, empty: 0 }, weights: { left: 100 } });
  const before = await inForce(world);
  expect(await pin(world, { kind: 'return', weights })).toMatchObject({ status: 422 });
  expect(await sight(world)).toMatchObject({ pins: [], standing: [] });
  expect(await inForce(world)).toEqual(before);
});

const year = 366 * 24 * 3_600_000;

test.for([
  { name: 'no object', body: '[]' },
  { name: 'no JSON', body: '{"kind"' },
  { name: 'an unknown kind', body: { kind: 'release', by: ana } },
  { name: 'nobody', body: { kind: 'hold' } },
  { name: 'a person without a host', body: { kind: 'hold', by: { ...ana, host: undefined } } },
  { name: 'a person with an endless name', body: { kind: 'hold', by: { ...ana, name: 'x'.repeat(201) } } },
  { name: 'an endless reason', body: { kind: 'hold', by: ana, reason: 'x'.repeat(501) } },
  { name: 'no time at all', body: { kind: 'hold', by: ana, forMs: 0 } },
  { name: 'more than a year', body: { kind: 'hold', by: ana, forMs: year + 1 } },
  { name: 'a time that is text', body: { kind: 'hold', by: ana, forMs: '5' } },
  { name: 'a return to nothing', body: { kind: 'return', by: ana } },
  { name: 'a return to text', body: { kind: 'return', by: ana, weights: { left: '100' } } },
  { name: 'a hold with weights', body: { kind: 'hold', by: ana, weights: { left: 100 } } },
])('answers a pin of $name with 400, and takes nothing', async ({ body }) => {
  const world = await moved();
  expect(await world.admin('POST', pins, body)).toMatchObject({
    status: 400,
    value: { message: expect.any(String) },
  });
  expect((await sight(world)).pins).toEqual([]);
});

test('takes the longest names, reasons and times', async () => {
  const world = await moved();
  const longest = { by: { ...ana, name: 'x'.repeat(200) }, reason: 'x'.repeat(500), forMs: year };
  expect(await pin(world, longest)).toMatchObject({ status: 200, value: { reason: longest.reason } });
});

test.for([
  { method: 'GET', path: `${pins}/1`, status: 405 },
  { method: 'PUT', path: pins, status: 405 },
  { method: 'POST', path: `${pins}/release/x`, status: 404 },
  { method: 'POST', path: `${pins}/1/other`, status: 404 },
  { method: 'POST', path: `${pins}/x/merged`, status: 404 },
  { method: 'POST', path: `${pins}/1/merged/x`, status: 404 },
  { method: 'POST', path: `${pins}/7/merged`, status: 404 },
  { method: 'POST', path: '/v1/routes/none/pins', status: 404, body: { kind: 'hold', by: ana } },
  { method: 'POST', path: `${pins}/release`, status: 400, body: { by: 'ana' } },
  { method: 'POST', path: `${pins}/release`, status: 400, body: { by: ana, number: 'x' } },
])('answers $method $path with $status', async ({ method, path, status, body }) => {
  const world = await moved();
  expect(await world.admin(method, path, body)).toMatchObject({ status, value: { message: expect.any(String) } });
});

test('pins of a deployment leave others alone', async () => {
  const world = await moved();
  await world.put({ ...split, deployment: 'other' });
  await pin(world);
  await world.put({ ...allLeft, deployment: 'other' });
  expect((await world.admin('GET', '/v1/routes/other/pins')).value).toMatchObject({ pins: [], standing: [] });
});

test('is on disk when it is answered, in a file for its owner alone, and stands after a restart', async () => {
  const world = await moved();
  const file = join(dirname(world.tableFile), 'pins.jsonl');
  expect(existsSync(file)).toBe(false);
  await pin(world, { forMs: 60_000 });
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readFileSync(file, 'utf8').split('\n')).toHaveLength(2);
  const next = await again(world);
  expect(await sight(next)).toMatchObject({ standing: [1], pins: [{ number: 1, by: ana, reason: 'looks odd' }] });
  expect(await write(next, split)).toMatchObject({ status: 409, value: { code: 'Pinned' } });
  next.clock.aheadMs += 60_000;
  expect(await write(next, split)).toEqual({ status: 200, value: {} });
});

test('numbers go on growing, marks and releases stay after a restart', async () => {
  const world = await moved();
  await pin(world);
  await release(world);
  await pin(world, { kind: 'pause' });
  expect(await world.admin('POST', `${pins}/1/merged`)).toEqual({ status: 200, value: {} });
  expect(await world.admin('POST', `${pins}/1/merged`)).toEqual({ status: 200, value: {} });
  const seen = await sight(world);
  expect(seen.pins.map(({ isMerged }) => isMerged)).toEqual([true, false, false]);
  const next = await again(world);
  expect(await sight(next)).toEqual(seen);
  expect(await pin(next)).toMatchObject({ value: { number: 4 } });
});

test('a pin is refused as 507 when the disk refuses, and does not stand', async () => {
  const world = await moved();
  const { routeVersion } = await inForce(world);
  mkdirSync(join(dirname(world.tableFile), 'pins.jsonl'));
  expect(await pin(world, { kind: 'return', weights: split.weights })).toMatchObject({ status: 507 });
  expect(await sight(world)).toMatchObject({ pins: [], standing: [], weights: allLeft.weights });
  expect((await inForce(world)).routeVersion).toBe(routeVersion);
});

test('a return whose table cannot be kept is taken back, and does not stand after a restart either', async () => {
  const world = await moved();
  const beside = `${world.tableFile}.new`;
  mkdirSync(beside);
  expect(await pin(world, { kind: 'return', weights: split.weights })).toMatchObject({ status: 507 });
  expect(await sight(world)).toMatchObject({ pins: [], standing: [], weights: allLeft.weights });
  const next = await again(world);
  expect(await sight(next)).toMatchObject({ pins: [], standing: [], weights: allLeft.weights });
});

test('with nothing in force a standing pin does not keep users from being served', async () => {
  const world = await moved();
  await pin(world);
  const next = await again(world, { tableFile: join(dirname(world.tableFile), 'other.json') });
  expect((await sight(next)).standing).toEqual([1]);
  expect(await write(next, split)).toEqual({ status: 200, value: {} });
  expect(await write(next, { ...allLeft, routeVersion: 1001 })).toMatchObject({ status: 409 });
});

test('more than a hundred pins that somebody still needs are refused; merged ones make room', async () => {
  const world = await moved();
  for (let made = 0; made < 100; made += 1) expect(await pin(world)).toMatchObject({ status: 200 });
  expect(await pin(world)).toMatchObject({ status: 503, value: { message: expect.stringContaining('too many') } });
  // There is always room for a release.
  expect((await release(world)).status).toBe(200);
  expect(await pin(world)).toMatchObject({ status: 503 });
  for (const number of [1, 2]) await world.admin('POST', `${pins}/${number}/merged`);
  expect(await pin(world)).toMatchObject({ status: 200, value: { number: 102 } });
  expect((await sight(world)).pins).toHaveLength(100);
});

/** Pinned back to `split`, then the table as it was before that. */
async function pinnedWithOldTable(change: EntryChange): Promise<World> {
  const world = await moved();
  const old = readFileSync(world.tableFile);
  await pin(world, { kind: 'return', weights: split.weights });
  await world.close();
  writeFileSync(world.tableFile, old);
  const lost = JSON.parse(old.toString('utf8'));
  Object.assign(
    lost.routes[0].entry,
    entry({ ...allLeft, ...change, routeVersion: lost.routes[0].fence.routeVersion }),
  );
  writeFileSync(world.tableFile, JSON.stringify(lost));
  return again(world);
}

test('a gateway that was killed between pin and table finishes the return before it serves', async () => {
  const world = await pinnedWithOldTable({});
  expect(await sight(world)).toMatchObject({ weights: split.weights, standing: [1] });
  const { routeVersion } = await inForce(world);
  const next = await again(world);
  expect((await inForce(next)).routeVersion).toBe(routeVersion);
});

test('a return that would leave nobody who serves is not finished, and told of', async () => {
  const world = await pinnedWithOldTable({ sites: { left: 1 }, weights: { left: 100 } });
  expect(await sight(world)).toMatchObject({ weights: { left: 100 }, standing: [1] });
  expect(world.logs.join('\n')).toContain('pin 1 of chat cannot return to its weights any more');
});
