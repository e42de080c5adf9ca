/** Watches a step of a gated move: is the target good enough to take more? */

import type { Expression } from '../model/expression.ts';
import { limitOn } from '../model/limits.ts';
import type { Seen } from '../model/outcome.ts';
import type { EarlierGate, Gate } from '../model/plan.ts';
import type { DeploymentTraffic, SiteTraffic } from '../model/traffic-stats.ts';
import { isAbout, judgeValues, type Values } from './expression.ts';
import { errorRateOf, timesOf, timesText } from './site-signals.ts';

/** Go on, wait for more to be counted, or stop and say why. */
export type GateVerdict = { readonly kind: 'pass' | 'wait' } | { readonly kind: 'fail'; readonly message: string };

/** The step as it is watched: what was counted when it began, and when that was (epoch milliseconds). */
export interface GateWatch {
  readonly began: DeploymentTraffic;
  readonly sinceMs: number;
}

/** Fewer attempts than this say nothing against a target. */
const minimumAttempts = 5;

/**
 * Fails at once when a site that gains certainly shows otherwise than it must since the step began; passes when none did for
 * `holdMs`. What is not known is no objection: few attempts, and a site without streams, say nothing against it.
 */
export function judgeGate(
  gate: Gate | EarlierGate,
  watch: GateWatch,
  now: Seen<DeploymentTraffic>,
  nowMs: number,
): GateVerdict {
  // Not seeing is no success: the step's own deadline ends the waiting.
  if (now.kind === 'unknown') return { kind: 'wait' };
  const forMs = nowMs - watch.sinceMs;
  const limits = limitsOf(gate);
  for (const site of gate.sites) {
    const after = siteIn(now.value, site);
    const before = siteIn(watch.began, site);
    const against = after === undefined ? undefined : defectOf(limits, before, after, forMs);
    if (against !== undefined) return { kind: 'fail', message: `${site}: ${against}` };
  }
  return { kind: forMs >= gate.holdMs ? 'pass' : 'wait' };
}

function limitsOf(gate: Gate | EarlierGate): readonly Expression[] {
  if ('promoteWhen' in gate) return gate.promoteWhen;
  const { maxErrorRatio, maxFirstTokenMs } = gate;
  const errors = limitOn('errorRate', '<=', maxErrorRatio);
  return maxFirstTokenMs === undefined ? [errors] : [errors, limitOn('ttft.p95', '<=', maxFirstTokenMs)];
}

function defectOf(
  limits: readonly Expression[],
  before: SiteTraffic | undefined,
  after: SiteTraffic,
  forMs: number,
): string | undefined {
  // A gateway that was started anew meanwhile counts from nothing: then all it counted is since the step.
  const isSame = before !== undefined && before.attemptsTotal <= after.attemptsTotal;
  const attempts = after.attemptsTotal - (isSame ? before.attemptsTotal : 0);
  const failures = after.failuresTotal - (isSame ? before.failuresTotal : 0);
  if (attempts < minimumAttempts) return undefined;
  // The window tells of the step alone only once the step is older than it.
  const times = forMs < after.windowMs ? {} : timesOf(after);
  const values: Values = { errorRate: errorRateOf(failures, attempts), ...times };
  const missed = limits.find((each) => judgeValues(each, values).holds === 'no');
  if (missed === undefined) return undefined;
  const errors = isAbout(missed, ['errorRate']) ? [`${failures} of ${attempts} attempts failed`] : [];
  return `${[...errors, ...timesText(missed, values)].join(', ')}, limit ${missed.text.trim()}`;
}

function siteIn({ sites }: DeploymentTraffic, name: string): SiteTraffic | undefined {
  return sites.find(({ site }) => site === name);
}
