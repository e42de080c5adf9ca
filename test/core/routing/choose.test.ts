import fc from 'fast-check';
import { expect, test } from 'vitest';
import { chooseReplica } from '../../../src/core/routing/choose.ts';
import type { PoolReplica } from '../../../src/core/routing/pool.ts';
import { type EntryChange, pool, replica } from '../support/routes.ts';

/** Sets what `states` says on replicas, by id, and chooses at moment 100. */
function choose(
  change: EntryChange,
  states: Readonly<Record<string, Partial<Pick<PoolReplica, 'inFlight' | 'ejectedUntilMs' | 'onTrial'>>>> = {},
  { tried = [], random = 0 }: { tried?: readonly string[]; random?: number } = {},
): string | undefined {
  const of = pool(change);
  for (const [id, state] of Object.entries(states)) Object.assign(replica(of, id), state);
  return chooseReplica(
    of,
    tried.map((id) => replica(of, id)),
    100,
    random,
  )?.id;
}

const out = { ejectedUntilMs: 5000 };
const draining = { state: 'draining' } as const;
const spill = { right: 1000 };

test.for([
  {
    name: 'the least outstanding of the site',
    states: { 'left-0': { inFlight: 3 }, 'left-1': { inFlight: 2 } },
    id: 'left-1',
  },
  { name: 'the first of equals', states: {}, id: 'left-0' },
  {
    name: 'one that was ejected and whose time is over',
    states: { 'left-0': { ejectedUntilMs: 100 }, 'left-1': { inFlight: 1 } },
    id: 'left-0',
  },
  {
    name: 'not one whose time is over while another request tries it',
    states: { 'left-0': { ejectedUntilMs: 100, onTrial: true } },
    id: 'left-1',
  },
  { name: 'not one that is ejected', states: { 'left-0': { ejectedUntilMs: 101 } }, id: 'left-1' },
])('takes $name', ({ states, id }) => {
  expect(choose({}, states)).toBe(id);
});

test('draws the site by weight', () => {
  const weights = { left: 30, right: 70 };
  expect(choose({ weights }, {}, { random: 0.299 })).toBe('left-0');
  expect(choose({ weights }, {}, { random: 0.3 })).toBe('right-0');
  expect(choose({ weights: { left: 0, right: 100 } }, {}, { random: 0 })).toBe('right-0');
});

test('spills in order when the drawn site has nobody, while the proof holds', () => {
  const states = { 'left-0': out, 'left-1': out };
  expect(choose({ spill }, states)).toBe('right-0');
  expect(choose({ spill: { right: 101 } }, states)).toBe('right-0');
  expect(choose({ spill: { right: 100 } }, states)).toBe('left-0');
});

test('a site with weight takes what another weighted site cannot, without any proof', () => {
  expect(choose({ weights: { left: 50, right: 50 } }, { 'left-0': out, 'left-1': out })).toBe('right-0');
});

test('with everything ejected an ejected one is better than an error', () => {
  expect(choose({ spill }, { 'left-0': out, 'left-1': out, 'right-0': out })).toBe('left-0');
});

test('never takes one that drains, also as the last resort (I21)', () => {
  expect(choose({ sites: { left: [draining], right: 1 }, weights: { left: 100, right: 0 } })).toBeUndefined();
  expect(choose({ sites: { left: [draining], right: [draining] }, spill })).toBeUndefined();
});

const drained = { sites: { left: 1, right: [draining] }, weights: { left: 100, right: 0 }, spill };

test.for([
  { name: 'by the spill order, though its proof holds', states: { 'left-0': out }, tried: [], id: 'left-0' },
  { name: 'for a second try', states: {}, tried: ['left-0'], id: undefined },
  { name: 'for a second try with the other site ejected', states: { 'left-0': out }, tried: ['left-0'], id: undefined },
])('a draining site gets nothing new $name (I21)', ({ states, tried, id }) => {
  expect(choose(drained, states, { tried })).toBe(id);
  // The same site in service would have taken it.
  expect(choose({ ...drained, sites: { left: 1, right: 1 } }, states, { tried })).toBe('right-0');
});

test('the second try goes to another site first, and to another replica of the same one when there is none', () => {
  expect(choose({ spill }, {}, { tried: ['left-0'] })).toBe('right-0');
  expect(choose({}, {}, { tried: ['left-0'] })).toBe('left-1');
  expect(choose({}, {}, { tried: ['left-0', 'left-1'] })).toBeUndefined();
});

test('without any weight nobody is chosen', () => {
  expect(choose({ weights: { left: 0, right: 0 } })).toBeUndefined();
});

test('whatever is ejected, tried or draining: never one that drains, never one that was tried', () => {
  const flags = fc.array(
    fc.record({ ejected: fc.boolean(), draining: fc.boolean(), tried: fc.boolean(), inFlight: fc.nat(9) }),
    {
      minLength: 3,
      maxLength: 3,
    },
  );
  fc.assert(
    fc.property(flags, fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (drawn, random) => {
      const names = ['left-0', 'left-1', 'right-0'];
      const of = pool({ spill, weights: { left: 60, right: 40 } });
      const tried = names.flatMap((id, index) => {
        const each = replica(of, id);
        const {
          ejected,
          draining: drains,
          tried: was,
          inFlight,
        } = drawn[index] ?? { ejected: false, draining: false, tried: false, inFlight: 0 };
        Object.assign(each, { inFlight, ejectedUntilMs: ejected ? 5000 : 0, state: drains ? 'draining' : 'serving' });
        return was ? [each] : [];
      });
      const chosen = chooseReplica(of, tried, 100, random);
      expect(chosen?.state).not.toBe('draining');
      expect(tried).not.toContain(chosen);
      const isFree = [...of.replicas.values()].some(
        (each) => each.state !== 'draining' && each.ejectedUntilMs === 0 && !tried.includes(each),
      );
      if (isFree) expect(chosen?.ejectedUntilMs).toBe(0);
    }),
    { numRuns: 2000 },
  );
});
