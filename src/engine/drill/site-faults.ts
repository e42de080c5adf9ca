/** Faults that are done once at a site itself, each beside the run: nobody who has something to keep up waits for them. */
import { messageOf } from '../../errors.ts';
import type { UndoState } from '../../model/drill-run.ts';
import { inForce, intend, isArmed, isDue, isOver } from './faults.ts';
import { createInfliction, type Infliction } from './inflict.ts';
import type { Rehearsal } from './rehearsal.ts';
import { undoRemains } from './undo-remains.ts';

export interface SiteFaults {
  /** Shows of each that it can be undone. Undefined: they can; otherwise why not. */
  rehearse(signal: AbortSignal): Promise<string | undefined>;
  /** Begins what is due and undoes what is over; waits for neither. Why it cannot go on. */
  turn(sinceMs: number, signal: AbortSignal): Promise<string | undefined>;
  /** Undoes all that was begun, once that has come to its end. Never rejects. */
  undoAll(): Promise<UndoState>;
}

/** For one run. */
export function createSiteFaults(rehearsal: Rehearsal): SiteFaults {
  const { deps, id: run, drill, remains } = rehearsal;
  const inflictions = new Map<number, Infliction>();
  for (const [index, fault] of drill.faults.entries()) {
    const infliction = isArmed(fault) ? undefined : createInfliction(deps, { run, drill, fault });
    if (infliction !== undefined) inflictions.set(index, infliction);
  }
  const begun = new Map<number, Promise<void>>();
  const ending = new Map<number, Promise<void>>();
  let gone: string | undefined;

  const begin = async (fault: number, infliction: Infliction, signal: AbortSignal): Promise<void> => {
    const keep = async (kept: Parameters<Parameters<Infliction['inflict']>[0]>[0]): Promise<void> => {
      await rehearsal.recorder.write({ kind: 'remains', fault, remains: kept });
      remains.set(fault, kept);
    };
    const { state, detail } = await infliction.inflict(keep, signal);
    if (state === 'done') await inForce(rehearsal, fault, detail);
    else {
      gone ??= `${drill.faults[fault]?.kind} at ${drill.faults[fault]?.site} ${state === 'refused' ? 'is refused' : 'may not have been done'}: ${detail}`;
      await rehearsal.recorder.tell({ kind: 'action', what: 'inflict', fault, state, detail });
    }
  };
  const end = async (fault: number): Promise<void> => {
    await begun.get(fault);
    const kept = remains.get(fault);
    // Refused before there was anything to undo.
    if (kept === undefined) return;
    rehearsal.inflicted.add(fault);
    await isOver(rehearsal, fault, await undoRemains(deps, kept));
  };
  const endOnce = (fault: number): Promise<void> => {
    const known = ending.get(fault) ?? end(fault);
    ending.set(fault, known);
    return known;
  };
  return {
    async rehearse(signal) {
      for (const infliction of inflictions.values()) {
        const trouble = await infliction.rehearse(signal);
        if (trouble !== undefined) return trouble;
      }
      return undefined;
    },
    async turn(sinceMs, signal) {
      for (const [index, infliction] of inflictions) {
        const fault = drill.faults[index];
        if (fault === undefined) continue;
        if (isDue(fault, sinceMs) && !begun.has(index)) {
          await intend(rehearsal, index);
          const end = begin(index, infliction, signal).catch((thrown: unknown) => {
            gone ??= messageOf(thrown);
          });
          begun.set(index, end);
        }
        if (begun.has(index) && sinceMs >= fault.atMs + fault.forMs) void endOnce(index);
      }
      return gone;
    },
    async undoAll() {
      const before = [...ending.keys()];
      await Promise.all([...begun.keys()].map(endOnce));
      // What was not seen to be undone when its time was over may well be now.
      await Promise.all(before.filter((fault) => !rehearsal.undone.has(fault)).map(end));
      if (remains.size === 0) return 'not-needed';
      return [...remains.keys()].every((fault) => rehearsal.undone.has(fault)) ? 'verified' : 'unknown';
    },
  };
}
