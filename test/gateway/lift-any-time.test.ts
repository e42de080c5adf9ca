import type { ServerResponse } from 'node:http';
import { expect, test } from 'vitest';
import type { ArmedFaultKind } from '../../src/model/fault.ts';
import { ana } from '../core/support/pins.ts';
import { ask, call, readAll } from './support/clients.ts';
import { upstream } from './support/upstreams.ts';
import { openWorld, until, type World } from './support/world.ts';

/** Whenever a fault begins and ends in the life of a request, nothing may hang after that. */
const faults = '/v1/routes/chat/faults';
const forMs = 5000;

async function arm(world: World, kind: ArmedFaultKind, sharePct: number): Promise<void> {
  const delay = kind === 'stalled-streams' ? {} : { delayMs: 60_000 };
  const request = { drill: 'l', run: 'r', kind, site: 'left', sharePct, forMs, by: ana, ...delay };
  expect(await world.admin('POST', faults, request)).toMatchObject({ status: 200 });
}

/** How it ends: by whoever says so, by what is armed in its place, or because nobody arms it again. */
const ends: Readonly<Record<string, (world: World, kind: ArmedFaultKind) => Promise<unknown> | number>> = {
  'is lifted': (world) => world.admin('POST', `${faults}/lift`, { because: 'done' }),
  'hits nothing any more': (world, kind) => arm(world, kind, 0),
  'is not armed again': (world) => (world.clock.aheadMs += forMs + 100),
};

/** What a server has done of one answer, in its order. */
const moments = ['has its request', 'has sent the head', 'has sent a part', 'has sent another part', 'has ended'];
const parts = ['data: 1\n\n', 'data: 2\n\n'];

/** One answer, moment by moment; anything else is answered at once. */
async function serve(isSized: boolean) {
  let first: ServerResponse | undefined;
  const server = await upstream((_request, response) => {
    if (first !== undefined) return void response.end('left');
    first = response;
  });
  const step = async (world: World, moment: number): Promise<void> => {
    const response = first;
    if (response === undefined) throw new Error('nobody has asked');
    const length = isSized ? { 'content-length': parts.join('').length } : {};
    if (moment === 1) response.writeHead(200, { 'content-type': 'text/event-stream', ...length }).flushHeaders();
    const part = parts[moment - 2];
    if (part !== undefined) await new Promise((resolve) => response.write(part, resolve));
    if (moment === moments.length - 1) await new Promise<void>((resolve) => response.end(resolve));
    // What was sent has arrived at the gateway.
    await call(world, { method: 'OPTIONS', path: '*' });
  };
  return { server, hasRequest: () => first !== undefined, step };
}

const kinds: readonly (readonly ArmedFaultKind[])[] = [
  ['latency'],
  ['slow-first-token'],
  ['stalled-streams'],
  ['latency', 'stalled-streams'],
];
const pairs = moments.flatMap((_, to) => Array.from({ length: to + 2 }, (__, index) => ({ from: index - 1, to })));
const cases = kinds.flatMap((of) =>
  Object.keys(ends).flatMap((how, way) =>
    pairs.map(({ from, to }, index) => ({
      ...{ of, how, from, to, isSized: (index + way) % 2 === 0 },
      name: `${of.join(' and ')} from when its server ${moments[from] ?? 'has nothing'} until it ${moments[to]}`,
    })),
  ),
);

for (const each of cases) test(`${each.name}, and then it ${each.how}: all comes, and nothing hangs`, () => live(each));

async function live({ of, how, from, to, isSized }: (typeof cases)[number]): Promise<void> {
  const { server, hasRequest, step } = await serve(isSized);
  const world = await openWorld();
  await world.put({ sites: { left: [{ url: server.url }] } });
  const reach = async (moment: number): Promise<void> => {
    if (moment === 0) await until('the server has it', hasRequest);
    else await step(world, moment);
    if (moment === from) for (const kind of of) await arm(world, kind, 100);
    if (moment === to) for (const kind of of) await ends[how]?.(world, kind);
  };
  if (from === -1) for (const kind of of) await arm(world, kind, 100);
  const asked = ask(world, { method: 'POST', body: '{"stream":true}' });
  for (const moment of moments.keys()) await reach(moment);
  const answer = readAll(await asked.response);
  expect({ ended: await answer.ended, text: answer.text() }).toEqual({ ended: 'clean', text: parts.join('') });
  await until('nothing runs', async () => (await world.site('left')).inFlight === 0);
  expect(await world.traffic()).toMatchObject({ requests: 1, ok: 1, failed: 0, cut: 0, gaveUp: 0 });
  // The connection is as good as new.
  expect(await call(world, { method: 'POST', body: '{}' })).toMatchObject({ status: 200, text: 'left' });
}
