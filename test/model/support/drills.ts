import type { Drill } from '../../../src/model/drill.ts';

/** The loss of a site, claimed to be over in two minutes. */
export function drillOf(over: Partial<Drill> = {}): Drill {
  return {
    ...{ name: 'site-loss', title: 'Lose site-a at full traffic', deployment: 'chat', kind: 'live' },
    faults: [{ kind: 'blackhole', site: 'site-a', sharePct: 100, atMs: 0, forMs: 120_000 }],
    hypothesis: [
      {
        ...{ kind: 'comparison', text: 'recoveryTime <= 120s', signal: 'recoveryTime', comparator: '<=' },
        value: 120_000,
      },
      {
        ...{ kind: 'comparison', text: 'lostRequests <= 0.5%', signal: 'lostRequests', comparator: '<=' },
        value: 0.005,
      },
    ],
    steadyState: { observeMs: 5000, require: [] },
    load: { source: 'live-traffic' },
    abortIf: [],
    recovery: { failback: true, settleMs: 10_000 },
    roles: {},
    report: { formats: [], beforeMs: 0, afterMs: 0 },
    ...over,
  };
}
