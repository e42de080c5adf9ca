/** What a probe finds of a replica that answers, once a drill has had its way with the answer. In the words of `src/probes`. */
import type { Fault } from '../model/fault.ts';
import type { Observation } from '../model/observation.ts';
import type { ProbeSpec } from '../model/probe-spec.ts';

/** What a probe found; the rest of an observation says who looked at what. */
export type Found = Pick<Observation, 'outcome' | 'reason' | 'detail' | 'firstTokenMs' | 'perTokenMs'>;

/** Nobody can look from here: neither for nor against it. */
export const blind = { outcome: 'unknown', reason: 'CannotSee', detail: 'a drill blinds this vantage' } as const;

/** A server that answers every request with an error. */
export const failing = { outcome: 'bad', reason: 'BadStatus', detail: 'status 500' } as const;

/** Undefined: a port that opens says nothing of what is answered behind it. */
export function answeredWithError({ kind }: ProbeSpec): Found | undefined {
  return kind === 'tcp' ? undefined : failing;
}

/** How much later the answer comes, in milliseconds; 0: these faults do not touch it. */
export function delayOf({ kind }: ProbeSpec, faults: readonly Fault[]): number {
  const late = faults.filter(
    (fault) =>
      (fault.kind === 'latency' && kind !== 'tcp') || (fault.kind === 'slow-first-token' && kind === 'completion'),
  );
  return late.reduce((sum, { delayMs = 0 }) => sum + delayMs, 0);
}

/** The same of a page of figures, which is no completion. */
export function delayOfPage(faults: readonly Fault[]): number {
  return faults.reduce((sum, { kind, delayMs = 0 }) => sum + (kind === 'latency' ? delayMs : 0), 0);
}

/** The same answer, so much later, and before the probe gave up. */
export function madeLate(spec: ProbeSpec, found: Found, delayMs: number): Found {
  if (spec.kind !== 'completion' || found.firstTokenMs === undefined) return found;
  const firstTokenMs = found.firstTokenMs + delayMs;
  if (found.outcome !== 'good' || firstTokenMs <= spec.firstTokenLimitMs) return { ...found, firstTokenMs };
  const detail = `first token after ${Math.round(firstTokenMs)} ms, limit ${spec.firstTokenLimitMs} ms`;
  return { outcome: 'bad', reason: 'FirstTokenLate', detail, firstTokenMs };
}

/** An answer whose first token comes in the probe's time, and whose end does not; undefined: neither does. */
export function endLate(spec: ProbeSpec, found: Found, delayMs: number): Found | undefined {
  if (found.firstTokenMs === undefined || found.firstTokenMs + delayMs >= spec.timeoutMs) return undefined;
  return unended(spec, found.firstTokenMs + delayMs);
}

/** What a probe of each kind waits for first. */
export const awaited = { tcp: 'connection', http: 'answer', completion: 'token' } as const;

/** A stream that began and does not end; undefined: what was found is no stream that began. */
export function stalled(spec: ProbeSpec, { outcome, reason, firstTokenMs }: Found): Found | undefined {
  const isBegun = firstTokenMs !== undefined && (outcome === 'good' || reason === 'FirstTokenLate');
  return isBegun ? unended(spec, firstTokenMs) : undefined;
}

function unended({ kind }: ProbeSpec, firstTokenMs: number): Found | undefined {
  if (kind !== 'completion') return undefined;
  const detail = `first token after ${Math.round(firstTokenMs)} ms, then no end`;
  return { outcome: 'bad', reason: 'Stalled', detail, firstTokenMs };
}
