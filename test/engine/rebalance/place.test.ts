import { expect, test } from 'vitest';
import { type PlaceTerms, place } from '../../../src/engine/rebalance/place.ts';
import type { PlacementLimit, PlacementProblem, PlacementRule } from '../../../src/model/placement-problem.ts';
import type { Solver } from '../../../src/ports/solver.ts';
import { loadSolver } from '../../../src/solver/load.ts';
import { solveWhole } from '../../../src/solver/solve.ts';
import { cheapestByHand, totalOf } from '../../core/placement/support/cheapest.ts';
import { brokenBy, smallProblem } from '../../core/placement/support/problems.ts';

const highs = await loadSolver();
const solver: Solver = {
  solve: async (program, terms) => solveWhole(highs, program, terms),
  close: async () => {},
};
const terms: PlaceTerms = {
  solver,
  signal: new AbortController().signal,
  monoMs: () => 0,
  untilMonoMs: 20_000,
  gap: 0,
};

/** By looking at every allocation; the pools are as small as they are, whether their rule is kept or not. */
function isPossibleByHand(problem: PlacementProblem, rules: readonly PlacementRule[]): boolean {
  return cheapestByHand({ ...problem, rules }, { most: 7 }) !== undefined;
}

test('a hundred problems without a plan: the rules named cannot be kept, and without any one of them the others can', {
  timeout: 120_000,
}, async () => {
  let impossible = 0;
  const kinds = new Set<string>();
  const sizes = new Set<number>();
  for (let seed = 5000; impossible < 100; seed += 1) {
    const problem = smallProblem(seed);
    if (problem.loads.length > 1 || problem.choices.length > 4) continue;
    const placed = await place(problem, terms);
    if (placed.kind !== 'impossible') continue;
    impossible += 1;
    expect(placed.isMinimal, `seed ${seed}`).toBe(true);
    expect(placed.rules.length, `seed ${seed}`).toBeGreaterThan(0);
    expect(isPossibleByHand(problem, placed.rules), `seed ${seed}`).toBe(false);
    for (const rule of placed.rules) {
      kinds.add(rule.kind);
      const others = placed.rules.filter((each) => each !== rule);
      expect(isPossibleByHand(problem, others), `seed ${seed} without ${rule.name}`).toBe(true);
    }
    sizes.add(placed.rules.length);
  }
  expect(kinds.size).toBeGreaterThan(8);
  expect(sizes.size).toBeGreaterThan(2);
});

const pool = (site: string, market: 'on-demand' | 'spot' = 'on-demand') => {
  return { name: `${site}/${market}`, site, market, usdPerHour: market === 'spot' ? 1 : 3 };
};
const oslo = { name: 'oslo', vendor: 'aws', residency: ['EU'], failureDomains: ['nordic'] };
const malmo = { name: 'malmo', vendor: 'azure', residency: ['EU'], failureDomains: ['nordic'] };
const ohio = { name: 'ohio', vendor: 'aws', residency: ['US'], failureDomains: ['midwest'] };

function problemOf(limits: readonly PlacementLimit[]): PlacementProblem {
  const pools = [pool('oslo'), pool('malmo'), pool('ohio'), pool('ohio', 'spot')];
  const base = { deployment: 'chat', units: 1, ratedRps: 10, today: 0, startupHours: 0 };
  const all: readonly PlacementLimit[] = [
    { kind: 'demand', deployment: 'chat' },
    ...pools.map(({ name }) => ({ kind: 'capacity', pool: name, units: 9 }) as const),
    ...limits,
  ];
  return {
    places: [oslo, malmo, ohio],
    choices: pools.map((each) => ({ ...base, pool: each })),
    loads: [{ deployment: 'chat', demandRps: 60, today: undefined, trafficUsdPerHour: {} }],
    rules: all.map((limit) => ({ name: nameOf(limit), says: '', path: [], ...limit })),
    paidUsdPerHour: 0,
    objective: { moveUsd: 0, paybackHours: 24 },
  };
}

function nameOf(limit: PlacementLimit): string {
  return `${limit.kind}${'vendor' in limit ? ` ${limit.vendor}` : ''}${'pool' in limit ? ` ${limit.pool}` : ''}`;
}

const inEurope: PlacementLimit = { kind: 'residency', deployment: 'chat', allowed: ['EU'] };

test.for<{ name: string; limits: readonly PlacementLimit[]; conflict: readonly string[] }>([
  {
    name: 'only one vendor has anything, and it may not have all',
    limits: [
      inEurope,
      { kind: 'block', deployment: 'chat', pool: 'malmo/on-demand' },
      { kind: 'vendorShare', vendor: 'aws', most: 0.5 },
    ],
    conflict: ['block malmo/on-demand', 'vendorShare aws'],
  },
  {
    name: 'what is left when the nordic region is lost may not serve',
    limits: [inEurope, { kind: 'survive', loss: 'failureDomain' }, { kind: 'headroom', ratio: 0.5 }],
    conflict: ['residency', 'survive'],
  },
  {
    name: 'three sites are asked for, and two are allowed',
    limits: [{ kind: 'minimumSites', sites: 3 }, inEurope, { kind: 'budget', usdPerHour: 1000 }],
    conflict: ['residency', 'minimumSites'],
  },
  {
    name: 'the budget holds no more than five replicas',
    limits: [
      { kind: 'spotShare', most: 0 },
      { kind: 'budget', usdPerHour: 17.9 },
    ],
    conflict: ['demand', 'spotShare', 'budget'],
  },
  {
    name: 'nothing may change, and nothing serves',
    limits: [
      { kind: 'replicaChange', most: 5 },
      { kind: 'headroom', ratio: 0.2 },
    ],
    conflict: ['demand', 'replicaChange'],
  },
])('names the conflict: $name', async ({ limits, conflict }) => {
  const placed = await place(problemOf(limits), terms);
  if (placed.kind !== 'impossible') throw new Error(placed.kind);
  expect(placed.rules.map(({ name }) => name)).toEqual(conflict);
  expect(placed.isMinimal).toBe(true);
});

test('a deployment that is impossible by itself is named without the others', async () => {
  const one = problemOf([{ kind: 'minimumSites', sites: 2 }]);
  const other = { ...one.choices[0], deployment: 'embed' };
  const load = { deployment: 'embed', demandRps: 1, today: undefined, trafficUsdPerHour: {} };
  const both = { ...one, choices: [...one.choices, other as (typeof one.choices)[0]], loads: [...one.loads, load] };
  const placed = await place(both, terms);
  expect(placed).toMatchObject({ kind: 'impossible', isMinimal: true, rules: [{ kind: 'minimumSites' }] });
});

test('the plan is the cheapest, with its cost, and its bound is its cost', async () => {
  const problem = problemOf([]);
  const placed = await place(problem, terms);
  if (placed.kind !== 'placed') throw new Error(placed.kind);
  expect(placed).toMatchObject({ cost: 6, bound: 6, allocation: { weights: { chat: { ohio: 100 } } } });
  expect(placed.allocation.replicas).toEqual([0, 0, 0, 6]);
  expect(brokenBy(problem, placed.allocation)).toEqual([]);
  expect(totalOf(problem, placed.allocation)).toBe(6);
});

test('what the solver does not know is neither a plan nor a conflict', async () => {
  const lost: Solver = { ...solver, solve: async () => ({ kind: 'unknown', message: 'no time' }) };
  expect(await place(problemOf([]), { ...terms, solver: lost })).toEqual({ kind: 'unknown', message: 'no time' });
});

test('a conflict that could not be made small in time says so, and is one all the same', async () => {
  let asked = 0;
  const tired: Solver = {
    ...solver,
    solve: async (program, each) => {
      asked += 1;
      return asked > 3 ? { kind: 'unknown', message: 'no time' } : solveWhole(highs, program, each);
    },
  };
  const problem = problemOf([inEurope, { kind: 'minimumSites', sites: 3 }]);
  const placed = await place(problem, { ...terms, solver: tired });
  if (placed.kind !== 'impossible') throw new Error(placed.kind);
  expect(placed.isMinimal).toBe(false);
  expect(placed.rules.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['residency', 'minimumSites']));
});
