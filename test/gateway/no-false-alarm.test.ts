import { expect, onTestFinished, test } from 'vitest';
import type { RouteEntry } from '../../src/model/route.ts';
import { type Behaviour, VirtualGateway } from './support/virtual-gateway.ts';

const replica = (site: string, slot: number) => ({
  ...{ id: `${site}-${slot}`, bootId: 'boot-1', url: `http://${site}-${slot}:8000`, state: 'serving' as const },
});

const entry: RouteEntry = {
  ...{ deployment: 'chat', epoch: 1, routeVersion: 1, match: { model: 'tiny' }, firstTokenLimitMs: 2000 },
  ...{ weights: { oslo: 100, paris: 0 }, journalHead: 'h' },
  sites: ['oslo', 'paris'].map((site) => ({ site, replicas: [0, 1, 2].map((slot) => replica(site, slot)) })),
  spill: ['oslo', 'paris'].map((site) => ({ site, provenForMs: 3_600_000 })),
};

/** Log-normal: median 200 ms, sigma 1. One in ten takes 0.7 s, one in a thousand 4.4 s. */
const heavyTailed: Behaviour = {
  kind: 'answers',
  // Box and Muller: two uniform numbers make a normal one.
  afterMs: (random) => 200 * Math.exp(Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())),
};

function open(seed: number, behaviour: Behaviour): VirtualGateway {
  const gateway = new VirtualGateway(entry, seed);
  onTestFinished(() => gateway.close());
  gateway.behaviour.set('oslo', behaviour);
  gateway.behaviour.set('paris', behaviour);
  return gateway;
}

/** Looks every second; an ejection seen twice in a row lasts. */
function countLasting(gateway: VirtualGateway, forMs: number): () => number {
  let lasting = 0;
  let before: readonly string[] = [];
  for (let atMs = 1000; atMs <= forMs; atMs += 1000) {
    gateway.at(atMs, () => {
      const out = [...gateway.route.pool.replicas.values()].filter(({ ejectedUntilMs }) => ejectedUntilMs > atMs);
      lasting += out.filter(({ id }) => before.includes(id)).length;
      before = out.map(({ id }) => id);
    });
  }
  return () => lasting;
}

test.for([1, 2, 3])('ten minutes of heavy-tailed latency eject nothing that lasts (seed %i)', (seed) => {
  const gateway = open(seed, heavyTailed);
  const lasting = countLasting(gateway, 600_000);
  gateway.run(50, 600_000);
  expect(lasting()).toBe(0);
  expect(gateway.answered.length).toBe(30_000);
  expect(gateway.answered.filter(({ status }) => status !== 200)).toEqual([]);
  expect(gateway.dispatched / gateway.answered.length).toBeLessThanOrEqual(1.03);
});

const slow: Behaviour = { kind: 'answers', afterMs: (random) => 10_000 + random() * 1000 };
const usual: Behaviour = { kind: 'answers', afterMs: (random) => 20 + random() * 40 };
const faultAtMs = 20_000;

test.for<{ what: string; behaviour: Behaviour; withinMs: number }>([
  { what: 'refuses', behaviour: { kind: 'refuses' }, withinMs: 0 },
  { what: 'hangs', behaviour: { kind: 'hangs' }, withinMs: 1000 },
  { what: 'answers with errors', behaviour: { kind: 'errors' }, withinMs: 0 },
  { what: 'is slow', behaviour: slow, withinMs: 1000 },
])('when a site $what nobody gets an error, and all is as before within $withinMs ms', ({ behaviour, withinMs }) => {
  const gateway = open(7, usual);
  gateway.at(faultAtMs, () => gateway.behaviour.set('oslo', behaviour));
  gateway.run(200, 40_000);
  expect(gateway.answered).toHaveLength(8000);
  expect(gateway.answered.filter(({ status }) => status !== 200)).toEqual([]);
  const late = gateway.answered.filter(({ tookMs }) => tookMs > 500);
  expect(Math.max(faultAtMs, ...late.map(({ startedMs }) => startedMs)) - faultAtMs).toBeLessThanOrEqual(withinMs);
});
