import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { expect, test } from 'vitest';
import type { RouteEntry } from '../../src/model/route.ts';
import { type EntryChange, entry } from '../core/support/routes.ts';
import { call } from './support/clients.ts';
import { saying, upstream } from './support/upstreams.ts';
import { openWorld, temporaryDir, type World, type WorldChange } from './support/world.ts';

const leftOnly: EntryChange = { sites: { left: 1 }, weights: { left: 100 } };

const put = (world: World, written: RouteEntry) => world.admin('PUT', `/v1/routes/${written.deployment}`, written);
const stamp = (world: World, epoch: number) => world.admin('POST', `/v1/routes/chat/stamp?epoch=${epoch}`);

/** Stops the gateway and starts another from what it left. */
async function again(world: World, change: WorldChange = {}): Promise<World> {
  await world.close();
  return openWorld({ dir: world.dir, aheadMs: world.clock.aheadMs, ...change });
}

function savedIn(world: World): { routes: { deployment: string; fence: unknown; entry?: RouteEntry }[] } {
  return JSON.parse(readFileSync(world.tableFile, 'utf8'));
}

test('has an entry on disk when it acknowledges it, readable by its owner alone, and nothing beside it', async () => {
  const world = await openWorld();
  const written = await world.put(leftOnly);
  expect(savedIn(world).routes).toMatchObject([
    { deployment: 'chat', fence: { epoch: written.epoch, routeVersion: written.routeVersion }, entry: written },
  ]);
  expect(statSync(world.tableFile).mode & 0o777).toBe(0o600);
  expect(readdirSync(dirname(world.tableFile))).toEqual(['routes.json']);
  const other = await world.put({ ...leftOnly, deployment: 'other' });
  expect(savedIn(world).routes.map((route) => route.entry)).toEqual([written, other]);
});

test('serves from the saved table before anybody tells it anything', async () => {
  const { url } = await upstream(saying('from the table'));
  const first = await openWorld();
  const written = await first.put({ sites: { left: [{ url }] } });
  const second = await again(first);
  expect((await call(second)).text).toBe('from the table');
  expect(await second.admin('GET', '/v1/routes/chat')).toEqual({ status: 200, value: written });
  expect(second.logs.join('\n')).toContain(`1 routes from ${second.tableFile}`);
});

test('serves from the table of a gateway that was killed while it wrote the next', async () => {
  const { url } = await upstream();
  const first = await openWorld();
  await first.put({ sites: { left: [{ url }] } });
  writeFileSync(`${first.tableFile}.new`, `{"bootId":"boot-of-this-machine","rou${'x'.repeat(10_000)}`);
  const second = await again(first);
  expect((await call(second)).text).toBe('ok');
  await second.put({ sites: { left: [{ url }] } });
  expect(savedIn(second).routes).toHaveLength(1);
  expect(readdirSync(dirname(second.tableFile))).toEqual(['routes.json']);
});

const good = { epoch: 4, routeVersion: 7 };
const saved = (route: object): string =>
  JSON.stringify({
    bootId: 'boot-of-this-machine',
    routes: [{ deployment: 'chat', fence: good, acceptedAtMonoMs: 0, ...route }],
  });

test.for([
  ['no JSON', '{"bootId":"x","routes":[{"deploy'],
  ['nothing', ''],
  ['no table', '[]'],
  ['null', 'null'],
  ['routes that are no list', '{"bootId":"x","routes":{}}'],
  ['a route that is none', '{"bootId":"x","routes":[null]}'],
  ['a route without a fence', '{"bootId":"x","routes":[{"deployment":"chat","acceptedAtMonoMs":0}]}'],
  ['a fence that is no number', saved({ fence: { epoch: 'x', routeVersion: 1 } })],
  ['a route without a name', saved({ deployment: undefined })],
  ['a route without its time', saved({ acceptedAtMonoMs: null })],
  ['an entry of another shape', saved({ entry: { deployment: 'chat' } })],
  ['an entry that would be refused', saved({ entry: entry({ weights: { left: 99 } }) })],
  [
    'an entry with an address that is none',
    saved({ entry: entry({ sites: { left: [{ url: 'x' }] }, weights: { left: 100 } }) }),
  ],
  ['an entry of another deployment', saved({ entry: entry({ ...leftOnly, deployment: 'other' }) })],
] as const)('puts a saved table aside that has %s, says so, and starts without one', async ([, text]) => {
  const dir = temporaryDir();
  const file = `${dir}/routes.json`;
  writeFileSync(file, text);
  const world = await openWorld({ dir, tableFile: file });
  expect(readFileSync(`${file}.damaged`, 'utf8')).toBe(text);
  expect(world.logs[0]).toContain(`${file}.damaged`);
  expect((await call(world)).status).toBe(503);
  await world.put(leftOnly);
  expect(savedIn(world).routes).toHaveLength(1);
});

/** How long the proof of `right` holds, as the gateway says. */
async function proofMs(world: World): Promise<number> {
  const { value } = await world.admin('GET', '/v1/routes/chat');
  return (value as RouteEntry).spill[0]?.provenForMs ?? Number.NaN;
}

/** Nothing at `left`, and `right` proven for a minute. */
async function spilling(): Promise<World> {
  const { url } = await upstream(saying('right'));
  const world = await openWorld({ hold: { maxWaitMs: 0 } });
  const sites = { left: [], right: [{ url }] };
  await world.put({ sites, weights: { left: 100, right: 0 }, spill: { right: 60_000 } });
  return world;
}

test('shortens saved proofs by the time that passed', async () => {
  const first = await spilling();
  first.clock.aheadMs += 20_000;
  const second = await again(first, { hold: { maxWaitMs: 0 } });
  expect(await proofMs(second)).toBeGreaterThan(35_000);
  expect(await proofMs(second)).toBeLessThanOrEqual(40_000);
  expect((await call(second)).text).toBe('right');
  second.clock.aheadMs += 40_000;
  expect((await call(second)).status).toBe(503);
});

test('shortens saved proofs once, not again with every start', async () => {
  const first = await spilling();
  first.clock.aheadMs += 20_000;
  const second = await again(first);
  expect(await stamp(second, 90)).toMatchObject({ status: 200 });
  const third = await again(second);
  expect(await proofMs(third)).toBeGreaterThan(35_000);
});

test('believes no proof from before the machine was started', async () => {
  const first = await spilling();
  const second = await again(first, { bootId: 'another boot', hold: { maxWaitMs: 0 } });
  expect(await proofMs(second)).toBe(0);
  expect((await call(second)).status).toBe(503);
});

test('turns older writers away after a stamp, also when it was started anew', async () => {
  const first = await openWorld();
  const written = await first.put({ ...leftOnly, epoch: 4 });
  const next = { ...written, routeVersion: written.routeVersion + 1 };
  expect(await stamp(first, 9)).toEqual({ status: 200, value: {} });
  expect(await stamp(first, 9)).toEqual({ status: 200, value: {} });
  expect(await stamp(first, 8)).toMatchObject({ status: 409 });
  expect(await put(first, { ...next, epoch: 8 })).toMatchObject({ status: 409 });
  const second = await again(first);
  expect(await stamp(second, 8)).toMatchObject({ status: 409 });
  expect(await put(second, { ...next, epoch: 8 })).toMatchObject({ status: 409 });
  expect(await second.admin('GET', '/v1/routes/chat')).toEqual({ status: 200, value: written });
  expect(await put(second, { ...next, epoch: 9 })).toEqual({ status: 200, value: {} });
});

test('keeps the stamp of a deployment that was never written', async () => {
  const first = await openWorld();
  expect(await first.admin('GET', '/v1/routes/chat')).toMatchObject({ status: 404, value: { epoch: 0 } });
  await stamp(first, 5);
  const second = await again(first);
  expect(await second.admin('GET', '/v1/routes/chat')).toMatchObject({ status: 404, value: { epoch: 5 } });
  expect(await put(second, entry({ ...leftOnly, epoch: 4 }))).toMatchObject({ status: 409 });
  expect(await put(second, entry({ ...leftOnly, epoch: 5 }))).toMatchObject({ status: 200 });
});

test('takes the same write again, and no older epoch or version, also when it was started anew', async () => {
  const first = await openWorld();
  const written = await first.put({ ...leftOnly, epoch: 4 });
  for (const world of [first, await again(first)]) {
    expect(await put(world, { ...written, epoch: 3 })).toMatchObject({ status: 409 });
    expect(await put(world, { ...written, routeVersion: written.routeVersion - 1 })).toMatchObject({ status: 409 });
    expect(await put(world, { ...written, epoch: 5, routeVersion: 1 })).toMatchObject({ status: 409 });
    expect(await world.admin('GET', '/v1/routes/chat')).toEqual({ status: 200, value: written });
    expect(await put(world, written)).toEqual({ status: 200, value: {} });
  }
}, 20_000);

test('changes nothing when the disk refuses, and says so', async () => {
  const { url } = await upstream(saying('old'));
  const world = await openWorld();
  const written = await world.put({ sites: { left: [{ url }] } });
  const folder = dirname(world.tableFile);
  renameSync(folder, `${folder}-away`);
  writeFileSync(folder, 'no folder any more');
  const next = { ...written, routeVersion: written.routeVersion + 1, sites: [{ site: 'left', replicas: [] }] };
  for (let count = 0; count < 3; count += 1) {
    expect(await put(world, next)).toMatchObject({ status: 507, value: { message: expect.stringContaining('kept') } });
    expect(await stamp(world, 50)).toMatchObject({ status: 507 });
  }
  expect(await world.admin('GET', '/v1/routes/chat')).toEqual({ status: 200, value: written });
  expect((await call(world)).text).toBe('old');
  // Neither the version nor the stamp that were refused are in force.
  rmSync(folder);
  renameSync(`${folder}-away`, folder);
  expect(await stamp(world, written.epoch + 1)).toMatchObject({ status: 200 });
});

test('keeps no descriptor of a file it could not keep', { skip: process.platform !== 'linux' }, async () => {
  const world = await openWorld();
  const written = await world.put(leftOnly);
  // The table is written beside its place and cannot be moved there.
  rmSync(world.tableFile);
  mkdirSync(`${world.tableFile}/in-the-way`, { recursive: true });
  const tableDescriptors = (): number => {
    const links = readdirSync('/proc/self/fd').map((name) => statOf(`/proc/self/fd/${name}`));
    return links.filter((inode) => inode !== undefined && inode === statOf(`${world.tableFile}.new`)).length;
  };
  for (let count = 0; count < 5; count += 1) expect(await put(world, written)).toMatchObject({ status: 507 });
  expect(statOf(`${world.tableFile}.new`)).toBeDefined();
  expect(tableDescriptors()).toBe(0);
});

function statOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.ino;
}

test('makes the folder of its table when it has vanished', async () => {
  const world = await openWorld();
  const written = await world.put(leftOnly);
  rmSync(dirname(world.tableFile), { recursive: true });
  expect(await put(world, written)).toMatchObject({ status: 200 });
  expect(savedIn(world).routes).toHaveLength(1);
});
