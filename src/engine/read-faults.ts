/** Reads what drills do to a deployment's traffic: for what a person asks for, which comes before any drill. */
import type { Fault } from '../model/fault.ts';
import type { Seen } from '../model/outcome.ts';
import type { View } from '../model/view.ts';
import type { EngineDeps } from './engine.ts';
import type { Reading } from './reading.ts';

/** Seen and empty with a driver that knows of none. */
export async function readFaults(
  { traffic, clock }: Pick<EngineDeps, 'traffic' | 'clock'>,
  deployment: string,
  reading: Reading,
  signal: AbortSignal | undefined,
): Promise<Seen<readonly Fault[]>> {
  const faults = traffic.faults?.bind(traffic);
  if (faults === undefined) return { kind: 'seen', value: [], asOfMs: clock.nowMs() };
  const seen = await reading(signal, (call) => faults(deployment, call));
  return seen.kind === 'seen' ? { ...seen, value: seen.value.inForce } : seen;
}

/** As a view holds them: absent when there are none; not seen is not the same. */
export function faultsOf(seen: Seen<readonly Fault[]>): Pick<View, 'faults' | 'mayBeDrilled'> {
  if (seen.kind === 'unknown') return { mayBeDrilled: true };
  return seen.value.length > 0 ? { faults: seen.value } : {};
}
