/** Reads through a port under a deadline: no answer in time is an answer too. */
import type { Seen } from '../model/outcome.ts';
import type { ReadCall } from '../ports/call.ts';
import type { Clock } from '../ports/clock.ts';
import { callWithin } from './call-within.ts';

/** Never rejects: `unknown` when there was no answer in time, or the signal fired. */
export type Reading = <T>(
  signal: AbortSignal | undefined,
  run: (call: ReadCall) => Promise<Seen<T>>,
) => Promise<Seen<T>>;

/** `timeoutMs` bounds each read. */
export function createReading(clock: Clock, timeoutMs: number): Reading {
  return async (signal, run) => {
    const end = await callWithin(clock, timeoutMs, signal, run);
    return end.kind === 'answered' ? end.value : { kind: 'unknown', error: end.error };
  };
}
