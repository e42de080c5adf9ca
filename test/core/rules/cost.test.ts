import { expect, test } from 'vitest';
import { decide } from '../../../src/core/decide.ts';
import { costCeiling, costThen } from '../../../src/core/rules/cost.ts';
import { checkStart } from '../../../src/core/safety.ts';
import type { Action } from '../../../src/model/decision.ts';
import { against, caseOf, said } from '../support/rules.ts';
import { failingLeft, nowMs, requestOf, type SiteChange, siteView, type ViewChange, view } from '../support/view.ts';

/** `left` runs two replicas at 3 USD; `right` is cold and would run two at 2. */
function priced(maxUsdPerHour: number | undefined, right: SiteChange = { usdPerHour: 2 }, change: ViewChange = {}) {
  return view({
    sites: [
      siteView('left', { wanted: 2, usdPerHour: 3 }),
      siteView('right', { wanted: 2, replicas: [], standby: 'cold', ...right }),
    ],
    policy: { safety: maxUsdPerHour === undefined ? {} : { maxUsdPerHour } },
    ...change,
  });
}

const migrate = (stop: 'stop' | 'delete' | undefined) =>
  ({ kind: 'migrate', empty: [{ site: 'left', stop }] }) as const;
const running: SiteChange = { usdPerHour: 2, ...{ replicas: siteView('right', { wanted: 2 }).replicas } };

test.for<readonly [string, ReturnType<typeof priced>, Partial<Action>, readonly string[]]>([
  ['no ceiling', priced(undefined), {}, []],
  ['just what is allowed', priced(10), {}, []],
  ['a cent more than is allowed', priced(9.99), {}, ['10 USD/h would run, at most 9.99']],
  ['what is stopped afterwards is not paid then', priced(4), migrate('delete'), []],
  ['too much although the source is stopped', priced(3.9), migrate('stop'), ['4 USD/h would run, at most 3.9']],
  ['a source that is emptied runs on', priced(9.9), migrate(undefined), ['10 USD/h would run, at most 9.9']],
  ['nothing is started', priced(1, running), {}, []],
  [
    'a price nobody stated is said, not taken for none',
    priced(100, {}),
    {},
    ['6 USD/h would run, at most 100; beside it, of no known price: right'],
  ],
  ['a move the other way starts nothing', priced(1), { weights: { left: 100, right: 0 } }, []],
  ['a person takes a move back', priced(1), { kind: 'return' }, []],
])('%s', ([, seen, action, expected]) => {
  expect(said(costCeiling, seen, action)).toEqual(expected);
});

test('what is dead already costs nothing then', () => {
  const seen = priced(100, { usdPerHour: 2 }, {});
  const gone = seen.sites.map((site) => ({
    ...site,
    replicas: site.replicas.map((each) => ({ ...each, replica: { ...each.replica, state: 'gone' as const } })),
  }));
  expect(costThen(caseOf({ ...seen, sites: gone }))).toEqual({ usd: 4, unpriced: [] });
});

test('a start a person asks for is held against it, and theirs to answer for', () => {
  const start = {
    kind: 'start',
    from: undefined,
    weights: { left: 100, right: 0 },
    start: [{ site: 'right', slots: [0] }],
  } as const;
  expect(checkStart(caseOf(priced(8), start))).toEqual([]);
  expect(checkStart(caseOf(priced(7.9), start)).map(({ code }) => code)).toEqual(['CostCeiling']);
  expect(checkStart(caseOf(priced(7.9), { ...start, overrides: ['CostCeiling'] }))).toEqual([]);
  const request = requestOf({ kind: 'start', from: 'right' });
  expect(decide(priced(9.9, { usdPerHour: 2 }, { request }), nowMs)).toMatchObject({
    reasons: [{ code: 'CostCeiling' }],
  });
  expect(decide(priced(10, { usdPerHour: 2 }, { request }), nowMs)).toMatchObject({ kind: 'act' });
});

test('replicas that are missing are started again whatever they cost', () => {
  const seen = priced(1, { usdPerHour: 2 });
  const lacking = seen.sites.map((site) => ({ ...site, replicas: site.replicas.slice(0, 1) }));
  expect(decide({ ...seen, sites: lacking }, nowMs)).toMatchObject({ kind: 'act', action: { kind: 'start' } });
});

test('automation does not start more than is allowed either; a ready site costs nothing more', () => {
  const policy = { safety: { maxUsdPerHour: 1 } };
  expect(decide(failingLeft({ policy }), nowMs)).toMatchObject({ kind: 'act', action: { kind: 'failover' } });
  const seen = priced(9);
  expect(against(seen, { kind: 'failover', trigger: 'automatic' }).map(({ code }) => code)).toContain('CostCeiling');
  expect(against(seen, { overrides: ['CostCeiling'] })).toEqual([]);
});
