/** What drills do to a deployment's traffic, as the gateway has it. */
import type { FaultSight } from '../model/fault.ts';
import type { Seen } from '../model/outcome.ts';
import type { Clock } from '../ports/clock.ts';
import type { TrafficDriver } from '../ports/traffic-driver.ts';

/** In milliseconds: a local socket answers in single digits. */
const timeoutMs = 2000;

/** Seen and empty with a driver that knows of none. */
export async function readFaultSight(
  traffic: TrafficDriver,
  deployment: string,
  clock: Clock,
): Promise<Seen<FaultSight>> {
  if (traffic.faults === undefined) return { kind: 'seen', value: { inForce: [], ended: [] }, asOfMs: clock.nowMs() };
  return await traffic.faults(deployment, callOf(clock));
}

/** A call that a person waits for. */
export function callOf(clock: Clock) {
  return { signal: AbortSignal.timeout(timeoutMs), deadlineAtMonoMs: clock.monoMs() + timeoutMs };
}
