import fc from 'fast-check';
import { expect, test } from 'vitest';
import { needsPublish, routeEntryFor } from '../../src/core/publish.ts';
import type { RouteEntry } from '../../src/model/route.ts';
import type { View } from '../../src/model/view.ts';
import { noticesOf, nowMs, operationOf, replicaView, routeOf, siteView, view } from './support/view.ts';

const terms = { weights: { left: 100, right: 0 }, epoch: 5, routeVersion: 8, journalHead: 'abc' };
const entryOf = (seen: View): RouteEntry => routeEntryFor(seen, terms);

test('carries the terms, the proven replicas, and the sites that could take a spill with what is left of their proof', () => {
  expect(entryOf(view())).toEqual({
    deployment: 'chat',
    epoch: 5,
    routeVersion: 8,
    match: { model: 'tiny' },
    weights: { left: 100, right: 0 },
    sites: [
      { site: 'left', replicas: [{ id: 'left-0', bootId: 'boot-1', url: 'http://127.0.0.1:9100', state: 'serving' }] },
      {
        site: 'right',
        replicas: [{ id: 'right-0', bootId: 'boot-1', url: 'http://127.0.0.1:9100', state: 'serving' }],
      },
    ],
    spill: [
      { site: 'left', provenForMs: 29_900 },
      { site: 'right', provenForMs: 29_900 },
    ],
    firstTokenLimitMs: 500,
    journalHead: 'abc',
  });
});

test('a site the weights do not name has none', () => {
  expect(routeEntryFor(view(), { ...terms, weights: { left: 100 } }).weights).toEqual({ left: 100, right: 0 });
});

test('a spill lasts as long as the freshest proof at the site', () => {
  const replicas = [1000, 20_000].map((agoMs, slot) => replicaView({ slot, proof: { atMs: nowMs - agoMs } }));
  expect(entryOf(view({ sites: [siteView('left', { wanted: 2, replicas })] })).spill).toEqual([
    { site: 'left', provenForMs: 29_000 },
  ]);
});

test('a site that is not allowed is not even named (I19)', () => {
  const { sites, weights, spill } = entryOf(
    view({ sites: [siteView('left'), siteView('right', { residency: ['us'] })] }),
  );
  expect([sites, spill].map((each) => each.map(({ site }) => site))).toEqual([['left'], ['left']]);
  expect(weights).toEqual({ left: 100 });
});

test.for<{ name: string; change: Parameters<typeof replicaView>[0]; states: readonly string[] }>([
  { name: 'that is bad now is marked', change: { conditions: [{ state: 'bad' }] }, states: ['suspect'] },
  {
    name: 'that is slow is not marked: users’ own requests judge it',
    change: { conditions: [{ state: 'slow' }] },
    states: ['serving'],
  },
  { name: 'that was never proven gets nothing (I8)', change: { proof: null }, states: [] },
  { name: 'that is still starting gets nothing', change: { state: 'starting' }, states: [] },
  { name: 'without an address gets nothing', change: { url: undefined }, states: [] },
])('a replica $name', ({ change, states }) => {
  const entry = entryOf(view({ sites: [siteView('left', { replicas: [replicaView(change)] })] }));
  expect(entry.sites[0]?.replicas.map(({ state }) => state)).toEqual(states);
});

test('a replica that got traffic keeps it when its proof has grown old, and another boot of it does not', () => {
  const listed = (bootId: string): View => {
    const seen = view({
      sites: [siteView('left', { replicas: [replicaView({ conditions: [{ state: 'bad' }], proof: null })] })],
    });
    const replicas = [{ id: 'left-0', bootId, url: 'http://127.0.0.1:9100', state: 'serving' } as const];
    return { ...seen, route: { kind: 'seen', asOfMs: nowMs, value: routeOf({ sites: [{ site: 'left', replicas }] }) } };
  };
  expect(entryOf(listed('boot-1')).sites[0]?.replicas).toHaveLength(1);
  expect(entryOf(listed('boot-0')).sites[0]?.replicas).toHaveLength(0);
});

test('while the route cannot be read only what is proven is listed', () => {
  const sites = [siteView('left', { replicas: [replicaView({ proof: null })] })];
  expect(entryOf(view({ sites, noRoute: 'unseen' })).sites[0]?.replicas).toEqual([]);
  expect(entryOf(view({ sites, noRoute: 'empty' })).sites[0]?.replicas).toEqual([]);
});

const weigh = {
  kind: 'weigh',
  name: 'shift',
  weights: { left: 0, right: 100 },
  gate: undefined,
  deadlineMs: 1,
} as const;

test.for<{ name: string; open: Parameters<typeof operationOf>[0]; before: RouteEntry['before'] }>([
  { name: 'under way', open: { state: 'shifting' }, before: { left: 100, right: 0 } },
  { name: 'that is held', open: { state: 'held' }, before: { left: 100, right: 0 } },
  { name: 'that goes back', open: { state: 'returning' }, before: undefined },
  { name: 'that moves no weights', open: { state: 'shifting', plan: { steps: [] } }, before: undefined },
])('an entry of an operation $name tells what was before it', ({ open, before }) => {
  const plan = { before: { left: 100, gone: 0 }, steps: [weigh], ...open?.plan };
  const entry = entryOf({ ...view(), open: operationOf({ ...open, plan }) });
  expect(entry.before).toEqual(before);
  expect(Object.hasOwn(entry, 'before')).toBe(before !== undefined);
});

test.for<{ name: string; change: Partial<RouteEntry>; ageMs: number; needed: boolean }>([
  { name: 'nothing has changed', change: {}, ageMs: 0, needed: false },
  {
    name: 'only the version and the journal head differ',
    change: { routeVersion: 9, journalHead: 'other' },
    ageMs: 0,
    needed: false,
  },
  {
    name: 'the weights are the same in another order',
    change: { weights: { right: 0, left: 100 } },
    ageMs: 0,
    needed: false,
  },
  { name: 'only what was before differs', change: { before: { left: 0, right: 100 } }, ageMs: 0, needed: false },
  { name: 'a weight differs', change: { weights: { left: 99, right: 1 } }, ageMs: 0, needed: true },
  { name: 'the epoch differs', change: { epoch: 9 }, ageMs: 0, needed: true },
  { name: 'a site may no longer take a spill', change: { spill: [] }, ageMs: 0, needed: true },
  { name: 'more than half of a proof is left', change: {}, ageMs: 14_950, needed: false },
  { name: 'less than half of a proof is left', change: {}, ageMs: 14_951, needed: true },
])('is it news when $name: $needed', ({ change, ageMs, needed }) => {
  const current = entryOf(view());
  expect(needsPublish(current, { ...current, ...change }, ageMs)).toBe(needed);
});

/** `0`: its replica will be gone in a moment; `1`: it stays; `bad`: it stays and does not serve. */
function statesOf(
  all: Readonly<Record<string, readonly (0 | 1 | 'bad')[]>>,
  weights: Readonly<Record<string, number>>,
) {
  const sites = Object.entries(all).map(([name, kinds]) => {
    const replicas = kinds.map((kind, slot) =>
      replicaView({
        site: name,
        slot,
        id: `${name}-${slot}`,
        ...(kind === 'bad' ? { conditions: [{ state: 'bad' }] } : {}),
      }),
    );
    const leaving = kinds.flatMap((kind, slot) => (kind === 0 ? [{ replicaId: `${name}-${slot}` }] : []));
    return siteView(name, { wanted: kinds.length, replicas, notices: noticesOf(...leaving) });
  });
  const entry = routeEntryFor(view({ sites, weights }), { ...terms, weights });
  return {
    states: entry.sites.map(({ replicas }) => replicas.map(({ state }) => state).join(' ')),
    spill: entry.spill.map(({ site }) => site),
  };
}

test.for<{
  name: string;
  all: Readonly<Record<string, readonly (0 | 1 | 'bad')[]>>;
  weights?: Readonly<Record<string, number>>;
  states: readonly string[];
  spill: readonly string[];
}>([
  {
    name: 'gets nothing new once another of its site can serve',
    all: { left: [0, 1] },
    states: ['draining serving'],
    spill: ['left'],
  },
  { name: 'goes on as the last one', all: { left: [0] }, states: ['serving'], spill: ['left'] },
  {
    name: 'goes on while the other of its site is bad',
    all: { left: [0, 'bad'] },
    states: ['serving suspect'],
    spill: ['left'],
  },
  { name: 'goes on while all others leave too', all: { left: [0, 0] }, states: ['serving serving'], spill: ['left'] },
  {
    name: 'goes on while the other site that serves has no weight',
    all: { left: [0], right: [1] },
    states: ['serving', 'serving'],
    spill: ['left', 'right'],
  },
  {
    name: 'goes on while only another site can serve, with weight too',
    all: { left: [0], right: [1] },
    weights: { left: 99, right: 1 },
    states: ['serving', 'serving'],
    spill: ['left', 'right'],
  },
  {
    name: 'goes on while the other site with weight leaves too',
    all: { left: [0], right: [0] },
    weights: { left: 50, right: 50 },
    states: ['serving', 'serving'],
    spill: ['left', 'right'],
  },
  {
    name: 'goes on where more of them leave than stay',
    all: { left: [0, 0, 0, 1] },
    states: ['draining serving serving serving'],
    spill: ['left'],
  },
  {
    name: 'gets nothing new where as many stay',
    all: { left: [0, 0, 1, 1] },
    states: ['draining draining serving serving'],
    spill: ['left'],
  },
  {
    name: 'without weight goes on while only another site can serve',
    all: { left: [1], right: [0] },
    states: ['serving', 'serving'],
    spill: ['left', 'right'],
  },
])('what its provider takes away $name', ({ all, weights = { left: 100 }, states, spill }) => {
  expect(statesOf(all, weights)).toEqual({ states, spill });
});

test('where not all may drain, the one that goes first does', () => {
  const replicas = [0, 1, 2].map((slot) => replicaView({ slot, id: `left-${slot}` }));
  const notices = noticesOf(
    { replicaId: 'left-0', atMs: nowMs + 60_000 },
    { replicaId: 'left-1', atMs: nowMs + 59_999 },
  );
  const [left] = entryOf(view({ sites: [siteView('left', { wanted: 3, replicas, notices })] })).sites;
  expect(left?.replicas.map(({ state }) => state)).toEqual(['serving', 'draining', 'serving']);
});

test('a replica drains from two minutes before it goes, and serves again when nothing is announced any more', () => {
  const at = (atMs: number | undefined): readonly string[] => {
    const replicas = [0, 1].map((slot) => replicaView({ slot, id: `left-${slot}` }));
    const notices = noticesOf(
      ...(atMs === undefined ? [] : [{ replicaId: 'left-0', kind: 'retirement' as const, atMs }]),
    );
    return (
      entryOf(view({ sites: [siteView('left', { wanted: 2, replicas, notices })] })).sites[0]?.replicas ?? []
    ).map(({ state }) => state);
  };
  expect(at(nowMs + 120_001)).toEqual(['serving', 'serving']);
  expect(at(nowMs + 120_000)).toEqual(['draining', 'serving']);
  expect(at(undefined)).toEqual(['serving', 'serving']);
});

const seenNotices = fc.record({
  kinds: fc.array(fc.constantFrom(0 as const, 1 as const, 'bad' as const), { minLength: 1, maxLength: 4 }),
  others: fc.array(fc.constantFrom(0 as const, 1 as const, 'bad' as const), { maxLength: 3 }),
  leftPct: fc.integer({ min: 0, max: 100 }),
});

test('whatever is announced, a weighted site goes on serving where one could', () => {
  fc.assert(
    fc.property(seenNotices, ({ kinds, others, leftPct }) => {
      const weights = { left: leftPct, right: 100 - leftPct };
      const { states } = statesOf({ left: kinds, right: others }, weights);
      const isWeighted = (index: number): boolean => (index === 0 ? leftPct > 0 : leftPct < 100);
      const could = [kinds, others].some((each, index) => isWeighted(index) && each.some((kind) => kind !== 'bad'));
      const does = states.some((each, index) => isWeighted(index) && each.split(' ').includes('serving'));
      expect(does).toBe(could);
    }),
  );
});
