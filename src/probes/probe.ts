/** Health checks: a connection, a status code, or a real completion. */
import type { Observation, ProbeReason } from '../model/observation.ts';
import type { ProbeSpec } from '../model/probe-spec.ts';
import type { Replica } from '../model/replica.ts';
import type { ReadCall } from '../ports/call.ts';
import type { Clock } from '../ports/clock.ts';
import type { Probe } from '../ports/probe.ts';
import { refuseTarget } from './allowed-target.ts';
import { checkCompletion } from './completion.ts';
import { checkHttp } from './http.ts';
import { readInFlight } from './in-flight.ts';
import { checkTcp } from './tcp.ts';

/** What one check found, before it is dated. */
export interface Finding {
  readonly outcome: Observation['outcome'];
  readonly reason?: ProbeReason;
  readonly detail?: string;
  readonly firstTokenMs?: number;
  readonly perTokenMs?: number;
}

export interface ProbeDeps {
  readonly clock: Clock;
  /** The place probes are sent from, as named in evidence. */
  readonly vantage: string;
}

/** One check's time and end: aborted by the caller, or at the earlier of the probe's and the call's deadline. */
export interface CheckTerms {
  readonly timeoutMs: number;
  /** The call leaves less time than the probe wants: being late then says nothing about the replica. */
  readonly isCutShort: boolean;
  readonly signal: AbortSignal;
  elapsedMs(): number;
}

export function createProbe({ clock, vantage }: ProbeDeps): Probe {
  return {
    async check(spec, replica, call) {
      const startedMonoMs = clock.monoMs();
      const elapsedMs = (): number => clock.monoMs() - startedMonoMs;
      const finding = await find(spec, replica, call, elapsedMs, call.deadlineAtMonoMs - startedMonoMs);
      return {
        deployment: replica.deployment,
        site: replica.site,
        replica: replica.id,
        bootId: replica.bootId,
        probe: spec.name,
        plane: 'data',
        vantage,
        atMs: clock.nowMs(),
        durationMs: elapsedMs(),
        ...finding,
      };
    },
    async inFlight(metrics, replica, call) {
      if (replica.url === undefined)
        return { kind: 'unknown', error: { class: 'unknown', code: 'CannotSee', message: 'no address yet' } };
      return await readInFlight(replica.url, metrics, { clock }, call);
    },
  };
}

async function find(
  spec: ProbeSpec,
  replica: Replica,
  call: ReadCall,
  elapsedMs: () => number,
  leftMs: number,
): Promise<Finding> {
  if (replica.url === undefined) return { outcome: 'unknown', reason: 'CannotSee', detail: 'no address yet' };
  const url = URL.parse(replica.url);
  if (url === null) return { outcome: 'unknown', reason: 'CannotSee', detail: 'the address is not a URL' };
  const against = refuseTarget(url);
  if (against !== undefined) return { outcome: 'unknown', reason: 'CannotSee', detail: against };
  const terms: CheckTerms = {
    timeoutMs: Math.max(1, Math.min(spec.timeoutMs, leftMs)),
    isCutShort: leftMs < spec.timeoutMs,
    signal: call.signal,
    elapsedMs,
  };
  switch (spec.kind) {
    case 'tcp':
      return await checkTcp(url, terms);
    case 'http':
      return await checkHttp(url, spec, terms);
    case 'completion':
      return await checkCompletion(url, spec, terms);
  }
}
