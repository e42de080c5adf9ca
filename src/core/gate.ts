/** Watches a step of a gated move: is the target good enough to take more? */
import type { Gate } from '../model/plan.ts';
import type { StepSight } from '../model/step-sight.ts';

export type GateVerdict = { readonly kind: 'pass' | 'wait' } | { readonly kind: 'fail'; readonly message: string };

/** Fewer attempts than this say nothing against a target. */
const minimumAttempts = 5;

/** Fails at once on too many errors or too slow first tokens at a site that gains; passes when it held for `holdMs`. */
export function judgeGate(gate: Gate, seen: StepSight, sinceMs: number, nowMs: number): GateVerdict {
  if (seen.traffic.kind === 'seen') {
    for (const { site, attempts, failures, firstByteP95Ms } of seen.traffic.value.sites) {
      if (!gate.sites.includes(site) || attempts < minimumAttempts) continue;
      const errorRatio = failures / attempts;
      if (errorRatio > gate.maxErrorRatio)
        return {
          kind: 'fail',
          message: `${site}: ${failures} of ${attempts} attempts failed, limit ${gate.maxErrorRatio * 100} %`,
        };
      if (firstByteP95Ms !== undefined && firstByteP95Ms > gate.maxFirstTokenMs) {
        return {
          kind: 'fail',
          message: `${site}: first byte p95 ${Math.round(firstByteP95Ms)} ms, limit ${gate.maxFirstTokenMs} ms`,
        };
      }
    }
  }
  return { kind: nowMs - sinceMs >= gate.holdMs ? 'pass' : 'wait' };
}
