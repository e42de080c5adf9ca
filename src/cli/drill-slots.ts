/** Which slot of its schedule a drill has to fill. */
import { slotsAround } from '../config/cron.ts';
import type { Drill } from '../model/drill.ts';
import type { RunSummary } from './drill-runs.ts';

/** A slot is filled at most this late, in milliseconds: a drill meant for a quiet hour does not begin in a busy one. */
export const latestStartMs = 3_600_000;

/** Undefined: none is due. A slot that has a run, whatever came of it, is not run again. */
export function slotToFill(
  lastMs: number | undefined,
  filled: readonly (number | undefined)[],
  nowMs: number,
): number | undefined {
  if (lastMs === undefined || nowMs - lastMs > latestStartMs || filled.includes(lastMs)) return undefined;
  return lastMs;
}

/** The slot that `drill run --scheduled` fills now, epoch milliseconds; `runs` are those of this drill. */
export async function dueSlot(
  { schedule }: Drill,
  runs: readonly Pick<RunSummary, 'slotMs'>[],
  nowMs: number,
): Promise<number | undefined> {
  if (schedule === undefined) return undefined;
  const { lastMs } = await slotsAround(schedule, nowMs);
  return slotToFill(
    lastMs,
    runs.map(({ slotMs }) => slotMs),
    nowMs,
  );
}

export interface Dueness {
  /** Since when it should have run; undefined: it has. */
  readonly sinceMs: number | undefined;
  readonly nextMs: number | undefined;
}

/** For people: a run that somebody typed after the slot counts, one that did not start does not. */
export async function duenessOf(
  { schedule }: Drill,
  runs: readonly RunSummary[],
  nowMs: number,
): Promise<Dueness | undefined> {
  if (schedule === undefined) return undefined;
  const { lastMs, nextMs } = await slotsAround(schedule, nowMs);
  const isDone = runs.some(
    ({ beganAtMs, verdict }) => lastMs !== undefined && beganAtMs >= lastMs && verdict !== 'not-started',
  );
  return { sinceMs: isDone ? undefined : lastMs, nextMs };
}
