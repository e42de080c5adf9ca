import { expect, test } from 'vitest';
import { failureDomainBusy } from '../../../src/core/rules/domains.ts';
import type { Action } from '../../../src/model/decision.ts';
import type { Plan } from '../../../src/model/plan.ts';
import { against, emptying, said } from '../support/rules.ts';
import { operationOf, replicaView, siteView, type ViewChange, view } from '../support/view.ts';

/** Of another deployment, under way, from `far` to `away`. */
const other = (plan: Partial<Plan> = {}) =>
  operationOf({
    ...{ id: 'op-9', state: 'shifting', endedAtMs: undefined },
    plan: { kind: 'shift', deployment: 'embed', from: 'far', before: { far: 100 }, after: { away: 100 }, ...plan },
  });
const busy = (plan: Partial<Plan> = {}, change: ViewChange = {}) => view({ others: [other(plan)], ...change });
const changing = (where: string) => [`op-9 (shift of embed) is changing ${where}`];
const stays = { before: { left: 50, far: 50 }, after: { left: 50, away: 50 } };
const standsIn = (name: string, failureDomain: string) =>
  siteView(name, { replicas: [replicaView({ site: name, failureDomain })] });
const likeLeft = { left: ['grid'], right: ['right'], far: ['far', 'grid'], away: ['away'] };

test.for<readonly [string, ReturnType<typeof view>, Partial<Action>, readonly string[]]>([
  ['nothing under way', view(), {}, []],
  ['one that touches neither', busy(), {}, []],
  ['one that leaves the source', busy({ from: 'left' }), {}, changing('left')],
  ['one that gives to the target', busy({ after: { right: 100 } }), {}, changing('right')],
  ['one that takes from the target', busy({ before: { right: 100 }, after: {} }), {}, changing('right')],
  ['one whose weight at the source stays', busy(stays), {}, []],
  ['a site of the same domain', busy({}, { domains: likeLeft }), {}, changing('far, in grid like left')],
  ['a site of another domain', busy({}, { domains: { ...likeLeft, far: ['far'] } }), {}, []],
  [
    'a site of the same domain that both have',
    busy({ from: 'third' }, { sites: [siteView('left'), siteView('right'), siteView('third', { domains: ['left'] })] }),
    {},
    changing('third, in left like left'),
  ],
  [
    'a site whose replicas stand in a domain that ours stand in too',
    busy({}, { domains: { far: ['far', 'cb-1'] }, sites: [standsIn('left', 'cb-1'), siteView('right')] }),
    {},
    changing('far, in cb-1 like left'),
  ],
  [
    'a site of ours whose replicas stand in a domain with those of another',
    busy({ from: 'third' }, { sites: [standsIn('left', 'cb-1'), siteView('right'), standsIn('third', 'cb-1')] }),
    {},
    changing('third, in cb-1 like left'),
  ],
  [
    'a site whose replicas stand in another domain',
    busy({}, { domains: { far: ['far', 'cb-2'] }, sites: [standsIn('left', 'cb-1'), siteView('right')] }),
    {},
    [],
  ],
  ['one that empties the same site', busy({ from: 'left', before: {}, after: {} }), emptying, changing('left')],
  [
    'one at a site whose weight we leave alone',
    busy({ after: { right: 100 } }),
    { weights: { left: 100, right: 0 } },
    [],
  ],
  [
    'one at a site that would be started',
    busy({ after: { right: 100 } }, { weights: { left: 0, right: 100 } }),
    { from: undefined, start: [{ site: 'right', slots: [0] }] },
    changing('right'),
  ],
])('%s', ([, seen, action, expected]) => {
  expect(said(failureDomainBusy, seen, action)).toEqual(expected);
});

test.for(['shift', 'switchover', 'failback', 'drain', 'stop', 'migrate'] as const)('%s waits for it', (kind) => {
  expect(said(failureDomainBusy, busy({ from: 'left' }), { kind })).toEqual(changing('left'));
});

test('who leaves a failing site, and a person who takes a move back, do not wait', () => {
  expect(said(failureDomainBusy, busy({ from: 'left' }), { kind: 'failover' })).toEqual([]);
  expect(said(failureDomainBusy, busy({ from: 'left' }), { kind: 'return' })).toEqual([]);
  expect(said(failureDomainBusy, busy({ from: 'left' }), { kind: 'return', requestId: undefined })).toEqual(
    changing('left'),
  );
});

test('each operation is named once, and a person may answer for all', () => {
  const seen = view({ others: [other({ from: 'left', after: { right: 100 } }), other({ from: 'right' })] });
  expect(said(failureDomainBusy, seen)).toHaveLength(2);
  expect(against(seen).map(({ code }) => code)).toEqual(['FailureDomainBusy', 'FailureDomainBusy']);
  expect(against(seen, { overrides: ['FailureDomainBusy'] })).toEqual([]);
});
