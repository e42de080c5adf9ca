/** The figures by which runs of a drill are told from each other. */
import type { DrillRun, DrillSample, RecoveryPhase } from '../model/drill-run.ts';

export interface DrillFigures {
  /** From the first fault to the beginning of the last request that was lost, milliseconds; 0: none that began after it was. */
  readonly recoveryMs: number | undefined;
  /** Requests that were lost since the first fault, and their share of those that ended. */
  readonly lost: number | undefined;
  readonly lostShare: number | undefined;
  /** Of the seconds since the first fault, the median of their 95th percentiles of the first token, milliseconds. */
  readonly firstTokenP95Ms: number | undefined;
  /** Of the phases whose end was seen, milliseconds. */
  readonly phases: ReadonlyMap<RecoveryPhase, number>;
}

/** What was not measured is undefined: nothing is guessed. Judged is what came of the faults, and not what comes of going back. */
export function figuresOf(run: DrillRun): DrillFigures {
  const phases = new Map(
    run.end.phases.flatMap(({ phase, fromMs, untilMs }) =>
      untilMs === undefined ? [] : [[phase, untilMs - fromMs] as const],
    ),
  );
  const { faultAtMs, undoneAtMs = 0 } = run;
  const untilMs = run.stages.find(({ stage }) => stage === 'failback')?.atMs ?? Number.POSITIVE_INFINITY;
  const samples = run.samples.filter(({ atMs }) => atMs <= untilMs);
  const before = faultAtMs === undefined ? undefined : samples.findLast(({ atMs }) => atMs <= faultAtMs);
  const last = samples.at(-1);
  if (
    faultAtMs === undefined ||
    before === undefined ||
    last === undefined ||
    last.atMs < undoneAtMs ||
    // Where nobody asks nothing is lost, and that says nothing.
    last.ended === before.ended ||
    isSetBack(samples) ||
    isHoled(samples.slice(samples.indexOf(before)))
  )
    return { recoveryMs: undefined, lost: undefined, lostShare: undefined, firstTokenP95Ms: undefined, phases };
  const [ended, lost] = [last.ended - before.ended, last.lost - before.lost];
  const lostAtMs = lost === 0 ? faultAtMs : last.lostStartAtMs;
  // Until it is calm for a while nobody knows how much longer it takes.
  const isRecovered = lostAtMs !== undefined && (lost === 0 || last.atMs - lostAtMs >= calmMs);
  const load = run.load.filter(({ atMs }) => atMs <= untilMs);
  return {
    recoveryMs: isRecovered ? Math.max(0, lostAtMs - faultAtMs) : undefined,
    ...{ lost, lostShare: lost / ended },
    firstTokenP95Ms: medianOf(firstTokens({ load, samples }, faultAtMs)),
    phases,
  };
}

/** The same as something that was achieved: of a run that ended before its time nothing is claimed. */
export function achievedMs(run: DrillRun): number | undefined {
  const { by, cutShort } = run.end;
  return by === 'watchdog' || cutShort !== undefined ? undefined : figuresOf(run).recoveryMs;
}

/** As where a run is judged, in milliseconds: the longest time between two samples that still leaves nothing out. */
const longestGapMs = 3500;
/** Recovered is who then loses nothing that began for as long. */
const calmMs = 2000;

/** By a clock that was set back what was seen after the fault may lie before it. */
function isSetBack(samples: readonly DrillSample[]): boolean {
  return samples.some(({ atMs }, index) => atMs < (samples[index - 1]?.atMs ?? atMs));
}

/** Seconds that nobody saw, or counts that go back: those are of another gateway. */
function isHoled(samples: readonly DrillSample[]): boolean {
  return samples.some(({ atMs, ended, lost }, index) => {
    const before = samples[index - 1];
    if (before === undefined) return false;
    return ended < before.ended || lost < before.lost || atMs - before.atMs > longestGapMs;
  });
}

/** As clients of the load saw it; without a load, as the gateway did, of the slowest site that had traffic. */
function firstTokens({ load, samples }: Pick<DrillRun, 'load' | 'samples'>, sinceMs: number): readonly number[] {
  const seen = load.flatMap(({ atMs, firstTokenMs }) => (atMs < sinceMs ? [] : (firstTokenMs.p95 ?? [])));
  return seen.length > 0 ? seen : samples.flatMap((each) => (each.atMs < sinceMs ? [] : slowest(each)));
}

function slowest({ sites, weights }: DrillSample): readonly number[] {
  const of = sites.flatMap(({ site, firstTokenP95Ms }) => ((weights[site] ?? 0) > 0 ? (firstTokenP95Ms ?? []) : []));
  return of.length === 0 ? [] : [Math.max(...of)];
}

function medianOf(values: readonly number[]): number | undefined {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}

/** A change is told from chance when it is more than this share of what was. */
const changedShare = 0.2;

/** Whether `now` is another figure than `before`, more than the earlier ones differed among each other. */
export function isChange(before: number, now: number, earlier: readonly number[]): boolean {
  const spread = earlier.length === 0 ? 0 : Math.max(...earlier) - Math.min(...earlier);
  const change = Math.abs(now - before);
  return change > changedShare * before && change > spread;
}
