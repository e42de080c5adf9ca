import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decide } from '../../src/core/decide.ts';
import { anyWeights, dead, failingTraffic, nowMs, operationOf, requestOf, siteView, view } from './support/view.ts';

const ask = (
  change: Parameters<typeof requestOf>[0],
  seen: Parameters<typeof view>[0] = {},
): ReturnType<typeof decide> => decide(view({ ...seen, request: requestOf(change) }), nowMs);

test('a switchover to a site takes everything there, in gated steps', () => {
  const sites = [siteView('left'), siteView('right'), siteView('far')];
  expect(ask({ to: 'far' }, { sites, weights: { left: 60, right: 40, far: 0 } })).toMatchObject({
    kind: 'act',
    action: {
      kind: 'switchover',
      trigger: 'manual',
      weights: { left: 0, right: 0, far: 100 },
      inOneStep: false,
      requestId: 'req-1',
      because: [{ code: 'AskedByPerson', message: 'ada@desk: maintenance' }],
    },
  });
});

test('what a rebalancing asks for says so: no person chose this change', () => {
  expect(ask({ to: 'right', trigger: 'rebalance', reason: 'cheaper' })).toMatchObject({
    action: { trigger: 'rebalance', because: [{ code: 'AskedByRebalance', message: 'ada@desk: cheaper' }] },
  });
});

test('a switchover from a site takes only what it had', () => {
  const sites = [siteView('left'), siteView('right'), siteView('far')];
  const weights = { left: 60, right: 40, far: 0 };
  expect(ask({ from: 'left', to: 'far' }, { sites, weights })).toMatchObject({
    action: { weights: { left: 0, right: 40, far: 60 } },
  });
});

test('a failover a person asks for leaves the heaviest site for the best target, in one step', () => {
  expect(ask({ kind: 'failover', reason: undefined })).toMatchObject({
    kind: 'act',
    action: { kind: 'failover', from: 'left', weights: { left: 0, right: 100 }, inOneStep: true },
  });
});

test('a failover a person asks for leaves the site that fails, not the one with most traffic', () => {
  const sites = [siteView('left'), siteView('right', dead), siteView('far')];
  const weights = { left: 70, right: 30, far: 0 };
  expect(ask({ kind: 'failover' }, { sites, weights })).toMatchObject({
    action: { from: 'right', weights: { left: 100, right: 0, far: 0 } },
  });
});

test('of two sites that fail it leaves the one that does beyond doubt', () => {
  const sites = [siteView('left', dead), siteView('right', dead), siteView('far')];
  const seen = { sites, weights: { left: 70, right: 30, far: 0 }, traffic: { right: failingTraffic } };
  expect(ask({ kind: 'failover', to: 'far' }, seen)).toMatchObject({
    action: { from: 'right', weights: { left: 70, right: 0, far: 30 } },
  });
});

test('never leaves the site it is to go to, however bad that is', () => {
  const sites = [siteView('left'), siteView('right', dead)];
  expect(ask({ kind: 'failover', to: 'right' }, { sites, weights: { left: 60, right: 40 } })).toMatchObject({
    action: { from: 'left', weights: { left: 0, right: 100 } },
  });
});

test.for([
  { name: 'carries out what was asked for two minutes ago', agoMs: 120_000, kind: 'act' },
  { name: 'does not carry out what nobody took up for longer', agoMs: 120_001, kind: 'stay' },
])('$name', ({ agoMs, kind }) => {
  const decision = ask({ atMs: nowMs - agoMs });
  expect(decision.kind).toBe(kind);
  if (decision.kind === 'stay') expect(decision.reasons).toMatchObject([{ code: 'RequestExpired' }]);
});

test('a person may move against evidence, brake and cool-down', () => {
  const recent = [operationOf({ agoMs: 1000 })];
  expect(ask({ kind: 'failover', from: 'left' }, { recent }).kind).toBe('act');
});

test.for<{ name: string; ask: Parameters<typeof requestOf>[0]; view?: Parameters<typeof view>[0]; code: string }>([
  { name: 'to a site the deployment does not have', ask: { to: 'mars' }, code: 'NoReadyCapacity' },
  { name: 'from a site the deployment does not have', ask: { from: 'mars', to: 'right' }, code: 'NoReadyCapacity' },
  { name: 'when nothing else could serve', ask: {}, view: { sites: [siteView('left')] }, code: 'NoReadyCapacity' },
  { name: 'for a deployment without sites', ask: {}, view: { sites: [] }, code: 'NoReadyCapacity' },
  { name: 'to where everything is already', ask: { to: 'left' }, code: 'AlreadyThere' },
  { name: 'away from where nothing is', ask: { from: 'right', to: 'left' }, code: 'AlreadyThere' },
  {
    name: 'from a site to itself (I5)',
    ask: { from: 'left', to: 'left' },
    view: { weights: { left: 60, right: 40 } },
    code: 'AlreadyThere',
  },
  {
    name: 'as unreachable, never as already there, what it cannot see',
    ask: { from: 'left', to: 'right' },
    view: { noRoute: 'unseen' },
    code: 'DriverUnreachable',
  },
  {
    name: 'to a jurisdiction that is not allowed (I19)',
    ask: { to: 'right' },
    view: { sites: [siteView('left'), siteView('right', { residency: ['us'] })] },
    code: 'ResidencyBlocked',
  },
  {
    name: 'while the gateway cannot be read',
    ask: { to: 'right' },
    view: { noRoute: 'unseen' },
    code: 'DriverUnreachable',
  },
  {
    name: 'while another person’s move runs (I31)',
    ask: { to: 'right' },
    view: { open: operationOf({ state: 'shifting', plan: { trigger: 'manual' } }) },
    code: 'OperationRunning',
  },
])('refuses $name', ({ ask: change, view: seen, code }) => {
  expect(ask(change, seen)).toMatchObject({ kind: 'stay', reasons: [{ code }] });
});

test('pre-empts an automatic move that runs', () => {
  expect(ask({ to: 'right' }, { open: operationOf({ state: 'shifting' }) }).kind).toBe('act');
});

test('a failover to the site with most traffic leaves the next heaviest', () => {
  expect(ask({ kind: 'failover', to: 'left' }, { weights: { left: 60, right: 40 } })).toMatchObject({
    kind: 'act',
    action: { from: 'right', weights: { left: 100, right: 0 } },
  });
});

test('before any route exists a person may still choose where traffic begins', () => {
  expect(ask({ to: 'right' }, { noRoute: 'empty' })).toMatchObject({ action: { weights: { left: 0, right: 100 } } });
  expect(ask({ to: 'left' }, { noRoute: 'empty', sites: [siteView('left')] })).toMatchObject({
    action: { weights: { left: 100 } },
  });
});

test('whatever is asked: whole percents that sum to 100, or a reason (I5, I19)', () => {
  const name = fc.constantFrom(undefined, 'left', 'right', 'far', 'mars');
  const kind = fc.constantFrom('failover' as const, 'switchover' as const);
  fc.assert(
    fc.property(anyWeights('left', 'right', 'far'), name, name, kind, fc.boolean(), (weights, from, to, how, us) => {
      const sites = [siteView('left'), siteView('right', us ? { residency: ['us'] } : {}), siteView('far')];
      const decision = ask({ kind: how, from, to }, { sites, weights });
      if (decision.kind !== 'act') {
        expect(decision).toMatchObject({ kind: 'stay', reasons: [{ message: expect.stringMatching(/./) }] });
        return;
      }
      const values = Object.values(decision.action.weights);
      expect(values.reduce((sum, each) => sum + each, 0)).toBe(100);
      expect(values.every((each) => Number.isInteger(each) && each >= 0)).toBe(true);
      if (us) expect(decision.action.weights['right'] ?? 0).toBeLessThanOrEqual(weights['right'] ?? 0);
    }),
    { numRuns: 500 },
  );
});

test.for([
  { name: 'a person’s own operation', plan: { trigger: 'manual' }, kind: 'stay' },
  { name: 'the way back of a drill', plan: { trigger: 'manual', yields: true }, kind: 'act' },
  { name: 'what automation does', plan: { trigger: 'automatic' }, kind: 'act' },
] as const)('beside $name a person’s move is: $kind', ({ plan, kind }) => {
  const { plan: usual, ...open } = operationOf({ state: 'shifting', endedAtMs: undefined });
  const decision = ask({ to: 'right' }, { open: { ...open, plan: { ...usual, ...plan } } });
  expect(decision.kind).toBe(kind);
  if (kind === 'stay') expect(decision).toMatchObject({ reasons: [{ code: 'OperationRunning' }] });
});
