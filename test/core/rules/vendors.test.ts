import { expect, test } from 'vitest';
import { vendorShareMax } from '../../../src/core/rules/vendors.ts';
import type { Action } from '../../../src/model/decision.ts';
import type { Weights } from '../../../src/model/route.ts';
import { against, said } from '../support/rules.ts';
import { dead, failingLeft, siteView, view } from '../support/view.ts';

const aws = { vendor: 'aws' };
/** `right` and `third` are of one vendor; `left` is of its provider's. */
const sites = [siteView('left'), siteView('right', aws), siteView('third', aws)];
const policy = { safety: { vendorMaxRatio: { aws: 0.6 } } };
const spread = (weights: Weights = { left: 100, right: 0, third: 0 }) => view({ sites, policy, weights });
const weights = (left: number, right: number, third: number) => ({ weights: { left, right, third } });
const much = (percent: number) => [`aws would serve ${percent} % of the traffic, at most 60 %`];

test.for<readonly [string, Weights | undefined, Partial<Action>, readonly string[]]>([
  ['just what was agreed', undefined, weights(40, 30, 30), []],
  ['a percent more, over two sites', undefined, weights(39, 31, 30), much(61)],
  ['too much already, and less by this', { left: 0, right: 50, third: 50 }, weights(20, 40, 40), []],
  ['too much already, and as much after', { left: 0, right: 50, third: 50 }, weights(0, 10, 90), []],
  ['too much already, and more by this', { left: 30, right: 40, third: 30 }, weights(20, 50, 30), much(80)],
  ['a vendor without a limit', { left: 0, right: 50, third: 50 }, weights(100, 0, 0), []],
])('%s', ([, before, action, expected]) => {
  expect(said(vendorShareMax, spread(before), action)).toEqual(expected);
});

test('a site without a vendor of its own is of its provider’s kind', () => {
  const seen = view({ policy: { safety: { vendorMaxRatio: { local: 0.99 } } }, weights: { left: 0, right: 0 } });
  expect(said(vendorShareMax, seen)).toEqual(['local would serve 100 % of the traffic, at most 99 %']);
});

test('who leaves a site that serves nothing is not held back by it', () => {
  const lost = failingLeft({ sites: [siteView('left', dead), siteView('right', aws)], policy });
  const all = { kind: 'failover', weights: { left: 0, right: 100 } } as const;
  expect(said(vendorShareMax, lost, { ...all, trigger: 'automatic' })).toEqual([]);
  expect(said(vendorShareMax, lost, { ...all, kind: 'switchover' })).toEqual(much(100));
  expect(said(vendorShareMax, spread(), { ...all, trigger: 'automatic' })).toEqual(much(100));
  expect(said(vendorShareMax, spread(), { ...all, kind: 'return' })).toEqual([]);
});

test('a person may answer for it', () => {
  expect(against(spread()).map(({ code }) => code)).toEqual(['VendorShareMax']);
  expect(against(spread(), { overrides: ['VendorShareMax'] })).toEqual([]);
});
