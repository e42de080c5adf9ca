import { expect, test } from 'vitest';
import { ask, call } from './support/clients.ts';
import { nobody, saying, upstream } from './support/upstreams.ts';
import { openWorld, until, type World, type WorldChange } from './support/world.ts';

/** A gateway that knows a deployment without any replica. */
async function emptyWorld(change: WorldChange = {}): Promise<World> {
  const world = await openWorld(change);
  await world.put({ sites: { left: [] } });
  return world;
}

const held = (world: World, count: number): Promise<void> =>
  until(`${count} are held`, async () => (await world.traffic()).held === count);

test('holds requests while nothing is ready, and serves them when a replica comes', async () => {
  const world = await emptyWorld();
  const answers = ['a', 'b', 'c'].map((body) => call(world, { method: 'POST', body }));
  await held(world, 3);
  const { url, seen } = await upstream(({ body }, response) => response.end(body));
  await world.put({ sites: { left: [{ url }] } });
  expect((await Promise.all(answers)).map(({ status, text }) => `${status} ${text}`)).toEqual([
    '200 a',
    '200 b',
    '200 c',
  ]);
  expect(seen).toHaveLength(3);
  expect(await world.traffic()).toMatchObject({ requests: 3, ok: 3, failed: 0, retried: 0, held: 0 });
});

test('holds requests while all replicas drain', async () => {
  const { url, seen } = await upstream();
  const world = await openWorld();
  await world.put({ sites: { left: [{ url, state: 'draining' }] } });
  const answer = call(world);
  await held(world, 1);
  expect(seen).toHaveLength(0);
  await world.put({ sites: { left: [{ url, state: 'serving' }] } });
  expect(await answer).toMatchObject({ status: 200 });
});

test('says 503 with Retry-After when the wait was in vain, and not before', async () => {
  const world = await emptyWorld({ hold: { maxWaitMs: 10_000 } });
  const first = call(world);
  await held(world, 1);
  world.clock.aheadMs += 5000;
  const second = call(world);
  await held(world, 2);
  world.clock.aheadMs += 5000;
  const { status, headers, text } = await first;
  expect({ status, retryAfter: headers['retry-after'] }).toEqual({ status: 503, retryAfter: '2' });
  expect(JSON.parse(text)).toMatchObject({ error: { type: 'gateway_error', code: 'no_replica_ready' } });
  expect(await world.traffic()).toMatchObject({ requests: 2, ok: 0, failed: 1, held: 1 });
  world.clock.aheadMs += 5000;
  expect(await second).toMatchObject({ status: 503 });
});

test('says 503 at once when as many are held as may be', async () => {
  const world = await emptyWorld({ hold: { maxRequests: 2 } });
  const answers = [call(world), call(world)];
  await held(world, 2);
  expect(await call(world)).toMatchObject({ status: 503, headers: { 'retry-after': '2' } });
  expect(await world.traffic()).toMatchObject({ requests: 3, failed: 1, held: 2 });
  await world.put({ sites: { left: [{ url: (await upstream()).url }] } });
  expect((await Promise.all(answers)).map(({ status }) => status)).toEqual([200, 200]);
});

test('forgets a held request whose client left', async () => {
  const world = await emptyWorld({ hold: { maxRequests: 1 } });
  const { request } = ask(world, { method: 'POST', body: 'gone' });
  await held(world, 1);
  request.destroy();
  await held(world, 0);
  // Its place is free again, and the replica hears only of the one who stayed.
  const stays = call(world, { method: 'POST', body: 'stays' });
  await held(world, 1);
  const { url, seen } = await upstream();
  await world.put({ sites: { left: [{ url }] } });
  expect(await stays).toMatchObject({ status: 200 });
  expect(seen.map(({ body }) => body.toString())).toEqual(['stays']);
  expect(await world.traffic()).toMatchObject({ requests: 2, ok: 2, failed: 0, held: 0 });
});

test('holds a request whose only replica refuses, knocks ever more seldom, and serves it when it is up', async () => {
  const url = await nobody();
  const world = await openWorld({ hold: { maxWaitMs: 60_000 } });
  const change = { sites: { left: [{ url }] } };
  await world.put(change);
  const startedMs = performance.now();
  const answer = call(world, { method: 'POST', body: 'wait' });
  await until('it knocked five times', async () => (await world.site('left')).failuresTotal >= 5);
  // 20 + 40 + 80 + 160 ms lie between them; at every sweep it would have been 80.
  expect(performance.now() - startedMs).toBeGreaterThan(280);
  const { seen } = await upstream(saying('up'), Number(new URL(url).port));
  // As if the next knock were a minute away: a new table does not wait for it.
  world.clock.aheadMs -= 60_000;
  await world.put(change);
  expect(await answer).toMatchObject({ status: 200, text: 'up' });
  expect(seen[0]?.body.toString()).toBe('wait');
});

test('says 503 when a replica that refuses did not come up in time', async () => {
  const world = await openWorld({ hold: { maxWaitMs: 10_000 } });
  await world.put({ sites: { left: [{ url: await nobody() }] } });
  const answer = call(world);
  await held(world, 1);
  for (let count = 0; count < 2; count += 1) {
    const { failuresTotal } = await world.site('left');
    world.clock.aheadMs += 4000;
    await until('it knocked again', async () => (await world.site('left')).failuresTotal > failuresTotal);
  }
  await held(world, 1);
  world.clock.aheadMs += 2000;
  expect(await answer).toMatchObject({ status: 503, headers: { 'retry-after': '2' } });
});

test('says 502 for a refused request when as many are held as may be', async () => {
  const world = await openWorld({ hold: { maxRequests: 0 } });
  await world.put({ sites: { left: [{ url: await nobody() }] } });
  expect(await call(world)).toMatchObject({ status: 502 });
});

test('says 503 with Retry-After before any route is known, and 404 for what no route takes', async () => {
  const world = await openWorld();
  const before = await call(world);
  expect(before).toMatchObject({ status: 503, headers: { 'retry-after': '2' } });
  expect(JSON.parse(before.text)).toMatchObject({ error: { code: 'no_route' } });
  const { url } = await upstream();
  await world.put({ deployment: 'a', match: { model: 'tiny' }, sites: { left: [{ url }] } });
  await world.put({ deployment: 'b', match: { model: 'big' }, sites: { left: [{ url }] } });
  expect(await call(world, { method: 'POST', body: '{"model":"big"}' })).toMatchObject({ status: 200 });
  const after = await call(world, { method: 'POST', body: '{"model":"unknown"}' });
  expect(after.status).toBe(404);
  expect(after.headers).not.toHaveProperty('retry-after');
  expect(JSON.parse(after.text)).toMatchObject({ error: { code: 'no_route' } });
});

test('knocks at every replica again when all of them refused', async () => {
  const url = await nobody();
  const world = await openWorld({ hold: { maxWaitMs: 60_000 } });
  await world.put({ sites: { left: [{ url }, { url: await nobody() }] } });
  const answer = call(world);
  await until('both refused', async () => (await world.site('left')).failuresTotal >= 2);
  await upstream(saying('up'), Number(new URL(url).port));
  world.clock.aheadMs += 2000;
  expect(await answer).toMatchObject({ status: 200, text: 'up' });
});
