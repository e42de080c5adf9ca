/** One look at what the gateway has counted, for the record of a drill. */
import type { DrillSample } from '../../model/drill-run.ts';
import { createReading } from '../reading.ts';
import type { Rehearsal } from './rehearsal.ts';

/** In milliseconds: a look that takes longer would make the next one late. */
const readTimeoutMs = 500;

/** Undefined when the gateway, or its table, was not seen. */
export async function readSample({ deps, drill }: Pick<Rehearsal, 'deps' | 'drill'>): Promise<DrillSample | undefined> {
  const reading = createReading(deps.clock, readTimeoutMs);
  const [traffic, route] = await Promise.all([
    reading(undefined, (call) => deps.traffic.traffic(drill.deployment, call)),
    reading(undefined, (call) => deps.traffic.read(drill.deployment, call)),
  ]);
  if (traffic.kind === 'unknown' || route.kind === 'unknown' || route.value === undefined) return undefined;
  const { requests, ok, failed, cut, gaveUp, lostAgoMs } = traffic.value;
  const ended = ok + failed + cut;
  const { weights } = route.value;
  const atMs = deps.clock.nowMs();
  const lostStartAtMs = lostAgoMs === undefined ? undefined : atMs - lostAgoMs;
  return { atMs, ended, open: requests - ended, lost: failed + cut + gaveUp, lostStartAtMs, weights };
}
