/** Runs a drill: rehearse the undo, look that all is calm, break something, watch what the controller does, undo, give back. */
import { judgeClaims, lossLimit, measureDrill, verdictOf } from '../../core/drill/measure.ts';
import { messageOf } from '../../errors.ts';
import type { Drill } from '../../model/drill.ts';
import type { DrillRun, UndoState } from '../../model/drill-run.ts';
import type { Operation } from '../../model/operation.ts';
import type { Weights } from '../../model/route.ts';
import { span } from '../../model/words.ts';
import type { EngineDeps } from '../engine.ts';
import { say } from '../say.ts';
import { checkDrill } from './check.ts';
import { keepUp, liftAll, rehearseUndo } from './faults.ts';
import { operationsOf, type Rehearsal } from './rehearsal.ts';
import { acknowledge, giveBack } from './return.ts';
import { readSample } from './sample.ts';
import { takenBy } from './taken.ts';

export interface DrillTerms {
  readonly reason: string | undefined;
  /** One line about what goes on. */
  say(line: string): void;
}

/** Between two looks, in milliseconds. */
const tickMs = 1000;
/** Nothing may be lost for so long before anything is broken, in milliseconds. */
const steadyMs = 3000;
/** Of the requests of that while, so many may be lost all the same: clients leave, 0–1. */
const steadyLostRatio = 0.01;
/** A gateway that says nothing for so long ends the drill: what is not measured proves nothing. Milliseconds. */
const blindMs = 5000;
/** After the faults' end what the controller began may come to its end, and requests be counted that still run. Milliseconds. */
const afterMs = 3000;

/**
 * The signal aborts it, and the undo runs all the same. Never rejects for what happens on the way: that is its verdict. The
 * controller is told nothing; what it does it does as it would on a bad day.
 */
export async function runDrill(
  deps: EngineDeps,
  drill: Drill,
  terms: DrillTerms,
  signal: AbortSignal,
): Promise<DrillRun> {
  const id = `dr-${deps.random.id(6)}`;
  const rehearsal: Rehearsal = {
    ...{
      deps,
      id,
      drill,
      beganAtMs: deps.clock.nowMs(),
      samples: [],
      armed: new Set(),
      faultAtMs: undefined,
      isUp: false,
    },
    say: (line) => terms.say(line),
  };
  const { against, weights } = await checkDrill(deps, drill, signal);
  if (against.length > 0)
    return ended(rehearsal, terms, {
      ...{ verdict: 'not-started', because: against.map(({ code, message }) => `${code}: ${message}`) },
      ...{ undo: 'not-needed', before: weights, operations: [] },
    });
  let end: Stop | undefined;
  try {
    await note(rehearsal, `drill ${id} (${drill.name}) begins${terms.reason === undefined ? '' : `: ${terms.reason}`}`);
    end = (await prepare(rehearsal, signal)) ?? (await inflict(rehearsal, signal));
  } catch (thrown) {
    // Whatever it was: what is broken must be made whole first.
    end = { why: messageOf(thrown) };
  }
  const faultsEndMs = deps.clock.nowMs();
  const undo = rehearsal.isUp ? await liftAll(rehearsal, end?.why ?? 'the drill is over') : 'not-needed';
  const isBroken = rehearsal.faultAtMs !== undefined;
  if (isBroken && undo !== 'not-needed') rehearsal.say(undoText[undo]);
  return await conclude(rehearsal, terms, { end, undo: isBroken ? undo : 'not-needed', before: weights, faultsEndMs });
}

const undoText: Readonly<Record<Exclude<UndoState, 'not-needed'>, string>> = {
  verified: 'undone, read back from the gateway',
  unknown: 'NOT known to be undone: it ends by itself within 10s',
};

/** Why it ends before its time. */
interface Stop {
  readonly why: string;
  /** Somebody else moves the traffic: what the weights are is theirs. */
  readonly isTaken?: boolean;
}

/** Before anything is broken: the undo is known to work, requests come, and none is lost already. */
async function prepare(rehearsal: Rehearsal, signal: AbortSignal): Promise<Stop | undefined> {
  const { deps, samples } = rehearsal;
  const trouble = await rehearseUndo(rehearsal, signal);
  if (trouble !== undefined) return { why: trouble };
  rehearsal.say('rehearsed: the fault can be armed and undone');
  const known = new Map<string, Operation['state']>();
  const untilMonoMs = deps.clock.monoMs() + steadyMs;
  while (deps.clock.monoMs() < untilMonoMs) {
    const stop = await turn(rehearsal, known, -1, signal);
    if (stop !== undefined) return stop;
  }
  const [first] = samples;
  const last = samples.at(-1);
  if (first === undefined || last === undefined || first === last) return { why: 'the gateway’s counts are not seen' };
  const [ended, lost] = [last.ended - first.ended, last.lost - first.lost];
  if (ended === 0) return { why: `no request came in ${span(last.atMs - first.atMs)}: nothing could be lost` };
  if (lost > ended * steadyLostRatio) return { why: `not steady: ${lost} of ${ended} requests were lost` };
  rehearsal.say(`steady: ${ended} requests, ${lost === 0 ? 'none' : lost} lost`);
  return undefined;
}

/** Until the last fault's time is over, or something ends it before. */
async function inflict(rehearsal: Rehearsal, signal: AbortSignal): Promise<Stop | undefined> {
  const { deps, drill, samples } = rehearsal;
  const known = new Map<string, Operation['state']>();
  const lastMs = Math.max(...drill.faults.map(({ atMs, forMs }) => atMs + forMs));
  const beganMonoMs = deps.clock.monoMs();
  for (let sinceMs = 0; sinceMs < lastMs; sinceMs = deps.clock.monoMs() - beganMonoMs) {
    const stop = await turn(rehearsal, known, sinceMs, signal);
    if (stop !== undefined) return stop;
    const seenMs = deps.clock.nowMs() - (samples.at(-1)?.atMs ?? 0);
    if (seenMs > blindMs) return { why: `the gateway’s counts are not seen for ${span(seenMs)}` };
    const limit = lossLimit(samples);
    if (limit !== undefined) return { why: limit };
  }
  return undefined;
}

/** One second of it. */
async function turn(
  rehearsal: Rehearsal,
  known: Map<string, Operation['state']>,
  sinceMs: number,
  signal: AbortSignal,
): Promise<Stop | undefined> {
  if (signal.aborted) return { why: 'interrupted' };
  // First, for it says who it was: a move of a person undoes the fault itself.
  const mover = await takenBy(rehearsal, known);
  if (mover !== undefined) return { why: mover, isTaken: true };
  rehearsal.isUp = true;
  const gone = await keepUp(rehearsal, sinceMs, signal);
  // It may have begun between the two looks.
  const late = gone === undefined ? undefined : await takenBy(rehearsal, known);
  if (gone !== undefined) return { why: late ?? gone, isTaken: late !== undefined };
  await tick(rehearsal, signal);
  return undefined;
}

async function tick(rehearsal: Rehearsal, signal: AbortSignal): Promise<void> {
  const sample = await readSample(rehearsal);
  if (sample !== undefined) rehearsal.samples.push(sample);
  await rehearsal.deps.clock.sleep(tickMs, signal).then(
    () => undefined,
    () => undefined,
  );
}

interface Rest {
  readonly end: Stop | undefined;
  readonly undo: UndoState;
  readonly before: Weights | undefined;
  readonly faultsEndMs: number;
}

/** After the undo: what is under way comes to its end, the weights go back, and what was measured is judged. */
async function conclude(rehearsal: Rehearsal, terms: DrillTerms, rest: Rest): Promise<DrillRun> {
  const { deps, drill, samples, faultAtMs } = rehearsal;
  const { end, undo, before, faultsEndMs } = rest;
  const calm = new AbortController().signal;
  const untilMonoMs = deps.clock.monoMs() + (faultAtMs === undefined ? 0 : afterMs);
  while (deps.clock.monoMs() < untilMonoMs) await tick(rehearsal, calm);
  // Judged by what came of the fault, and not by what comes of going back.
  const measured = measureDrill([...samples], { faultAtMs: faultAtMs ?? 0, untilMs: faultsEndMs });
  // Of one that ended before its time nothing is claimed.
  const claims = faultAtMs === undefined || end !== undefined ? [] : judgeClaims(drill.hypothesis, measured);
  const missed = drill.faults.filter((each) => !rehearsal.armed.has(each)).map(({ site }) => site);
  const judged = judge(rehearsal, { end, undo, verdict: verdictOf(claims, measured), missed });
  const isOurs = end?.isTaken !== true && faultAtMs !== undefined;
  const because = [
    ...judged.because,
    ...(faultAtMs === undefined ? [] : await troubleOf('the failover is not acknowledged', acknowledge(rehearsal))),
    ...(isOurs ? await troubleOf('the weights are not given back', giveBack(rehearsal, before)) : []),
  ];
  let operations: readonly Operation[] = [];
  const read = operationsOf(rehearsal).then((all) => {
    operations = all;
  });
  because.push(...(await troubleOf('what was opened meanwhile cannot be read', read)));
  const fault = undo === 'verified' ? 'fault undone' : undo === 'unknown' ? 'undo not seen' : 'nothing broken';
  const left = because.length > 0 ? `: ${because.join('; ')}` : '';
  const noted = note(rehearsal, `drill ${rehearsal.id} (${drill.name}) ${judged.verdict}; ${fault}${left}`);
  const unnoted = await troubleOf('its end is not on record', noted);
  return await ended(rehearsal, terms, {
    ...{ ...judged, because: [...because, ...unnoted], claims, undo, before, operations },
  });
}

/** What came after the fault and went wrong, in its own words where it gives some: whoever ran the drill must know what is left. */
async function troubleOf(what: string, work: Promise<unknown>): Promise<readonly string[]> {
  try {
    const trouble = await work;
    return typeof trouble === 'string' ? [trouble] : [];
  } catch (thrown) {
    return [`${what}: ${messageOf(thrown)}`];
  }
}

/** What was measured counts only when all that was planned was in force, and is known to be undone. */
function judge(
  { faultAtMs }: Rehearsal,
  {
    end,
    undo,
    verdict,
    missed,
  }: Pick<Rest, 'end' | 'undo'> & {
    readonly verdict: ReturnType<typeof verdictOf>;
    readonly missed: readonly string[];
  },
): ReturnType<typeof verdictOf> {
  if (end !== undefined) return { verdict: faultAtMs === undefined ? 'not-started' : 'aborted', because: [end.why] };
  if (missed.length > 0)
    return { verdict: 'inconclusive', because: missed.map((site) => `the fault at ${site} was never seen in force`) };
  if (undo === 'unknown') return { verdict: 'inconclusive', because: ['it is not known whether the fault is undone'] };
  return verdict;
}

type Ending = Pick<DrillRun, 'verdict' | 'because' | 'undo' | 'before' | 'operations'> &
  Partial<Pick<DrillRun, 'claims'>>;

async function ended(rehearsal: Rehearsal, { reason }: DrillTerms, ending: Ending): Promise<DrillRun> {
  const { deps, id, drill, beganAtMs, faultAtMs, samples } = rehearsal;
  const last = await readSample(rehearsal);
  return {
    ...{ id, drill, by: deps.actor, reason, configDigest: deps.config.digest, beganAtMs, faultAtMs },
    ...{ endedAtMs: deps.clock.nowMs(), claims: [], samples, after: last?.weights },
    ...ending,
  };
}

/** What was done to the traffic stands in the record of what else was done. */
async function note({ deps, drill }: Rehearsal, text: string): Promise<void> {
  await say(deps, { kind: 'note', deployment: drill.deployment, text });
}
