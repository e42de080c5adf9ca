/** Probes as the simulated servers answer them, over a link that may hide them. */
import type { Observation, ProbeReason } from '../model/observation.ts';
import type { ProbeSpec } from '../model/probe-spec.ts';
import type { Probe } from '../ports/probe.ts';
import type { Random } from '../ports/random.ts';
import type { CallOutcome } from './cells.ts';
import type { Cloud } from './cloud.ts';
import type { Gateway } from './gateway.ts';
import type { Reach } from './ports.ts';
import type { Schedule } from './schedule.ts';
import type { Health, Server } from './server.ts';

export interface ProbeTerms {
  readonly schedule: Schedule;
  readonly random: Random;
  readonly clouds: ReadonlyMap<string, Cloud>;
  readonly gateway: Gateway;
}

interface Finding {
  readonly outcome: Observation['outcome'];
  readonly reason?: ProbeReason;
  readonly firstTokenMs?: number;
}

const timedOut: Finding = { outcome: 'bad', reason: 'TimedOut' };

export function createProbe(reach: Reach, { schedule, clouds, gateway, random }: ProbeTerms): Probe {
  const { life, clock } = reach;
  return {
    check(spec, replica) {
      const { deployment, site, id, bootId } = replica;
      const sentMs = schedule.monoMs;
      const seen = {
        deployment,
        site,
        replica: id,
        bootId,
        probe: spec.name,
        plane: 'data',
        vantage: life.name,
      } as const;
      return life.point(
        (answered) => {
          let isOver = false;
          const end = (finding: Finding, how: CallOutcome): void => {
            if (isOver) return;
            isOver = true;
            reach.note('check', how);
            answered({ ...seen, ...finding, atMs: clock.nowMs(), durationMs: schedule.monoMs - sentMs });
          };
          const endLate = (how: CallOutcome): void => {
            schedule.after(spec.timeoutMs, () => end(timedOut, how));
          };
          const passage = reach.linkTo(`site/${site}`).send<Server | undefined>({
            effect: () => clouds.get(site)?.servers.get(id),
            answered: (server) => {
              const { finding, how } =
                drilledAt(gateway, site, random, spec) ??
                answerOf(server, bootId, spec, { nowMs: schedule.monoMs, random });
              if (finding === undefined) endLate(how);
              else end(finding, how);
            },
            failed: () => end(timedOut, 'error'),
          });
          if (passage !== 'ok') endLate(passage);
        },
        (observation: Observation) => life.hear(`check/${id}`, { atMs: schedule.monoMs, value: observation }),
      );
    },
  };
}

interface Answer {
  /** Undefined: no answer ever. */
  readonly finding: Finding | undefined;
  readonly how: CallOutcome;
}

/** Probes meet what users meet; undefined: no drill has a hand in this one. */
function drilledAt(
  gateway: Gateway,
  site: string,
  random: Random,
  { firstTokenLimitMs }: ProbeSpec & { firstTokenLimitMs?: number },
): Answer | undefined {
  const { faults } = gateway;
  if (faults === undefined || faults.inForce.length === 0) return undefined;
  if (faults.shareOf('vantage-blind', site) > 0)
    return { finding: { outcome: 'unknown', reason: 'CannotSee' }, how: 'error' };
  const { lost, late } = gateway.harmAt(site);
  if (lost + late === 0) return undefined;
  const draw = random.next();
  if (draw < lost)
    return faults.shareOf('errors', site) > 0
      ? { finding: { outcome: 'bad', reason: 'BadStatus' }, how: 'error' }
      : { finding: undefined, how: 'hang' };
  return draw < lost + late && firstTokenLimitMs !== undefined
    ? { finding: { outcome: 'bad', reason: 'FirstTokenLate', firstTokenMs: firstTokenLimitMs + 1 }, how: 'slow' }
    : undefined;
}

function answerOf(
  server: Server | undefined,
  bootId: string,
  spec: ProbeSpec,
  { nowMs, random }: { readonly nowMs: number; readonly random: Random },
): Answer {
  if (server === undefined || server.replica.state !== 'running' || server.replica.bootId !== bootId)
    return { finding: { outcome: 'bad', reason: 'Refused' }, how: 'error' };
  if (server.readyAtMs > nowMs) return { finding: { outcome: 'bad', reason: 'Loading' }, how: 'error' };
  if (spec.kind !== 'completion') return { finding: { outcome: 'good' }, how: 'ok' };
  return ofHealth(server.health, 5 + random.next() * 20, spec.firstTokenLimitMs);
}

function ofHealth(health: Health, firstTokenMs: number, limitMs: number): Answer {
  switch (health) {
    case 'good':
    case 'public':
      return { finding: { outcome: 'good', firstTokenMs }, how: 'ok' };
    case 'hangs':
      return { finding: undefined, how: 'hang' };
    case 'errors':
    case 'private':
      return { finding: { outcome: 'bad', reason: 'BadStatus' }, how: 'error' };
    case 'slow':
      return { finding: { outcome: 'bad', reason: 'FirstTokenLate', firstTokenMs: limitMs + 1 }, how: 'slow' };
    case 'wrong-model':
      return { finding: { outcome: 'bad', reason: 'WrongModel' }, how: 'error' };
  }
}
