/** Where what moto says of a machine is not what EC2 would say by its own documentation: each mend with its page. */
import type { Clock } from '../../../src/ports/clock.ts';
import { editInstances, type Fields } from './instances.ts';

export interface Mends {
  /** It was just launched, started, stopped or told to end. */
  moved(machine: Fields, to: Settled): void;
  /** What a whole answer says of machines, as EC2 says it. */
  mend(body: string): string;
}

export type Settled = 'running' | 'stopped' | 'terminated';

/**
 * moto is in every state at once; EC2 shows a machine on its way there first.
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-instance-lifecycle.html, checked 2026-11-27.
 */
const onTheWay: Readonly<Record<Settled, string>> = {
  running: '<code>0</code><name>pending</name>',
  stopped: '<code>64</code><name>stopping</name>',
  terminated: '<code>32</code><name>shutting-down</name>',
};

interface Move {
  readonly to: Settled;
  readonly atMonoMs: number;
}

export interface MendTerms {
  readonly clock: Clock;
  /** How long a machine is on its way from one state to the next, in milliseconds. */
  readonly passingMs: () => number;
  /** Where all machines are said to answer; undefined: where moto says. */
  readonly address: string | undefined;
}

export function createMends({ clock, passingMs, address }: MendTerms): Mends {
  const moves = new Map<string, Move>();
  const launchTimes = new Map<string, string>();
  return {
    moved(machine, to) {
      const id = idOf(machine);
      moves.set(id, { to, atMonoMs: clock.monoMs() });
      if (to === 'running' && stateOf(machine) === 'stopped') launchTimes.set(id, nextLaunch(machine, clock.nowMs()));
    },
    mend: (body) =>
      editInstances(body, (machine) => {
        const [move, launchTime] = [moves.get(idOf(machine)), launchTimes.get(idOf(machine))];
        const isPassing = move?.to === stateOf(machine) && clock.monoMs() - move.atMonoMs < passingMs();
        return {
          ...(isPassing ? { instanceState: onTheWay[move.to] } : {}),
          ...(launchTime === undefined ? {} : { launchTime }),
          ...(address === undefined ? {} : { privateIpAddress: address }),
        };
      }),
  };
}

export function idOf(machine: Fields): string {
  return machine.get('instanceId') ?? '';
}

export function stateOf(machine: Fields): string {
  return /<name>([\w-]+)<\/name>/.exec(machine.get('instanceState') ?? '')?.[1] ?? '';
}

/** Epoch milliseconds; undefined while it has not ended. moto writes it where EC2 does. */
export function endOf(machine: Fields): number | undefined {
  if (stateOf(machine) !== 'terminated') return undefined;
  const [, at = ''] = /\((.+) UTC\)/.exec(machine.get('reason') ?? '') ?? [];
  return Date.parse(`${at.replace(' ', 'T')}Z`);
}

/** `TYPE ZONE`. */
export function kindOf(machine: Fields): string {
  const [, zone] = /<availabilityZone>(.+)<\/availabilityZone>/.exec(machine.get('placement') ?? '') ?? [];
  return `${machine.get('instanceType')} ${zone}`;
}

/**
 * moto leaves the launch time as it is when a stopped machine starts; in EC2 it is "the time that the instance was last
 * launched" (`Instance.LaunchTime` in @aws-sdk/client-ec2 3.1169.0, checked 2026-11-27). It has whole seconds, and no
 * machine there stops and starts within one.
 */
function nextLaunch(machine: Fields, nowMs: number): string {
  const beforeMs = Date.parse(machine.get('launchTime') ?? '');
  return new Date(Math.max(Math.floor(nowMs / 1000) * 1000, beforeMs + 1000)).toISOString();
}
