/** Whether the list of a drain is whole. */
import type { DrainAccount } from '../model/drained.ts';

/** Screens show whole seconds; the call that begins a list takes milliseconds. */
const toleranceMs = 1000;

/**
 * How much later than the drain its list was begun, milliseconds: what ended in between is not in it. Undefined when it
 * is whole (less than a second), or when nobody knows. Both times are epoch milliseconds of one machine.
 */
export function listedLateMs({ beganAtMs }: DrainAccount, drainBeganAtMs: number | undefined): number | undefined {
  if (drainBeganAtMs === undefined) return undefined;
  const lateMs = beganAtMs - drainBeganAtMs;
  return lateMs >= toleranceMs ? lateMs : undefined;
}
