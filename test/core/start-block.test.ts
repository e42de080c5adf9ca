import { expect, test } from 'vitest';
import { decide } from '../../src/core/decide.ts';
import { startBlock } from '../../src/core/start-block.ts';
import type { Operation } from '../../src/model/operation.ts';
import type { Step } from '../../src/model/plan.ts';
import type { ProviderError } from '../../src/model/provider-error.ts';
import { dead, failingLeft, nowMs, operationOf, requestOf, type SiteChange, siteView, view } from './support/view.ts';

const soldOut: ProviderError = { class: 'capacity', code: 'SoldOut', message: 'none left' };
const preempted: ProviderError = { class: 'conflict', code: 'Preempted', message: 'a person took over' };

function steps(site: string, bestEffort = false): readonly Step[] {
  return [
    { kind: 'launch', name: `1-launch ${site}`, site, slots: [0], bestEffort, deadlineMs: 1000 },
    { kind: 'prove', name: `2-prove ${site}`, site, replicas: 1, deadlineMs: 1000 },
  ];
}

/** A start at `right` that the provider refused so long ago. */
function failed(agoMs: number, change: Parameters<typeof operationOf>[0] = {}): Operation {
  const plan = { kind: 'start', steps: steps('right'), ...change.plan } as const;
  return operationOf({ agoMs, state: 'failed', error: soldOut, ...change, plan });
}
const done = (agoMs: number): Operation => failed(agoMs, { state: 'done', error: undefined, step: 2 });

const untilOf = (...recent: readonly Operation[]): number | undefined =>
  startBlock(view({ recent }), 'right', nowMs)?.untilMs;

test.for<{ name: string; recent: readonly Operation[]; waitMs: number | undefined }>([
  { name: 'nothing was ever started', recent: [], waitMs: undefined },
  { name: 'the last start failed a millisecond short of a second ago', recent: [failed(999)], waitMs: 1 },
  { name: 'it failed a second ago', recent: [failed(1000)], waitMs: undefined },
  { name: 'its proof failed', recent: [failed(0, { step: 1 })], waitMs: 1000 },
  { name: 'three failed in a row', recent: [failed(0), failed(9000), failed(20_000)], waitMs: 4000 },
  { name: 'one succeeded since', recent: [done(0), failed(1)], waitMs: undefined },
  { name: 'one succeeded between', recent: [failed(0), done(1), failed(2)], waitMs: 1000 },
  { name: 'a reply was lost', recent: [failed(0, { state: 'unknown' })], waitMs: 1000 },
  { name: 'a person cut it short', recent: [failed(0, { error: preempted })], waitMs: undefined },
  { name: 'it failed at another site', recent: [failed(0, { plan: { steps: steps('far') } })], waitMs: undefined },
  {
    name: 'the other site of the same operation failed',
    recent: [failed(0, { plan: { steps: [...steps('far'), ...steps('right')] } })],
    waitMs: undefined,
  },
  {
    name: 'only a replacement nobody waited for failed',
    recent: [failed(0, { plan: { steps: steps('right', true) } })],
    waitMs: undefined,
  },
])('what must be waited for when $name: $waitMs ms (I24)', ({ recent, waitMs }) => {
  expect(untilOf(...recent)).toBe(waitMs === undefined ? undefined : nowMs + waitMs);
});

const empty: SiteChange = { replicas: [] };

test('a start is not begun again while it must wait, and the decision says until when (I24)', () => {
  const sites = [siteView('left'), siteView('right', empty)];
  expect(decide(view({ sites, recent: [failed(999)] }), nowMs)).toMatchObject({
    kind: 'stay',
    reasons: [{ code: 'StartBlocked', site: 'right', untilMs: nowMs + 1 }],
  });
  expect(decide(view({ sites, recent: [failed(1000)] }), nowMs)).toMatchObject({ kind: 'act' });
});

test('a site that must wait does not keep another from being started', () => {
  const sites = [siteView('left'), siteView('right', empty), siteView('far', empty)];
  expect(decide(view({ sites, recent: [failed(0)] }), nowMs)).toMatchObject({
    kind: 'act',
    action: { kind: 'start', start: [{ site: 'far', slots: [0] }] },
  });
});

test('a failover prefers the site where no start failed just now, and waits when there is no other', () => {
  const lost = siteView('left', dead);
  const cold = (name: string) => siteView(name, { ...empty, standby: 'cold' });
  const both = failingLeft({ sites: [lost, cold('right'), cold('far')], recent: [failed(200)] });
  expect(decide(both, nowMs)).toMatchObject({ kind: 'act', action: { weights: { left: 0, right: 0, far: 100 } } });
  const one = failingLeft({ sites: [lost, cold('right')], recent: [failed(200)] });
  expect(decide(one, nowMs)).toMatchObject({ kind: 'stay', reasons: [{ code: 'StartBlocked', site: 'right' }] });
});

test('a ready site is a target whatever failed there, and a person need not wait', () => {
  expect(decide(failingLeft({ recent: [failed(200)] }), nowMs)).toMatchObject({ kind: 'act' });
  const sites = [siteView('left'), siteView('right', empty)];
  const asked = view({ sites, recent: [failed(200)], request: requestOf({ to: 'right' }) });
  expect(decide(asked, nowMs)).toMatchObject({ kind: 'act', action: { trigger: 'manual' } });
});
