/** Probes as the simulated servers answer them, over a link that may hide them. */
import type { Observation, ProbeReason } from '../model/observation.ts';
import type { ProbeSpec } from '../model/probe-spec.ts';
import type { Clock } from '../ports/clock.ts';
import type { Probe } from '../ports/probe.ts';
import type { Random } from '../ports/random.ts';
import type { Cloud, Health, Server } from './cloud.ts';
import type { Link } from './link.ts';
import type { Schedule } from './schedule.ts';

export interface ProbeTerms {
  readonly vantage: string;
  readonly clock: Clock;
  readonly schedule: Schedule;
  readonly random: Random;
  readonly clouds: ReadonlyMap<string, Cloud>;
  /** From this vantage to a site's servers. */
  readonly linkTo: (site: string) => Link;
}

interface Finding {
  readonly outcome: Observation['outcome'];
  readonly reason?: ProbeReason;
  readonly firstTokenMs?: number;
}

export function createProbe(terms: ProbeTerms): Probe {
  const { schedule, clock, clouds, vantage } = terms;
  return {
    check(spec, replica, call) {
      const { deployment, site, id, bootId } = replica;
      const sentMs = schedule.monoMs;
      return new Promise((resolve) => {
        const end = (finding: Finding): void => {
          const seen = { deployment, site, replica: id, bootId, probe: spec.name, plane: 'data', vantage } as const;
          resolve({ ...seen, ...finding, atMs: clock.nowMs(), durationMs: schedule.monoMs - sentMs });
        };
        const timer = schedule.after(spec.timeoutMs, () => end({ outcome: 'bad', reason: 'TimedOut' }));
        call.signal.addEventListener('abort', () => {
          timer.isCancelled = true;
        });
        const ask = terms.linkTo(site).call(() => clouds.get(site)?.servers.get(id));
        ask.then((server) => {
          const { finding, afterMs } = answerOf(server, spec, terms);
          if (finding === undefined || timer.isCancelled) return;
          schedule.after(afterMs, () => {
            timer.isCancelled = true;
            end(finding);
          });
        }, () => undefined);
      });
    },
  };
}

/** `finding` undefined: no answer ever. */
function answerOf(
  server: Server | undefined,
  spec: ProbeSpec,
  { schedule, random }: ProbeTerms,
): { readonly finding: Finding | undefined; readonly afterMs: number } {
  const soonMs = 5 + random.next() * 20;
  if (server === undefined || server.replica.state !== 'running')
    return { finding: { outcome: 'bad', reason: 'Refused' }, afterMs: 0 };
  if (server.readyAtMs > schedule.monoMs) return { finding: { outcome: 'bad', reason: 'Loading' }, afterMs: 0 };
  if (spec.kind !== 'completion') return { finding: { outcome: 'good' }, afterMs: soonMs };
  return { finding: ofHealth(server.health, soonMs, spec.firstTokenLimitMs), afterMs: soonMs };
}

function ofHealth(health: Health, firstTokenMs: number, limitMs: number): Finding | undefined {
  switch (health) {
    case 'good':
      return { outcome: 'good', firstTokenMs };
    case 'hangs':
      return undefined;
    case 'errors':
      return { outcome: 'bad', reason: 'BadStatus' };
    case 'slow':
      return { outcome: 'bad', reason: 'FirstTokenLate', firstTokenMs: limitMs + 1 };
    case 'wrong-model':
      return { outcome: 'bad', reason: 'WrongModel' };
  }
}

