/** What many simulated worlds came to, taken together. */
import type { FailoverMode } from '../model/policy.ts';
import type { ReasonCode } from '../model/reason.ts';
import type { FaultClass, SimulatedSeed } from '../model/simulation.ts';

/** What was simulated. */
export interface SimulationTerms {
  /** As it was typed, to be typed again. */
  readonly config: string;
  readonly deployment: string;
  readonly mode: FailoverMode;
  readonly faults: readonly FaultClass[];
  /** Seeds asked for; fewer were finished when it was interrupted. */
  readonly seeds: number;
  readonly isInterrupted: boolean;
}

/** Times in virtual milliseconds; undefined when there was no outage. */
export interface SimulationSummary {
  readonly seeds: number;
  readonly failovers: number;
  readonly outages: number;
  readonly longestMs: number | undefined;
  readonly medianMs: number | undefined;
  /** How often each reason held a move back, the most frequent first. */
  readonly heldBack: readonly { readonly code: ReasonCode; readonly times: number }[];
  /** Worlds that were not well at their end, although everything had been mended. */
  readonly unwell: number;
  readonly violations: number;
}

/** Codes that say why something was done, or that nothing was to be done; all others stood in the way of a move. */
const noObstacle: ReadonlySet<ReasonCode> = new Set([
  ...(['OperationRunning', 'AlreadyThere', 'SiteFailing', 'ReplicasMissing', 'SiteRemoved'] as const),
  ...(['PreferredSiteHealthy', 'AskedByPerson', 'AskedByRebalance'] as const),
]);

/** Outages of all worlds together; of an even number the median is the lower of the two in the middle. */
export function summarize(seeds: readonly SimulatedSeed[]): SimulationSummary {
  const outages = seeds.flatMap(({ moments }) =>
    moments.flatMap((each) => (each.kind === 'outage' ? [each.forMs] : [])),
  );
  const sorted = outages.toSorted((a, b) => a - b);
  return {
    seeds: seeds.length,
    failovers: seeds.reduce((sum, { failovers }) => sum + failovers, 0),
    outages: outages.length,
    longestMs: sorted.at(-1),
    medianMs: sorted[Math.floor((sorted.length - 1) / 2)],
    heldBack: heldBackOf(seeds),
    unwell: seeds.filter(({ troubles }) => troubles.length > 0).length,
    violations: seeds.reduce((sum, { violations }) => sum + violations.length, 0),
  };
}

function heldBackOf(seeds: readonly SimulatedSeed[]): SimulationSummary['heldBack'] {
  const times = new Map<ReasonCode, number>();
  for (const moment of seeds.flatMap(({ moments }) => moments)) {
    // Replicas are also started instead of a move, for the reasons that stood in its way.
    if (moment.kind !== 'decision') continue;
    for (const code of new Set(moment.reasons.map((reason) => reason.code)))
      if (!noObstacle.has(code)) times.set(code, (times.get(code) ?? 0) + 1);
  }
  return [...times].map(([code, count]) => ({ code, times: count })).sort((a, b) => b.times - a.times);
}
