import { expect, test } from 'vitest';
import { drillLimits } from '../../src/config/drill-limits.ts';
import { drillsText } from '../../src/config/drill-text.ts';
import { type SuggestedDrill, type Suggestion, suggestDrills } from '../../src/config/suggest-drills.ts';
import type { Config } from '../../src/model/config.ts';
import type { Deployment } from '../../src/model/deployment.ts';
import type { Expression } from '../../src/model/expression.ts';
import { limitOn } from '../../src/model/limits.ts';
import type { CompletionProbeSpec } from '../../src/model/probe-spec.ts';
import { config, deployment, placement, site } from '../cli/support/models.ts';

const probe: CompletionProbeSpec = {
  ...{ name: 'completion', kind: 'completion', path: '/v1/chat/completions', model: 'tiny', prompt: 'hi' },
  ...{ maxTokens: 8, everyMs: 5000, timeoutMs: 10_000, firstTokenLimitMs: 2000, contains: undefined },
};

const base = deployment();
/** The defaults of the configuration, with three sites of which all are hot. */
function usual(over: Partial<Deployment> = {}, detector: Partial<Deployment['failover']['detector']> = {}): Deployment {
  return deployment({
    ...{ probes: [probe], firstTokenLimitMs: 2000, weights: { 'site-a': 100, 'site-b': 0, 'site-c': 0 } },
    placements: ['site-a', 'site-b', 'site-c'].map((name) => placement(name)),
    failover: {
      ...base.failover,
      detector: {
        ...base.failover.detector,
        evaluateEveryMs: 2000,
        failuresInARow: 3,
        failAfterMs: 10_000,
        ...detector,
      },
      proof: { completions: 3, maxAgeMs: 60_000 },
      move: {
        ...base.failover.move,
        stepsPct: [10, 50, 100],
        holdEachMs: 20_000,
        promoteWhen: [limitOn('errorRate', '<=', 0.02), limitOn('ttft.p95', '<=', 2000)],
      },
    },
    ...over,
  });
}

test('limits are the sum of what may take its time one after the other', () => {
  // Four probes of ten seconds, ten seconds of being bad, two looks; then three completions, and two looks.
  expect(drillLimits(usual())).toEqual({
    ...{ detectMs: 55_000, recoverMs: 90_000, stepwiseMs: 165_000 },
    ...{ requestsPerSecond: 5, observeMs: 20_000, settleMs: 20_000 },
  });
});

test.for<{
  name: string;
  over?: Partial<Deployment>;
  detector?: Partial<Deployment['failover']['detector']>;
  detectMs: number;
}>([
  { name: 'one more failure wanted', detector: { failuresInARow: 4 }, detectMs: 65_000 },
  { name: 'bad for longer before it counts', detector: { failAfterMs: 60_000 }, detectMs: 105_000 },
  { name: 'a slower loop', detector: { evaluateEveryMs: 10_000 }, detectMs: 70_000 },
  { name: 'a probe that is sent seldom', over: { probes: [{ ...probe, everyMs: 30_000 }] }, detectMs: 135_000 },
  {
    name: 'fast probes, when the gateway’s window is longer',
    over: { probes: [{ ...probe, everyMs: 200, timeoutMs: 500 }] },
    detectMs: 26_000,
  },
])('the limit of detection follows the configuration: $name', ({ over, detector, detectMs }) => {
  expect(drillLimits(usual(over, detector)).detectMs).toBe(detectMs);
});

test('enough requests are sent for the gateway to have an opinion', () => {
  expect(drillLimits(usual({}, { trafficMinimum: 50 }))).toMatchObject({ requestsPerSecond: 10, observeMs: 10_000 });
});

function suggested(given: Deployment, over: Partial<Config> = {}): Suggestion[] {
  return [
    ...suggestDrills(config({ sites: ['site-a', 'site-b', 'site-c'].map(site), deployments: [given], ...over }), given),
  ];
}

function drillNamed(name: string, given: Deployment, over: Partial<Config> = {}): SuggestedDrill {
  const found = suggested(given, over).find((each) => each.name === name);
  if (found === undefined || 'why' in found) throw new Error(`no ${name}: ${found?.why}`);
  return found;
}

const withMode = (mode: 'off' | 'advise' | 'auto'): Deployment => {
  const given = usual();
  return { ...given, failover: { ...given.failover, mode } };
};

test('three local sites get five drills, and a word on the one that makes no sense', () => {
  expect(suggested(usual()).map(({ name, ...each }) => ('why' in each ? `${name}: ${each.why}` : name))).toEqual([
    ...['site-loss', 'engine-hang', 'slow-site', 'no-capacity', 'blind-controller'],
    'provider-exit: all sites of chat are of one vendor: there is nowhere to go',
  ]);
});

test.for([
  { mode: 'auto', claims: ['detectionTime <= 55s', 'decision = act', 'recoveryTime <= 90s', 'lostRequests <= 2%'] },
  { mode: 'advise', claims: ['detectionTime <= 55s', 'decision = advise', 'moves = 0', 'lostRequests <= 2%'] },
  { mode: 'off', claims: ['moves = 0', 'lostRequests <= 2%'] },
] as const)('what is claimed of the loss of a site is what automation in mode $mode may do', ({ mode, claims }) => {
  expect(drillNamed('site-loss', withMode(mode)).hypothesis).toEqual(claims);
});

test('a fault lasts longer than the traffic needs to move', () => {
  const { detectMs, recoverMs, stepwiseMs } = drillLimits(usual());
  const longest = (name: string): number => Math.max(...drillNamed(name, usual()).faults.map(({ forMs }) => forMs));
  expect(longest('site-loss')).toBeGreaterThan(recoverMs);
  expect(longest('slow-site')).toBeGreaterThan(stepwiseMs);
  expect(longest('blind-controller')).toBeGreaterThan(detectMs);
});

test('the site that has most of the traffic is hit', () => {
  const weights = { 'site-a': 10, 'site-b': 70, 'site-c': 20 };
  for (const name of ['site-loss', 'engine-hang', 'slow-site', 'blind-controller'])
    expect(drillNamed(name, usual({ weights })).faults.map((fault) => fault.site)).toEqual(['site-b']);
});

test('no capacity is denied everywhere while the active site is lost', () => {
  const { faults } = drillNamed('no-capacity', usual());
  expect(faults.map(({ kind, site: at }) => `${kind} ${at}`)).toEqual([
    ...['capacity-denied site-a', 'capacity-denied site-b', 'capacity-denied site-c', 'blackhole site-a'],
  ]);
  expect(new Set(faults.map(({ forMs }) => forMs)).size).toBe(1);
});

test('the first token is late enough to count, and still comes before the probe gives up', () => {
  const [fault] = drillNamed('slow-site', usual()).faults;
  expect(fault?.delayMs).toBeGreaterThan(usual().firstTokenLimitMs);
});

test('the first token is later than what is claimed of it, also where a move allows more than the probe', () => {
  const { faults, hypothesis } = drillNamed('slow-site', usual({ firstTokenLimitMs: 500 }));
  expect(hypothesis.find((claim) => claim.startsWith('ttft'))).toMatch(/^ttft\.p95 <= 2s /);
  expect(faults[0]?.delayMs).toBe(2500);
});

test.for([
  { limitMs: 29_000, delayMs: 58_000 },
  { limitMs: 59_999, delayMs: 60_000 },
  { limitMs: 60_000, delayMs: undefined },
])('the first token is held back a minute at most: $limitMs', ({ limitMs, delayMs }) => {
  const found = suggested(usual({ firstTokenLimitMs: limitMs })).find(({ name }) => name === 'slow-site');
  expect(found !== undefined && 'faults' in found ? found.faults[0]?.delayMs : undefined).toBe(delayMs);
});

test('model servers are stopped where the provider can; elsewhere it is said what could', () => {
  const onCloud = { sites: [{ ...site('site-a'), provider: 'aws' }, site('site-b'), site('site-c')] };
  expect(drillNamed('engine-hang', usual()).faults[0]?.kind).toBe('hang');
  expect(suggested(usual(), onCloud).find(({ name }) => name === 'engine-hang')).toMatchObject({
    why: expect.stringContaining('a fault of type exec can'),
  });
});

test('a vendor is left only where there is another', () => {
  const sites = [{ ...site('site-a'), provider: 'aws' }, { ...site('site-b'), provider: 'gcp' }, site('site-c')];
  expect(drillNamed('provider-exit', usual(), { sites })).toMatchObject({
    ...{ kind: 'provider-exit', faults: [], exit: { vendor: 'aws', stayMs: 60_000 } },
  });
});

test('without another hot site only the drill that moves nothing is left', () => {
  const cold = ['site-b', 'site-c'].map((name) => placement(name, { standby: 'cold' }));
  const some = suggested(usual({ placements: [placement('site-a'), ...cold] }));
  expect(some.filter((each) => !('why' in each)).map(({ name }) => name)).toEqual(['blind-controller']);
  expect(some[0]).toEqual({ name: 'site-loss', why: 'no other site of chat is hot: nothing would take over at once' });
});

test('a drill that would last longer than one may is left out, and says so', () => {
  const found = suggested(usual({}, { failAfterMs: 3_600_000 })).find(({ name }) => name === 'site-loss');
  expect(found).toMatchObject({ why: expect.stringMatching(/^it would last .+, longer than a drill may/) });
});

test('drills of several deployments are told apart by name', () => {
  const two = { deployments: [usual(), usual({ name: 'embed' })] };
  expect(suggested(usual({ name: 'embed' }), two).map(({ name }) => name)).toContain('site-loss-embed');
});

test('it ends when what happens is worse than what is rehearsed', () => {
  expect(drillNamed('site-loss', usual()).abortIf).toEqual(['errorRate > 50% for 90s', 'capacity.healthy < 66%']);
});

/** The usual ones with other limits of moves and of the detector. */
function limited(promoteWhen: readonly Expression[], unhealthyWhen: readonly Expression[]): Deployment {
  const { failover, ...given } = usual({}, { unhealthyWhen });
  return { ...given, failover: { ...failover, move: { ...failover.move, promoteWhen } } };
}
const [fewErrors, fast] = [limitOn('errorRate', '<=', 0.01), limitOn('ttft.p95', '<=', 3000)];
const errors = limitOn('errorRate', '>=', 0.3);
const either: Expression = { kind: 'any', text: 'one or other', of: [fewErrors, fast] };

test.for<{ name: string; promoteWhen: readonly Expression[]; claims: readonly string[]; require: readonly string[] }>([
  {
    name: 'limits of both',
    promoteWhen: [fewErrors, fast],
    claims: ['ttft.p95 <= 3s within 165s of fault', 'lostRequests <= 1%'],
    require: ['errorRate <= 1%'],
  },
  {
    name: 'a first-token limit that is stricter than the probe’s',
    promoteWhen: [fewErrors, limitOn('ttft.p95', '<=', 500)],
    claims: ['ttft.p95 <= 2s within 165s of fault', 'lostRequests <= 1%'],
    require: ['errorRate <= 1%'],
  },
  {
    name: 'limits of which one is enough',
    promoteWhen: [either],
    claims: ['ttft.p95 <= 2s within 165s of fault'],
    require: [],
  },
])('no more is claimed than what a move must show: $name', ({ promoteWhen, claims, require }) => {
  const { hypothesis, steadyState } = drillNamed('slow-site', limited(promoteWhen, [errors]));
  expect(hypothesis.slice(2)).toEqual(claims);
  expect(steadyState.require).toEqual(require);
});

test.for([
  { name: 'the first limit of errors', unhealthyWhen: [errors, limitOn('errorRate', '>', 0.4)], percent: 30 },
  { name: 'as many as usual without one', unhealthyWhen: [limitOn('lateRate', '>=', 0.3)], percent: 50 },
])('it ends on errors as the detector has them: $name', ({ unhealthyWhen, percent }) => {
  const { abortIf } = drillNamed('site-loss', limited([fewErrors], unhealthyWhen));
  expect(abortIf[0]).toBe(`errorRate > ${percent}% for 90s`);
});

test('a drill that claims nothing is written without claims', () => {
  const sites = [{ ...site('site-a'), provider: 'aws' }, { ...site('site-b'), provider: 'gcp' }, site('site-c')];
  const drill = drillNamed('provider-exit', limited([either], [errors]), { sites });
  expect(drill.hypothesis).toEqual([]);
  expect(drillsText([drill])).not.toContain('hypothesis');
});

test('they are written as the configuration has them', () => {
  expect(drillsText(suggested(usual()))).toMatchInlineSnapshot(`
    "drills:
      site-loss:
        title: "Lose site-a at full traffic"
        deployment: chat
        kind: live
        fault:
          - { type: blackhole, site: site-a, share: 100%, for: 110s }
        hypothesis:
          - "detectionTime <= 55s"
          - "decision = act"
          - "recoveryTime <= 90s"
          - "lostRequests <= 2%"
        steadyState: { observe: 20s, require: ["errorRate <= 2%"] }
        load: { source: generated, rate: 5rps }
        abortIf:
          - "errorRate > 50% for 90s"
          - "capacity.healthy < 66%"
        recovery: { failback: true, settle: 20s }

      engine-hang:
        title: "The model servers at site-a stop where they stand"
        deployment: chat
        kind: live
        fault:
          - { type: hang, site: site-a, for: 110s }
        hypothesis:
          - "detectionTime <= 55s"
          - "decision = act"
          - "recoveryTime <= 90s"
        steadyState: { observe: 20s, require: ["errorRate <= 2%"] }
        load: { source: generated, rate: 5rps }
        abortIf:
          - "errorRate > 50% for 90s"
          - "capacity.healthy < 66%"
        recovery: { failback: true, settle: 20s }

      slow-site:
        title: "The first token of site-a comes too late"
        deployment: chat
        kind: live
        fault:
          - { type: slow-first-token, site: site-a, delay: 4s, share: 100%, for: 185s }
        hypothesis:
          - "detectionTime <= 55s"
          - "decision = act"
          - "ttft.p95 <= 2s within 165s of fault"
          - "lostRequests <= 2%"
        steadyState: { observe: 20s, require: ["errorRate <= 2%"] }
        load: { source: generated, rate: 5rps }
        abortIf:
          - "errorRate > 50% for 90s"
          - "capacity.healthy < 66%"
        recovery: { failback: true, settle: 20s }

      no-capacity:
        title: "Lose site-a while no cloud has anything left to start"
        deployment: chat
        kind: live
        fault:
          - { type: capacity-denied, site: site-a, for: 110s }
          - { type: capacity-denied, site: site-b, for: 110s }
          - { type: capacity-denied, site: site-c, for: 110s }
          - { type: blackhole, site: site-a, share: 100%, for: 110s }
        hypothesis:
          - "detectionTime <= 55s"
          - "decision = act"
          - "recoveryTime <= 90s"
          - "lostRequests <= 2%"
        steadyState: { observe: 20s, require: ["errorRate <= 2%"] }
        load: { source: generated, rate: 5rps }
        abortIf:
          - "errorRate > 50% for 90s"
          - "capacity.healthy < 66%"
        recovery: { failback: true, settle: 20s }

      blind-controller:
        title: "The controller sees nothing of site-a, and users see all of it"
        deployment: chat
        kind: live
        fault:
          - { type: vantage-blind, site: site-a, for: 75s }
        hypothesis:
          - "moves = 0"
        steadyState: { observe: 20s, require: ["errorRate <= 2%"] }
        load: { source: generated, rate: 5rps }
        abortIf:
          - "errorRate > 50% for 90s"
          - "capacity.healthy < 66%"
        recovery: { failback: true, settle: 20s }

      # provider-exit: all sites of chat are of one vendor: there is nowhere to go
    "
  `);
});
