/** Watches a step of a gated move: is the target good enough to take more? */

import type { Seen } from '../model/outcome.ts';
import type { Gate } from '../model/plan.ts';
import type { DeploymentTraffic, SiteTraffic } from '../model/traffic-stats.ts';
import { span } from '../model/words.ts';

export type GateVerdict = { readonly kind: 'pass' | 'wait' } | { readonly kind: 'fail'; readonly message: string };

/** The step as it is watched: what was counted when it began, and when that was (epoch milliseconds). */
export interface GateWatch {
  readonly began: DeploymentTraffic;
  readonly sinceMs: number;
}

/** Fewer attempts than this say nothing against a target. */
const minimumAttempts = 5;

/** Fails at once on too many errors or too slow first tokens since the step began at a site that gains; passes when it held for `holdMs`. */
export function judgeGate(gate: Gate, watch: GateWatch, now: Seen<DeploymentTraffic>, nowMs: number): GateVerdict {
  // Not seeing is no success: the step's own deadline ends the waiting.
  if (now.kind === 'unknown') return { kind: 'wait' };
  const forMs = nowMs - watch.sinceMs;
  for (const site of gate.sites) {
    const after = siteIn(now.value, site);
    const before = siteIn(watch.began, site);
    const against = after === undefined ? undefined : defectOf(gate, site, before, after, forMs);
    if (against !== undefined) return { kind: 'fail', message: against };
  }
  return { kind: forMs >= gate.holdMs ? 'pass' : 'wait' };
}

function defectOf(
  gate: Gate,
  site: string,
  before: SiteTraffic | undefined,
  after: SiteTraffic,
  forMs: number,
): string | undefined {
  // A gateway that was started anew meanwhile counts from nothing: then all it counted is since the step.
  const isSame = before !== undefined && before.attemptsTotal <= after.attemptsTotal;
  const attempts = after.attemptsTotal - (isSame ? before.attemptsTotal : 0);
  const failures = after.failuresTotal - (isSame ? before.failuresTotal : 0);
  if (attempts < minimumAttempts) return undefined;
  const { maxErrorRatio, maxFirstTokenMs } = gate;
  if (failures / attempts > maxErrorRatio)
    return `${site}: ${failures} of ${attempts} attempts failed, limit ${maxErrorRatio * 100} %`;
  // The window tells of the step alone only once the step is older than it.
  if (forMs < after.windowMs || after.firstTokenP95Ms === undefined || maxFirstTokenMs === undefined) return undefined;
  if (after.firstTokenP95Ms <= maxFirstTokenMs) return undefined;
  return `${site}: first token p95 ${span(after.firstTokenP95Ms)}, limit ${span(maxFirstTokenMs)}`;
}

function siteIn({ sites }: DeploymentTraffic, name: string): SiteTraffic | undefined {
  return sites.find(({ site }) => site === name);
}
