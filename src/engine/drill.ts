/** Runs a drill: rehearse the undo, look that all is calm, break something, watch what the controller does, undo, give back. */
import { judgeClaims, lossLimit, measureDrill, verdictOf } from '../core/drill.ts';
import { messageOf } from '../errors.ts';
import type { Drill } from '../model/drill.ts';
import type { DrillRun, UndoState, Verdict } from '../model/drill-run.ts';
import type { Operation } from '../model/operation.ts';
import type { Weights } from '../model/route.ts';
import { span } from '../model/words.ts';
import { checkDrill } from './drill-check.ts';
import { armDue, endedBy, liftAll, rehearseUndo } from './drill-faults.ts';
import { operationsOf, type Rehearsal } from './drill-rehearsal.ts';
import { giveBack } from './drill-return.ts';
import { readSample } from './drill-sample.ts';
import type { EngineDeps } from './engine.ts';
import { say } from './say.ts';

export interface DrillTerms {
  readonly reason: string | undefined;
  /** One line about what goes on. */
  say(line: string): void;
}

/** Between two looks, in milliseconds. */
const tickMs = 1000;
/** Nothing may be lost for so long before anything is broken, in milliseconds. */
const steadyMs = 3000;
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
    ...{ deps, id, drill, beganAtMs: deps.clock.nowMs(), samples: [], armed: new Set(), faultAtMs: undefined },
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
    end = { verdict: 'aborted', why: messageOf(thrown) };
  }
  const undo =
    rehearsal.faultAtMs === undefined ? 'not-needed' : await liftAll(rehearsal, end?.why ?? 'the drill is over');
  if (undo !== 'not-needed') rehearsal.say(undoText[undo]);
  return await conclude(rehearsal, terms, { end, undo, before: weights });
}

const undoText: Readonly<Record<Exclude<UndoState, 'not-needed'>, string>> = {
  verified: 'undone, read back from the gateway',
  unknown: 'NOT known to be undone: it ends by itself within 10s',
};

/** Why it ends before its time. */
interface Stop {
  readonly verdict: Extract<Verdict, 'aborted' | 'not-started'>;
  readonly why: string;
  /** Somebody else moves the traffic: what the weights are is theirs. */
  readonly isTaken?: boolean;
}

/** Before anything is broken: the undo is known to work, and nothing is lost already. */
async function prepare(rehearsal: Rehearsal, signal: AbortSignal): Promise<Stop | undefined> {
  const { deps, samples } = rehearsal;
  const trouble = await rehearseUndo(rehearsal, signal);
  if (trouble !== undefined) return { verdict: 'not-started', why: trouble };
  rehearsal.say('rehearsed: the fault can be armed and undone');
  const untilMonoMs = deps.clock.monoMs() + steadyMs;
  while (deps.clock.monoMs() < untilMonoMs && !signal.aborted) await tick(rehearsal, signal);
  const [first] = samples;
  const last = samples.at(-1);
  if (signal.aborted) return { verdict: 'not-started', why: 'interrupted before anything was broken' };
  if (first === undefined || last === undefined)
    return { verdict: 'not-started', why: 'the gateway’s counts are not seen' };
  const lost = last.lost - first.lost;
  if (lost > 0)
    return { verdict: 'not-started', why: `not steady: ${lost} of ${last.ended - first.ended} requests were lost` };
  rehearsal.say(`steady: ${last.ended - first.ended} requests, none lost`);
  return undefined;
}

/** Until the last fault's time is over, or something ends it before. */
async function inflict(rehearsal: Rehearsal, signal: AbortSignal): Promise<Stop | undefined> {
  const { deps, drill, samples } = rehearsal;
  const known = new Map<string, Operation['state']>();
  const lastMs = Math.max(...drill.faults.map(({ atMs, forMs }) => atMs + forMs));
  const beganMonoMs = deps.clock.monoMs();
  for (;;) {
    const sinceMs = deps.clock.monoMs() - beganMonoMs;
    if (signal.aborted) return { verdict: 'aborted', why: 'interrupted' };
    if (sinceMs >= lastMs) return undefined;
    // First, for it says who it was: a move of a person undoes the fault itself.
    const mover = await taken(rehearsal, known);
    if (mover !== undefined) return { verdict: 'aborted', why: mover, isTaken: true };
    const gone = await endedBy(rehearsal, sinceMs, signal);
    // It may have begun between the two looks.
    const late = gone === undefined ? undefined : await taken(rehearsal, known);
    if (gone !== undefined) return { verdict: 'aborted', why: late ?? gone, isTaken: late !== undefined };
    const trouble = await armDue(rehearsal, sinceMs, signal);
    if (trouble !== undefined) return { verdict: 'aborted', why: trouble };
    await tick(rehearsal, signal);
    const seenMs = deps.clock.nowMs() - (samples.at(-1)?.atMs ?? 0);
    if (seenMs > blindMs) return { verdict: 'aborted', why: `the gateway’s counts are not seen for ${span(seenMs)}` };
    const limit = lossLimit(samples);
    if (limit !== undefined) return { verdict: 'aborted', why: limit };
  }
}

async function tick(rehearsal: Rehearsal, signal: AbortSignal): Promise<void> {
  const sample = await readSample(rehearsal);
  if (sample !== undefined) rehearsal.samples.push(sample);
  await rehearsal.deps.clock.sleep(tickMs, signal).then(
    () => undefined,
    () => undefined,
  );
}

/** A person's move comes before any drill; what automation does is told. */
async function taken(rehearsal: Rehearsal, known: Map<string, Operation['state']>): Promise<string | undefined> {
  for (const operation of await operationsOf(rehearsal)) {
    const { id, plan, state, by } = operation;
    if (plan.trigger === 'manual') return `${id}: manual ${plan.kind} by ${by.name}@${by.host}`;
    const isNews = known.get(id) !== state && (!known.has(id) || operation.endedAtMs !== undefined);
    known.set(id, state);
    if (isNews) rehearsal.say(`${id} ${plan.trigger} ${plan.kind} ${state}`);
  }
  return undefined;
}

interface Rest {
  readonly end: Stop | undefined;
  readonly undo: UndoState;
  readonly before: Weights | undefined;
}

/** After the undo: what is under way comes to its end, the weights go back, and what was measured is judged. */
async function conclude(rehearsal: Rehearsal, terms: DrillTerms, { end, undo, before }: Rest): Promise<DrillRun> {
  const { deps, drill, samples, faultAtMs } = rehearsal;
  const calm = new AbortController().signal;
  const untilMonoMs = deps.clock.monoMs() + (faultAtMs === undefined ? 0 : afterMs);
  while (deps.clock.monoMs() < untilMonoMs) await tick(rehearsal, calm);
  // Judged by what came of the fault, and not by what comes of going back.
  const measured = measureDrill([...samples], faultAtMs ?? 0);
  const claims = faultAtMs === undefined ? [] : judgeClaims(drill.hypothesis, measured);
  const isOurs = end?.isTaken !== true && faultAtMs !== undefined;
  const trouble = isOurs ? await giveBack(rehearsal, before).catch(messageOf) : undefined;
  const judged = end === undefined ? verdictOf(claims, measured) : { verdict: end.verdict, because: [end.why] };
  const because = trouble === undefined ? judged.because : [...judged.because, trouble];
  const run = await ended(rehearsal, terms, {
    ...judged,
    because,
    claims,
    undo,
    before,
    operations: await operationsOf(rehearsal).catch(() => []),
  });
  await note(
    rehearsal,
    `drill ${run.id} (${drill.name}) ${run.verdict}; fault ${undo === 'verified' ? 'undone' : undo}${because.length > 0 ? `: ${because.join('; ')}` : ''}`,
  ).catch(() => undefined);
  return run;
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
