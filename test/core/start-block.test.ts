import { expect, test } from 'vitest';
import { decide } from '../../src/core/decide.ts';
import { startBlock } from '../../src/core/start-block.ts';
import type { Block } from '../../src/model/block.ts';
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

/** Everything at `right` is refused since a second ago, for ten more. */
function refusal(change: Partial<Block> = {}): Block {
  return {
    ...{
      deployment: 'chat',
      config: 'c0ffee',
      site: 'right',
      provider: 'local',
      account: undefined,
      region: undefined,
    },
    ...{ offer: undefined, scope: 'site', reach: undefined, class: 'capacity', code: 'SoldOut', message: 'none left' },
    ...{ atMs: nowMs - 1000, untilMs: nowMs + 10_000, isUntilChanged: false },
    ...change,
  };
}

const cold = (name: string, change: SiteChange = {}) => siteView(name, { ...empty, standby: 'cold', ...change });
const anyMachine = { machine: 'p5', family: 'p5', market: 'on-demand' } as const;
const everything = { offer: anyMachine, reach: { machines: 'all', markets: 'all' } } as const;

test.for<{ name: string; block: Block; to: string }>([
  { name: 'refuses everything', block: refusal(), to: 'far' },
  { name: 'lies in an account that is refused', block: refusal({ ...everything, scope: 'account' }), to: 'far' },
  {
    name: 'is refused for another offer only',
    block: refusal({ offer: anyMachine, scope: 'offer', reach: { machines: 'type', markets: 'asked' } }),
    to: 'right',
  },
  { name: 'refused until this very moment', block: refusal({ untilMs: nowMs }), to: 'right' },
  { name: 'refused another configuration', block: refusal({ config: 'other' }), to: 'right' },
  { name: 'refused another deployment', block: refusal({ deployment: 'embed' }), to: 'right' },
])('a failover to a site that $name goes to $to', ({ block, to }) => {
  const sites = [siteView('left', dead), cold('right'), cold('far')];
  expect(decide({ ...failingLeft({ sites }), blocks: [block] }, nowMs)).toMatchObject({
    kind: 'act',
    action: { weights: { [to]: 100 } },
  });
});

test('with no other site the decision says what is refused, with the provider’s own code and until when', () => {
  const only = failingLeft({ sites: [siteView('left', dead), cold('right')] });
  expect(decide({ ...only, blocks: [refusal()] }, nowMs)).toMatchObject({
    kind: 'stay',
    reasons: [
      {
        ...{ code: 'StartBlocked', site: 'right', untilMs: nowMs + 10_000 },
        message: 'right refuses every start: SoldOut (none left)',
      },
    ],
  });
});

test('a block that was met elsewhere in the account says where', () => {
  const sites = [siteView('left', dead), { ...cold('right'), account: 'aws-1' }];
  const met = refusal({ ...everything, site: 'twin', account: 'aws-1', scope: 'account', isUntilChanged: true });
  const { blocks, ...given } = { ...failingLeft({ sites }), blocks: [met] };
  const [reason] = [startBlock({ ...given, blocks }, 'right', nowMs)];
  expect(reason?.message).toBe(
    'right refuses every start: SoldOut (none left), met at twin, until somebody changes that',
  );
});

test('what a person cleared by hand is forgotten', () => {
  const by = { kind: 'person', name: 'ada', host: 'desk', pid: 2 } as const;
  const cleared = (agoMs: number) =>
    ({
      kind: 'unblock',
      site: 'right',
      deployment: 'chat',
      by,
      atMs: nowMs - agoMs,
      reason: 'more quota',
      untilMs: undefined,
    }) as const;
  const blockedSince = (agoMs: number) =>
    startBlock({ ...view({ standing: [cleared(agoMs)] }), blocks: [refusal()] }, 'right', nowMs);
  expect(blockedSince(1000)).toBeUndefined();
  expect(blockedSince(1001)).toMatchObject({ code: 'StartBlocked' });
});
