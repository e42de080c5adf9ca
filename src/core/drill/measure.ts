/** What a drill measured of the requests from its first fault on. Nothing is made up where something was not seen. */
import type { DrillSample } from '../../model/drill-run.ts';
import { span } from '../../model/words.ts';
import { longestGapMs } from './evaluate.ts';

/** Recovered is who then loses nothing that began for as long: shorter at the end of the record it is not known. Milliseconds. */
const calmMs = 2000;

/** Figures of one drill; undefined: not seen, and `missing` says why. */
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
  const hole =
    (isSetBack(samples) ? 'the clock was set back meanwhile: no time can be told' : undefined) ??
    holeIn(since) ??
    (last.atMs < untilMs ? 'nothing was seen of its end' : undefined);
  if (hole !== undefined) return unmeasured(hole);
  const ended = last.ended - base.ended;
  if (ended === 0) return unmeasured('no request came: nothing could be lost');
  // By their beginning: a stream that ran before the fault and was cut by it says nothing of those that came after.
  const badAtMs = last.lost > base.lost ? last.lostStartAtMs : undefined;
  if (last.lost > base.lost && badAtMs === undefined) return unmeasured('it is not known when what was lost began');
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

/** What was seen after the fault may lie before it then: all of the record is looked at. */
function isSetBack(samples: readonly DrillSample[]): boolean {
  return samples.some(({ atMs }, index) => atMs < (samples[index - 1]?.atMs ?? atMs));
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
