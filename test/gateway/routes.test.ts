import { expect, test } from 'vitest';
import { createSeededRandom } from '../../src/testkit/seeded-random.ts';
import { ask, call, readAll, wholeOf } from './support/clients.ts';
import { saying, type Upstream, upstream } from './support/upstreams.ts';
import { openWorld, until, type World } from './support/world.ts';

/** Who answered each of so many requests, one after the other. */
async function answerers(world: World, count: number): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (let each = 0; each < count; each += 1) {
    const { text } = await call(world);
    counts[text] = (counts[text] ?? 0) + 1;
  }
  return counts;
}

/** An upstream that begins a stream for a body of `stream`, keeps silent for `hang`, and says its name otherwise. */
function named(name: string): Promise<Upstream> {
  return upstream((request, response) => {
    const body = request.body.toString();
    if (body === 'stream') response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: 1\n\n');
    else if (body !== 'hang') saying(name)(request, response);
  });
}

test('shares requests by weight', async () => {
  const random = createSeededRandom(11);
  const world = await openWorld({ random: () => random.next() });
  const [left, right, third] = [await named('left'), await named('right'), await named('third')];
  const sites = { left: [{ url: left.url }], right: [{ url: right.url }], third: [{ url: third.url }] };
  await world.put({ sites, weights: { left: 70, right: 30, third: 0 } });
  const counts = await answerers(world, 300);
  // 210 expected; 8 is the standard deviation.
  expect(counts['left']).toBeGreaterThan(180);
  expect(counts['left']).toBeLessThan(240);
  expect(counts['right']).toBe(300 - (counts['left'] ?? 0));
  expect(third.seen).toHaveLength(0);
});

test('moves all new requests in one step when the weights change', async () => {
  const random = createSeededRandom(12);
  const world = await openWorld({ random: () => random.next() });
  const [left, right] = [await named('left'), await named('right')];
  const sites = { left: [{ url: left.url }], right: [{ url: right.url }] };
  await world.put({ sites, weights: { left: 100, right: 0 } });
  expect(await answerers(world, 20)).toEqual({ left: 20 });
  await world.put({ sites, weights: { left: 0, right: 100 } });
  expect(await answerers(world, 20)).toEqual({ right: 20 });
});

test('sends each request to whoever has least to do', async () => {
  const world = await openWorld();
  const replicas = [await named('a'), await named('b'), await named('c')];
  await world.put({ sites: { left: replicas.map(({ url }) => ({ url })) } });
  const load = (): number[] => replicas.map(({ seen }) => seen.filter(({ body }) => body.toString() === 'hang').length);
  for (let count = 1; count <= 6; count += 1) {
    ask(world, { method: 'POST', body: 'hang' });
    await until(`${count} run`, async () => (await world.site('left')).inFlight === count);
    expect(Math.max(...load()) - Math.min(...load())).toBeLessThanOrEqual(1);
  }
  await until('all are asked', () => load().join() === '2,2,2');
  expect((await world.site('left')).replicas.map(({ inFlight }) => inFlight)).toEqual([2, 2, 2]);
});

test('spills in order while the proofs hold, then waits', async () => {
  const world = await openWorld({ hold: { maxWaitMs: 1000 } });
  const [middle, right] = [await named('middle'), await named('right')];
  await world.put({
    sites: { left: [], right: [{ url: right.url }], middle: [{ url: middle.url }] },
    weights: { left: 100, right: 0, middle: 0 },
    spill: { middle: 60_000, right: 120_000 },
  });
  expect(await answerers(world, 2)).toEqual({ middle: 2 });
  world.clock.aheadMs += 60_000;
  expect(await answerers(world, 2)).toEqual({ right: 2 });
  world.clock.aheadMs += 60_000;
  const late = call(world);
  await until('it is held', async () => (await world.traffic()).held === 1);
  world.clock.aheadMs += 1000;
  expect((await late).status).toBe(503);
  expect([middle.seen.length, right.seen.length]).toEqual([2, 2]);
});

test('never spills to a site that is not in the order', async () => {
  const world = await openWorld();
  const right = await named('right');
  const sites = { left: [], right: [{ url: right.url }] };
  await world.put({ sites, weights: { left: 100, right: 0 } });
  const answer = call(world);
  await until('it is held', async () => (await world.traffic()).held === 1);
  expect(right.seen).toHaveLength(0);
  await world.put({ sites, weights: { left: 100, right: 0 }, spill: { right: 1000 } });
  expect((await answer).text).toBe('right');
});

test('lets what runs at a replica that left the table finish, and gives it nothing new', async () => {
  const world = await openWorld();
  let finish = (): void => undefined;
  const old = await upstream((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: 1\n\n');
    finish = () => void response.end('data: 2\n\n');
  });
  await world.put({ sites: { left: [{ url: old.url, bootId: 'boot-1' }] } });
  const { text, ended } = readAll(await ask(world).response);
  await until('the stream began', () => text() !== '');
  const fresh = await named('fresh');
  await world.put({ sites: { left: [{ url: fresh.url, bootId: 'boot-2' }] } });
  expect(await answerers(world, 3)).toEqual({ fresh: 3 });
  expect((await world.site('left')).replicas).toHaveLength(1);
  expect(text()).toBe('data: 1\n\n');
  finish();
  expect(await ended).toBe('clean');
  expect(text()).toBe('data: 1\n\ndata: 2\n\n');
  expect(old.seen).toHaveLength(1);
  await until('its connections are closed', () => old.open() === 0);
  expect(await world.traffic()).toMatchObject({ requests: 4, ok: 4, cut: 0 });
});

test('takes what only waits at a replica that left the table elsewhere', async () => {
  const world = await openWorld();
  const [old, fresh] = [await upstream(() => undefined), await named('fresh')];
  await world.put({ sites: { left: [{ url: old.url }, { url: fresh.url, state: 'draining' }] } });
  const answer = call(world, { method: 'POST', body: 'x' });
  await until('it waits', () => old.seen.length === 1);
  await world.put({ sites: { left: [{ url: fresh.url, id: 'left-1' }] } });
  expect(await answer).toMatchObject({ text: 'fresh', headers: { 'x-godwit-attempts': '2' } });
  await until('it is let go', () => old.open() === 0);
});

test('gives a draining replica nothing new, and counts what still runs there', async () => {
  const world = await openWorld();
  const [old, other] = [await named('old'), await named('other')];
  await world.put({ sites: { left: [{ url: old.url }] } });
  for (const body of ['hang', 'stream']) ask(world, { method: 'POST', body });
  await until('both run', async () => (await world.site('left')).replicas[0]?.streaming === 1 && old.seen.length === 2);
  await world.put({ sites: { left: [{ url: old.url, state: 'draining' }, { url: other.url }] } });
  expect(await answerers(world, 3)).toEqual({ other: 3 });
  expect(await world.site('left')).toMatchObject({
    inFlight: 2,
    replicas: [
      { replica: 'left-0', inFlight: 2, streaming: 1, ejected: false },
      { replica: 'left-1', inFlight: 0, streaming: 0 },
    ],
  });
});

test('moves what waits at a suspect replica once its site has no weight', async () => {
  const world = await openWorld();
  const [left, right] = [await upstream(() => undefined), await named('right')];
  const sites = { left: [{ url: left.url, state: 'suspect' as const }], right: [{ url: right.url }] };
  await world.put({ sites, weights: { left: 100, right: 0 } });
  const answer = call(world);
  await until('it waits', () => left.seen.length === 1);
  await world.put({ sites, weights: { left: 0, right: 100 } });
  expect(await answer).toMatchObject({ text: 'right', headers: { 'x-godwit-attempts': '2' } });
});

test('measures the first token of streams, and what was answered by whom', async () => {
  const world = await openWorld();
  const { url } = await named('left');
  await world.put({ sites: { left: [{ url }] } });
  await answerers(world, 2);
  expect((await world.site('left')).firstTokenP50Ms).toBeUndefined();
  const { response } = ask(world, { method: 'POST', body: 'stream' });
  (await response).destroy();
  await until('it is over', async () => (await world.site('left')).inFlight === 0);
  expect((await world.site('left')).firstTokenP50Ms).toBeUndefined();
  await call(world, { method: 'POST', body: '{"stream": true}' });
  const { firstTokenP50Ms, firstTokenP95Ms } = await world.site('left');
  expect(firstTokenP50Ms).toBeGreaterThanOrEqual(1);
  expect(firstTokenP50Ms).toBeLessThan(2000);
  expect(firstTokenP95Ms).toBe(firstTokenP50Ms);
  expect(await world.site('left')).toMatchObject({ attempts: 4, failures: 0, attemptsTotal: 4 });
  world.clock.aheadMs += 10_000;
  expect(await world.site('left')).toMatchObject({ attempts: 0, attemptsTotal: 4, failuresTotal: 0 });
  expect((await world.site('left')).firstTokenP50Ms).toBeUndefined();
});

/** Four deployments told apart by path, host and model. */
async function fourDeployments(): Promise<World> {
  const world = await openWorld();
  const matches = {
    path: { pathPrefix: '/team-a' },
    host: { host: 'b.example' },
    tiny: { model: 'tiny' },
    big: { model: 'big', pathPrefix: '/team-a/big' },
  };
  for (const [deployment, match] of Object.entries(matches)) {
    const { url } = await upstream(saying(deployment));
    await world.put({ deployment, match, sites: { left: [{ url }] } });
  }
  return world;
}

test.for([
  { path: '/team-a', to: 'path' },
  { path: '/team-a/x', to: 'path' },
  { path: '/team-a?x=1', to: 'path' },
  { path: '/team-ab', body: '{"model":"unknown"}', to: undefined },
  { path: '/x', host: 'b.example', to: 'host' },
  { path: '/x', host: 'B.Example:8080', to: 'host' },
  { path: '/team-a/x', host: 'b.example', to: 'host' },
  { path: '/x', body: '{"model":"tiny"}', to: 'tiny' },
  { path: '/x', body: '{"messages":[],"model":"tiny"}', to: 'tiny' },
  { path: '/team-a/x', body: '{"model":"tiny"}', to: 'path' },
  { path: '/team-a/big', body: '{"model":"big"}', to: 'big' },
  { path: '/team-a/big', body: '{"model":"tiny"}', to: 'path' },
  { path: '/x', body: '{"model":"big"}', to: undefined },
])('takes $path of $host with $body to $to', async ({ path, host = 'x.example', body, to }) => {
  const world = await fourDeployments();
  const question = { path, headers: { host }, ...(body === undefined ? {} : { method: 'POST', body }) };
  const answer = await wholeOf(await ask(world, question).response);
  expect(answer.status === 404 ? undefined : answer.text).toBe(to);
});

test('takes another match over with the next entry', async () => {
  const world = await openWorld();
  const sites = { left: [{ url: (await named('left')).url }] };
  await world.put({ sites, match: { pathPrefix: '/old' } });
  await world.put({ sites, match: { pathPrefix: '/new' } });
  expect((await call(world, { path: '/old' })).status).toBe(404);
  expect((await call(world, { path: '/new' })).text).toBe('left');
});
