/** What a seed's world is like: each seed first draws which faults are on and how often they come. */
import type { Random } from '../ports/random.ts';
import { type CloudFaults, soundCloud } from './cloud.ts';
import { type LinkFaults, soundLink } from './link.ts';

export interface SimOptions {
  readonly seed: number;
  readonly sites: number;
  readonly replicas: number;
  readonly evaluateEveryMs: number;
  readonly probeEveryMs: number;
  readonly coolDownMs: number;
  readonly leaseTtlMs: number;
  /** Hosts that may run a controller. */
  readonly hosts: number;
  readonly link: LinkFaults;
  readonly cloud: CloudFaults;
  /** Mean virtual milliseconds between two of each; 0: never. */
  readonly every: {
    readonly siteFault: number;
    readonly kill: number;
    readonly pause: number;
    readonly cut: number;
    readonly gatewayRestart: number;
    readonly typed: number;
    readonly wallJump: number;
    readonly diskFault: number;
  };
  /** Virtual milliseconds of chaos, then as many to heal in. */
  readonly chaosMs: number;
  readonly healMs: number;
}

/** Nothing goes wrong but what makes a failover: the base that other options change. */
export function calmOptions(seed: number): SimOptions {
  return {
    ...{ seed, sites: 3, replicas: 1, evaluateEveryMs: 500, probeEveryMs: 500, coolDownMs: 5000, leaseTtlMs: 10_000 },
    ...{ hosts: 1, link: soundLink, cloud: soundCloud, chaosMs: 120_000, healMs: 120_000 },
    every: {
      ...{ siteFault: 15_000, kill: 0, pause: 0, cut: 0, gatewayRestart: 0, typed: 0, wallJump: 0, diskFault: 0 },
    },
  };
}

export function drawOptions(seed: number, random: Random): SimOptions {
  const oneOf = <T>(...choices: readonly [T, ...T[]]): T =>
    choices[Math.floor(random.next() * choices.length)] ?? choices[0];
  const maybe = (most: number): number => (random.next() < 0.5 ? 0 : random.next() * most);
  const seldom = (...times: readonly [number, ...number[]]): number => (random.next() < 0.5 ? 0 : oneOf(...times));
  return {
    seed,
    sites: oneOf(3, 3, 4, 5),
    replicas: oneOf(1, 1, 2),
    evaluateEveryMs: oneOf(250, 500, 1000),
    probeEveryMs: oneOf(250, 500, 1000),
    coolDownMs: oneOf(5000, 20_000),
    leaseTtlMs: oneOf(3000, 10_000),
    hosts: oneOf(1, 2),
    link: { lostRequest: maybe(0.02), lostReply: maybe(0.02), lateRequest: maybe(0.01) },
    cloud: {
      ...{ capacity: maybe(0.2), quota: maybe(0.1), throttled: maybe(0.1), auth: maybe(0.05) },
      ...{ transient: maybe(0.1), shortList: maybe(0.05), listLagMs: maybe(4000) },
    },
    every: {
      siteFault: oneOf(8000, 15_000, 30_000),
      kill: seldom(5000, 20_000),
      pause: seldom(20_000),
      cut: seldom(15_000, 40_000),
      gatewayRestart: seldom(30_000),
      typed: seldom(10_000, 30_000),
      wallJump: seldom(30_000),
      diskFault: seldom(40_000),
    },
    chaosMs: 120_000,
    healMs: 120_000,
  };
}
