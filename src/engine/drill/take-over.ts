/** Undoes what a run left that has no end: from its record alone, by whoever is there. */
import { conclude } from '../../core/drill/conclude.ts';
import { headWords } from '../../core/drill/noted-head.ts';
import { recount } from '../../core/drill/recount.ts';
import { storyOf } from '../../core/drill/story.ts';
import { GodwitError, messageOf } from '../../errors.ts';
import type { DrillEntry, DrillRun, UndoState } from '../../model/drill-run.ts';
import type { Remains } from '../../model/remains.ts';
import type { DrillRecords } from '../../ports/drill-records.ts';
import type { EngineDeps } from '../engine.ts';
import { say } from '../say.ts';
import { liftAll } from './faults.ts';
import { lateForMs } from './late.ts';
import { createRecorder } from './recorder.ts';
import type { Rehearsal } from './rehearsal.ts';
import { restore } from './restore.ts';
import { acknowledge } from './return.ts';
import { takenBy } from './taken.ts';
import { undoRemains } from './undo-remains.ts';

export interface TakeOverTerms {
  readonly records: DrillRecords;
  /** Why somebody else has to. */
  readonly because: string;
  say(line: string): void;
}

/** Undefined: the run has an end, and nothing is to be done. Throws `NotFound` for one that is not on record. */
export async function takeOver(deps: EngineDeps, run: string, terms: TakeOverTerms): Promise<DrillRun | undefined> {
  const sight = await terms.records.read(run);
  if (sight === undefined)
    throw new GodwitError('NotFound', `no drill ${run} is on record`, { hint: 'godwit drill list' });
  const { entries } = sight;
  if (entries.some(({ body }) => body.kind === 'end')) return undefined;
  const { before, faultAtMs } = storyOf(entries);
  const rehearsal = rehearsalOf(deps, run, entries, terms);
  rehearsal.say(terms.because);
  const undo = await undoWhatIsLeft(rehearsal, terms.because);
  if (before !== undefined && faultAtMs !== undefined) {
    // Tried again, and told when it fails, where all goes back.
    await acknowledge(rehearsal).catch(() => undefined);
    await deps.clock.sleep(lateForMs(rehearsal), new AbortController().signal);
    // Not seen is not nobody: whatever gives back asks again, and waits until it is answered.
    const mover = await takenBy(rehearsal).catch(() => undefined);
    const stop = mover === undefined ? undefined : { why: mover, isTaken: true };
    await restore(rehearsal, { before, stop });
  }
  return await close(rehearsal, terms, faultAtMs === undefined ? 'not-needed' : undo);
}

/**
 * Of a run that has come to its end, and its undo was not seen: the same undo once more. Its record stays as it is. Undefined: nothing
 * was left.
 */
export async function undoAgain(deps: EngineDeps, run: string, terms: TakeOverTerms): Promise<UndoState | undefined> {
  const { entries = [] } = (await terms.records.read(run)) ?? {};
  if (!entries.some(({ body }) => body.kind === 'end' && body.end.undo === 'unknown')) return undefined;
  const records = { ...terms.records, append: async () => undefined };
  return await undoWhatIsLeft(rehearsalOf(deps, run, entries, { ...terms, records }), terms.because);
}

function rehearsalOf(
  deps: EngineDeps,
  run: string,
  entries: readonly DrillEntry[],
  { records, say: tell }: TakeOverTerms,
): Rehearsal {
  const { drill, beganAtMs, faultAtMs, samples } = storyOf(entries);
  return {
    ...{ deps, id: run, drill, beganAtMs, faultAtMs, isUp: true, load: undefined, loadSeconds: [] },
    ...{ recorder: createRecorder(records, run, deps.clock, entries), samples: [...samples] },
    ...{ intended: new Set(), inflicted: new Set(), undone: new Set(), remains: remainsOf(entries) },
    say: tell,
  };
}

function remainsOf(entries: readonly DrillEntry[]): Map<number, Remains> {
  const undone = entries.flatMap(({ body }) =>
    body.kind === 'action' && body.what === 'undo' && body.state === 'done' ? [body.fault] : [],
  );
  const kept = entries.flatMap(({ body }) =>
    body.kind === 'remains' && !undone.includes(body.fault) ? [[body.fault, body.remains] as const] : [],
  );
  return new Map(kept);
}

async function undoWhatIsLeft(rehearsal: Rehearsal, because: string): Promise<UndoState> {
  const { deps, recorder, remains } = rehearsal;
  // Told first, and not waited for: a disk that hangs keeps nothing broken.
  const told = recorder.tell({ kind: 'stage', stage: 'undo' });
  const deeds = [...remains].map(async ([fault, kept]) => {
    const { state, detail } = await undoRemains(deps, kept);
    await recorder.tell({ kind: 'action', what: 'undo', fault, state, detail });
    return state === 'done';
  });
  const [lifted, ...undone] = await Promise.all([liftAll(rehearsal, because), ...deeds]);
  await told;
  const undo = lifted !== 'unknown' && undone.every(Boolean) ? 'verified' : 'unknown';
  rehearsal.say(undo === 'verified' ? 'undone, read back where it was done' : 'NOT known to be undone');
  return undo;
}

async function close(rehearsal: Rehearsal, terms: TakeOverTerms, undo: UndoState): Promise<DrillRun> {
  const { recorder, id, drill, deps } = rehearsal;
  const end = conclude(recorder.drafts, { by: 'watchdog', cutShort: terms.because, undo });
  await recorder.write({ kind: 'end', end });
  const entries = (await terms.records.read(id))?.entries ?? [];
  const head = entries.at(-1);
  const text = `drill ${id} (${drill.name}) ${end.verdict}: ${end.because.join('; ')}`;
  try {
    const words = head === undefined ? text : `${text}; ${headWords(id, head)}`;
    await say(deps, { kind: 'note', deployment: drill.deployment, text: words });
  } catch (thrown) {
    rehearsal.say(`its end is not in the journal: ${messageOf(thrown)}`);
  }
  return recount(entries);
}
