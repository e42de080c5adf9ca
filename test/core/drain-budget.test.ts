import { expect, test } from 'vitest';
import { drainBudgetMs } from '../../src/core/drain-budget.ts';
import type { View } from '../../src/model/view.ts';
import { nowMs, replicaView, siteView, trafficOf, view } from './support/view.ts';

/** 100 tokens of 40 ms, a first token within 200 ms, a second on the way: 5200 ms. */
function seen(change: {
  tokens?: number;
  waitMs?: number;
  perTokenMs?: readonly number[];
  firstMs?: number | null;
}): View {
  const { tokens, waitMs = 30_000, perTokenMs = [40], firstMs = 200 } = change;
  const replicas = perTokenMs.map((each, slot) => replicaView({ slot, conditions: [{ perTokenMs: each }, {}] }));
  const base = view({
    sites: [siteView('left', { replicas }), siteView('right')],
    ...(firstMs === null ? {} : { traffic: { left: { firstTokenP95Ms: firstMs } } }),
  });
  const drain = { waitForStreamsMs: waitMs, ...(tokens === undefined ? {} : { longestOutputTokens: tokens }) };
  return { ...base, deployment: { ...base.deployment, drain } };
}

test.for([
  ['as long as the longest answer may still take', { tokens: 100 }, 5200],
  ['at most the policy’s time, just reached', { tokens: 100, waitMs: 5200 }, 5200],
  ['at most the policy’s time', { tokens: 100, waitMs: 5199 }, 5199],
  ['the whole time when nobody says how long an answer may be', {}, 30_000],
  ['the whole time when no probe measured a token', { tokens: 100, perTokenMs: [] }, 30_000],
  ['as long as the slowest replica takes', { tokens: 100, perTokenMs: [40, 50, 10] }, 6200],
  ['a whole number', { tokens: 3, perTokenMs: [0.5] }, 1202],
] as const)('%s', ([, change, expected]) => {
  expect(drainBudgetMs(seen(change), 'left')).toBe(expected);
});

test('without users’ own first tokens the limit stands for them', () => {
  const asSeen = seen({ tokens: 100 });
  const unseen: View = {
    ...asSeen,
    traffic: { kind: 'unknown', error: { class: 'unknown', code: 'Lost', message: '' } },
  };
  expect(drainBudgetMs(unseen, 'left')).toBe(5500);
  const quiet = { ...trafficOf('left'), firstTokenP95Ms: undefined };
  if (asSeen.traffic.kind !== 'seen') throw new Error('it is seen');
  const value = { ...asSeen.traffic.value, sites: [quiet] };
  expect(drainBudgetMs({ ...asSeen, traffic: { kind: 'seen', asOfMs: nowMs, value } }, 'left')).toBe(5500);
});

test('a site nobody knows gets the whole time', () => {
  expect(drainBudgetMs(seen({ tokens: 100 }), 'mars')).toBe(30_000);
});
