/** What a drill measured, and what that makes of its hypothesis. Never `passed` when something was not measured. */
import type { Claim } from '../../model/drill.ts';
import type { ClaimVerdict, DrillSample, Verdict } from '../../model/drill-run.ts';
import { span } from '../../model/words.ts';

/** Longest time between two samples that still leaves nothing out, in milliseconds: three of them. */
const longestGapMs = 3500;
/** Recovered is who then loses nothing that began for as long: shorter at the end of the record it is not known. Milliseconds. */
const calmMs = 2000;

export interface Measured {
  /** From the fault to the beginning of the last request that was lost, in milliseconds; 0: none that began after it was. */
  readonly recoveryMs: number | undefined;
  /** Nothing was lost for a while before the record ended; otherwise recovery took longer than was seen. */
  readonly isRecovered: boolean;
  /** Of the requests that ended since the fault, 0–1. */
  readonly lostRatio: number | undefined;
  /** Why a figure is missing. */
  readonly missing: readonly string[];
}

/** `samples`: one a second from before the fault until after its end (`untilMs`), oldest first. */
export function measureDrill(
  samples: readonly DrillSample[],
  { faultAtMs, untilMs }: { readonly faultAtMs: number; readonly untilMs: number },
): Measured {
  const base = samples.findLast(({ atMs }) => atMs <= faultAtMs);
  const since = base === undefined ? [] : samples.slice(samples.indexOf(base));
  const last = since.at(-1);
  if (base === undefined || last === undefined || since.length < 2)
    return unmeasured('nothing was seen of the time after the fault');
  const hole = holeIn(since) ?? (last.atMs < untilMs ? 'nothing was seen of its end' : undefined);
  if (hole !== undefined) return unmeasured(hole);
  const ended = last.ended - base.ended;
  if (ended === 0) return unmeasured('no request came: nothing could be lost');
  // By their beginning: a stream that ran before the fault and was cut by it says nothing of those that came after.
  const badAtMs = last.lost > base.lost ? last.lostStartAtMs : undefined;
  const isRecovered = badAtMs === undefined || last.atMs - badAtMs >= calmMs;
  return {
    recoveryMs: Math.max(0, (badAtMs ?? faultAtMs) - faultAtMs),
    isRecovered,
    lostRatio: (last.lost - base.lost) / ended,
    missing: isRecovered ? [] : ['requests were lost to the end of the record: it is not known when it recovered'],
  };
}

function unmeasured(why: string): Measured {
  return { recoveryMs: undefined, isRecovered: false, lostRatio: undefined, missing: [why] };
}

function holeIn(samples: readonly DrillSample[]): string | undefined {
  for (const [index, { atMs, ended, lost }] of samples.entries()) {
    const before = samples[index - 1];
    if (before === undefined) continue;
    // Counters that go back began anew: what was lost before is not among them.
    if (ended < before.ended || lost < before.lost) return 'the gateway was started anew: its counts began again';
    const gapMs = atMs - before.atMs;
    if (gapMs > longestGapMs) return `nothing was seen of the gateway for ${span(gapMs)}`;
  }
  return undefined;
}

/** Each claim against what was measured. */
export function judgeClaims(claims: readonly Claim[], measured: Measured): readonly ClaimVerdict[] {
  return claims.map((claim): ClaimVerdict => {
    const value = claim.signal === 'recoveryTime' ? measured.recoveryMs : measured.lostRatio;
    if (value === undefined) return { claim, measured: value, holds: 'unknown' };
    if (value > claim.atMost) return { claim, measured: value, holds: 'no' };
    // It took longer than was seen: too long is certain, in time is not.
    const isCertain = claim.signal !== 'recoveryTime' || measured.isRecovered;
    return { claim, measured: value, holds: isCertain ? 'yes' : 'unknown' };
  });
}

/** Of a drill that ran to its end. */
export function verdictOf(
  claims: readonly ClaimVerdict[],
  { missing }: Pick<Measured, 'missing'>,
): { readonly verdict: Verdict; readonly because: readonly string[] } {
  const broken = claims.filter(({ holds }) => holds === 'no');
  if (broken.length > 0) return { verdict: 'failed', because: broken.map(({ claim }) => `not so: ${claim.text}`) };
  if (claims.length === 0) return { verdict: 'inconclusive', because: ['it claims nothing: hypothesis is empty'] };
  if (claims.some(({ holds }) => holds === 'unknown')) return { verdict: 'inconclusive', because: missing };
  return { verdict: 'passed', because: [] };
}

/** Most of the requests of a while that may be lost before a drill ends itself, 0–1. */
const mostLostRatio = 0.2;
/** That while, in milliseconds, and the fewest requests that say anything. */
const lostWithinMs = 10_000;
const fewestEnded = 10;

/** Of requests that only wait, this share is too much: some wait whenever traffic moves. 0–1. */
const mostWaitingRatio = 0.5;

/** Why a drill must end at once for what its users lose; undefined: it may go on. */
export function lossLimit(samples: readonly DrillSample[]): string | undefined {
  const last = samples.at(-1);
  const first = samples.findLast(({ atMs }) => last !== undefined && last.atMs - atMs >= lostWithinMs) ?? samples[0];
  if (last === undefined || first === undefined) return undefined;
  const hole = holeIn(samples.slice(-2));
  if (hole !== undefined) return hole;
  const [ended, lost] = [last.ended - first.ended, last.lost - first.lost];
  if (ended >= fewestEnded && lost > ended * mostLostRatio)
    return `${lost} of the last ${ended} requests were lost, at most ${mostLostRatio * 100} % may be`;
  const waiting = last.open - first.open;
  const all = ended + waiting;
  if (all >= fewestEnded && waiting + lost > all * mostWaitingRatio)
    return `${waiting} of the last ${all} requests wait for an answer, at most ${mostWaitingRatio * 100} % may`;
  return undefined;
}
