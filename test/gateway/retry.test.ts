import { expect, test } from 'vitest';
import { ask, call, wholeOf } from './support/clients.ts';
import { nobody, type RawUpstream, rawUpstream, resetting, saying, upstream } from './support/upstreams.ts';
import { openWorld, until, type World, type WorldChange } from './support/world.ts';

/** All weight on `left`, `right` proven for a minute. */
async function worldOf(left: readonly string[], right: readonly string[], change: WorldChange = {}): Promise<World> {
  const world = await openWorld(change);
  await putBoth(world, left, right);
  return world;
}

async function putBoth(world: World, left: readonly string[], right: readonly string[]): Promise<void> {
  const sites = { left: left.map((url) => ({ url })), right: right.map((url) => ({ url })) };
  await world.put({ sites, weights: { left: 100, right: 0 }, spill: { right: 60_000 } });
}

const body = Buffer.from(Uint8Array.from({ length: 100_000 }, (_, index) => index * 7));

test.for([
  { name: 'is not there', make: async () => ({ url: await nobody() }) },
  { name: 'resets the connection before the first byte', make: resetting },
  { name: 'closes the connection before the first byte', make: () => rawUpstream((socket) => socket.end()) },
  {
    name: 'breaks off after its headers',
    make: () => rawUpstream((socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n')),
  },
  { name: 'answers 500', make: () => upstream(saying('bad', 500)) },
  { name: 'answers 503 without a body', make: () => upstream((_request, response) => response.writeHead(503).end()) },
] as const)('tries elsewhere, once and with the same bytes, when a replica $name', async ({ make }) => {
  const right = await upstream();
  const world = await worldOf([(await make()).url], [right.url]);
  const answer = await call(world, { method: 'POST', path: '/v1/x?y', body, headers: { 'x-mine': '1' } });
  expect(answer).toMatchObject({ status: 200, text: 'ok' });
  expect(answer.headers).toMatchObject({ 'x-godwit-site': 'right', 'x-godwit-attempts': '2' });
  expect(right.seen).toHaveLength(1);
  expect(right.seen[0]).toMatchObject({ method: 'POST', url: '/v1/x?y', headers: { 'x-mine': '1' } });
  expect(right.seen[0]?.body.equals(body)).toBe(true);
  expect(await world.traffic()).toMatchObject({ requests: 1, ok: 1, failed: 0, cut: 0, retried: 1 });
  expect(await world.site('left')).toMatchObject({ failures: 1, failuresTotal: 1, inFlight: 0 });
});

test('tries elsewhere when the first byte takes too long, and lets go of who took it', async () => {
  const [left, right] = [await upstream(() => undefined), await upstream()];
  const world = await worldOf([left.url], [right.url], { limits: { firstByteTimeoutMs: 30_000 } });
  const answer = call(world, { method: 'POST', body: 'hi' });
  await until('left has it', () => left.seen.length === 1);
  world.clock.aheadMs += 30_000;
  expect(await answer).toMatchObject({ status: 200, headers: { 'x-godwit-site': 'right', 'x-godwit-attempts': '2' } });
  await until('left is let go', () => left.open() === 0);
  expect(await world.site('left')).toMatchObject({ failures: 1, late: 1, inFlight: 0 });
});

test('says 504 when nobody else is there for a first byte that takes too long', async () => {
  const left = await upstream(() => undefined);
  const world = await worldOf([left.url], [], { limits: { firstByteTimeoutMs: 30_000 } });
  const answer = call(world);
  await until('left has it', () => left.seen.length === 1);
  world.clock.aheadMs += 30_000;
  expect(await answer).toMatchObject({ status: 504, headers: { 'retry-after': '1' } });
  expect(await world.traffic()).toMatchObject({ ok: 0, failed: 1, retried: 0 });
});

test('moves all that wait at a replica when late first tokens put it out', async () => {
  const [left, right] = [await upstream(() => undefined), await upstream()];
  const world = await worldOf([left.url], [right.url]);
  const answers = [1, 2, 3, 4].map(() => call(world, { method: 'POST', body: '{"stream":true}' }));
  await until('left has all', () => left.seen.length === 4);
  world.clock.aheadMs += 10_000;
  for (const answer of await Promise.all(answers))
    expect(answer.headers).toMatchObject({ 'x-godwit-site': 'right', 'x-godwit-attempts': '2' });
  expect(await world.site('left')).toMatchObject({ late: 4, replicas: [{ ejected: true, inFlight: 0 }] });
});

test('passes an error on when the budget for retries is spent', async () => {
  const [left, right] = [await upstream(saying('left is bad', 500)), await upstream(saying('right is bad', 500))];
  const world = await worldOf([left.url], [right.url], { retryRatio: 0 });
  const attempts: unknown[] = [];
  for (let count = 0; count < 15; count += 1) {
    const answer = await call(world);
    expect(answer.status).toBe(500);
    attempts.push(answer.headers['x-godwit-attempts']);
  }
  // A burst of ten is always allowed, and with a ratio of 0 nothing is earned back.
  expect(attempts).toEqual([...Array<string>(10).fill('2'), ...Array<string>(5).fill('1')]);
  expect(left.seen.length + right.seen.length).toBe(25);
  expect(await world.traffic()).toMatchObject({ requests: 15, failed: 15, ok: 0, retried: 10 });
});

test('passes the only replica’s error on as it is', async () => {
  const left = await upstream((_request, response) => response.writeHead(529, { 'x-why': 'busy' }).end('{"error":1}'));
  const world = await worldOf([left.url], []);
  expect(await call(world)).toMatchObject({
    status: 529,
    text: '{"error":1}',
    headers: { 'x-why': 'busy', 'x-godwit-attempts': '1' },
  });
  expect(left.seen).toHaveLength(1);
});

test('does not try an answer below 500 elsewhere', async () => {
  const [left, right] = [await upstream(saying('slow down', 429)), await upstream()];
  const world = await worldOf([left.url], [right.url]);
  expect(await call(world)).toMatchObject({ status: 429, text: 'slow down' });
  expect(right.seen).toHaveLength(0);
  expect(await world.site('left')).toMatchObject({ attempts: 1, failures: 0 });
});

test('tries five times in all', async () => {
  const bad: RawUpstream[] = [];
  for (let count = 0; count < 7; count += 1) bad.push(await resetting());
  const world = await worldOf(
    bad.slice(0, 6).map(({ url }) => url),
    [],
  );
  expect(await call(world)).toMatchObject({ status: 502, headers: { 'retry-after': '1' } });
  // Never the same one twice.
  expect(bad.map(({ heard }) => heard.length).sort()).toEqual([0, 0, 1, 1, 1, 1, 1]);
  expect(await world.traffic()).toMatchObject({ requests: 1, failed: 1, retried: 1 });
});

test.for([
  { name: 'one of its size', replay: { maxBodyBytes: 10, maxTotalBytes: 100 }, inFlight: '' },
  {
    name: 'more than all together may keep',
    replay: { maxBodyBytes: 100, maxTotalBytes: 20 },
    inFlight: 'x'.repeat(10),
  },
])('never sends a body twice that is above the limit: $name', async ({ replay, inFlight }) => {
  const [left, right] = [await resetting(), await upstream(() => undefined)];
  const world = await worldOf([left.url], [right.url], { replay });
  if (inFlight !== '') {
    ask(world, { method: 'POST', body: inFlight });
    await until('the other runs', () => right.seen.length === 1);
  }
  const already = right.seen.length;
  expect(await call(world, { method: 'POST', body: 'y'.repeat(11) })).toMatchObject({ status: 502 });
  expect(left.heard.filter((text) => text.includes('y'))).toHaveLength(1);
  expect(right.seen).toHaveLength(already);
});

test('tries a body at its limit elsewhere, and gives the room back afterwards', async () => {
  const [left, right] = [await resetting(), await upstream()];
  const world = await worldOf([left.url], [right.url], { replay: { maxBodyBytes: 10, maxTotalBytes: 10 } });
  for (let count = 0; count < 3; count += 1)
    expect(await call(world, { method: 'POST', body: 'y'.repeat(10) })).toMatchObject({ status: 200, text: 'ok' });
  expect(right.seen).toHaveLength(3);
});

test('serves a large body elsewhere when nobody was there to take it', async () => {
  const right = await upstream();
  const world = await worldOf([await nobody()], [right.url], { replay: { maxBodyBytes: 10 } });
  expect(await call(world, { method: 'POST', body: 'y'.repeat(11) })).toMatchObject({ status: 200 });
  expect(right.seen.map((each) => each.body.length)).toEqual([11]);
});

test('leaves a replica alone after one refused connection, and takes it back when its time is over', async () => {
  const url = await nobody();
  const right = await upstream();
  const world = await worldOf([url], [right.url]);
  expect((await call(world)).headers['x-godwit-attempts']).toBe('2');
  expect((await world.site('left')).replicas).toMatchObject([{ ejected: true }]);
  for (let count = 0; count < 5; count += 1)
    expect((await call(world)).headers).toMatchObject({ 'x-godwit-site': 'right', 'x-godwit-attempts': '1' });
  expect(await world.site('left')).toMatchObject({ attemptsTotal: 1 });

  const left = await upstream(saying('back'), Number(new URL(url).port));
  expect((await call(world)).text).toBe('ok');
  world.clock.aheadMs += 2000;
  expect((await call(world)).text).toBe('back');
  expect((await call(world)).text).toBe('back');
  expect(left.seen).toHaveLength(2);
  expect((await world.site('left')).replicas).toMatchObject([{ ejected: false }]);
});

test('stays away twice as long from a replica that refuses again', async () => {
  const right = await upstream();
  const world = await worldOf([await nobody()], [right.url]);
  await call(world);
  world.clock.aheadMs += 1000;
  expect((await call(world)).headers['x-godwit-attempts']).toBe('2');
  // Three quarters of two seconds, with chance at 0.
  world.clock.aheadMs += 1000;
  expect((await call(world)).headers['x-godwit-attempts']).toBe('1');
  world.clock.aheadMs += 500;
  expect((await call(world)).headers['x-godwit-attempts']).toBe('2');
});

test('tries a replica that was out with one request at a time', async () => {
  const url = await nobody();
  const right = await upstream();
  const world = await worldOf([url], [right.url]);
  await call(world);
  let answer = (): void => undefined;
  const left = await upstream(
    (request, response) => {
      answer = () => saying('back')(request, response);
    },
    Number(new URL(url).port),
  );
  world.clock.aheadMs += 2000;
  const trial = ask(world).response;
  await until('it is on trial', () => left.seen.length === 1);
  expect((await call(world)).text).toBe('ok');
  answer();
  expect((await wholeOf(await trial)).text).toBe('back');
  const next = call(world);
  await until('it is back', () => left.seen.length === 2);
  answer();
  expect((await next).text).toBe('back');
});

test('never puts the last replica out', async () => {
  const left = await upstream(saying('bad', 500));
  const world = await worldOf([left.url], []);
  for (let count = 0; count < 6; count += 1) expect((await call(world)).status).toBe(500);
  expect(left.seen).toHaveLength(6);
  expect((await world.site('left')).replicas).toMatchObject([{ ejected: false }]);
});

test('tries a replica that was out again when the client on trial left', async () => {
  const url = await nobody();
  const right = await upstream();
  const world = await worldOf([url], [right.url]);
  await call(world);
  const left = await upstream(
    ({ body }, response) => {
      if (body.length === 0) saying('back')({ method: '', url: '', headers: {}, body }, response);
    },
    Number(new URL(url).port),
  );
  world.clock.aheadMs += 2000;
  const { request } = ask(world, { method: 'POST', body: 'on trial' });
  await until('it is on trial', () => left.seen.length === 1);
  request.destroy();
  await until('it is let go', async () => (await world.site('left')).inFlight === 0);
  expect((await call(world)).text).toBe('back');
});

test('moves what waits at a replica that refuses the next connection', async () => {
  const [left, right] = [await upstream(() => undefined), await upstream()];
  const world = await worldOf([left.url], [right.url]);
  const waits = call(world, { method: 'POST', body: 'waits' });
  await until('left has it', () => left.seen.length === 1);
  left.deafen();
  expect((await call(world)).headers).toMatchObject({ 'x-godwit-site': 'right', 'x-godwit-attempts': '2' });
  expect((await waits).headers).toMatchObject({ 'x-godwit-site': 'right', 'x-godwit-attempts': '2' });
});

test('spends no retry on a refused connection', async () => {
  const world = await openWorld({ retryRatio: 0 });
  const [gone, right] = [await nobody(), await upstream()];
  for (let count = 0; count < 40; count += 1) {
    // Of another boot each time: one that was out would be on trial, and trials spend nothing either.
    const left = [{ url: gone, bootId: `boot-${count}` }];
    await world.put({ sites: { left, right: [{ url: right.url }] }, weights: { left: 50, right: 50 } });
    expect(await call(world)).toMatchObject({ status: 200, headers: { 'x-godwit-attempts': '2' } });
  }
  expect(right.seen).toHaveLength(40);
  // What it costs to try an error elsewhere is all still there.
  const left = [{ url: (await upstream(saying('bad', 500))).url, bootId: 'bad' }];
  await world.put({ sites: { left, right: [{ url: right.url }] }, weights: { left: 50, right: 50 } });
  expect(await call(world)).toMatchObject({ status: 200, headers: { 'x-godwit-attempts': '2' } });
});

test.for([
  { state: 'suspect', to: 'right' },
  { state: 'serving', to: undefined },
] as const)('waits for the first byte of a replica that is $state: then $to', async ({ state, to }) => {
  const [left, right] = [await upstream(() => undefined), await upstream()];
  const world = await openWorld();
  const sites = { left: [{ url: left.url, state }], right: [{ url: right.url }] };
  await world.put({ sites, weights: { left: 100, right: 0 }, spill: { right: 60_000 }, firstTokenLimitMs: 10_000 });
  const answer = call(world);
  const site = answer.then(({ headers }) => headers['x-godwit-site']);
  await until('left has it', () => left.seen.length === 1);
  world.clock.aheadMs += 10_000;
  if (to === undefined) {
    // A stream that is asked for now and late at the next look shows that the first was looked at too.
    const stream = call(world, { method: 'POST', body: '{"stream":true}' });
    await until('left has both', () => left.seen.length === 2);
    world.clock.aheadMs += 10_000;
    await until('the stream is late', async () => (await world.site('left')).late === 1);
    expect(right.seen).toHaveLength(0);
    world.clock.aheadMs += 30_000;
    await stream;
  }
  expect(await site).toBe('right');
});

test('counts a request that is late once', async () => {
  const left = await upstream(() => undefined);
  const world = await openWorld();
  await world.put({ sites: { left: [{ url: left.url }] }, firstTokenLimitMs: 2000 });
  for (const count of [1, 2]) {
    ask(world, { method: 'POST', body: '{"stream":true}' });
    await until('left has it', () => left.seen.length === count);
    world.clock.aheadMs += 2000;
    await until('it is late', async () => (await world.site('left')).late >= count);
  }
  // The look that found the second late saw the first once more.
  expect((await world.site('left')).late).toBe(2);
});
