/** What a seed's world is like: each seed first draws which faults are on and how often they come. */
import type { Random } from '../ports/random.ts';
import { type CloudFaults, soundCloud } from './cloud-faults.ts';
import type { DrillOptions } from './drills.ts';
import { type LinkFaults, soundLink } from './link.ts';
import type { RebalanceOptions } from './rebalances.ts';
import type { Typed } from './typed.ts';

export interface SimOptions {
  readonly seed: number;
  readonly sites: number;
  /** The last of the sites lies where the deployment may not go. */
  readonly hasForeignSite: boolean;
  readonly replicas: number;
  readonly evaluateEveryMs: number;
  readonly probeEveryMs: number;
  readonly failuresInARow: number;
  readonly failAfterMs: number;
  readonly proofMaxAgeMs: number;
  readonly brakeRatio: number;
  readonly coolDownMs: number;
  readonly maxFailoversPerDay: number;
  /** Sites are emptied one at a time within this, in milliseconds; 0: as fast as anybody asks for it. */
  readonly removalWindowMs: number;
  readonly failback: 'never' | 'auto';
  readonly stepsPct: readonly number[];
  /** The preferred weights are spread over the sites, not all at the first. */
  readonly spread: boolean;
  /** Of the sites that have no weight at first. */
  readonly standby: 'hot' | 'cold';
  readonly leaseTtlMs: number;
  /** Processes that run a controller. */
  readonly hosts: number;
  readonly link: LinkFaults;
  readonly cloud: CloudFaults;
  /** Share of the gateway's answers that are from before, 0–1. */
  readonly staleReads: number;
  /** Longest time of a call of the store, in milliseconds; 0: none, as in the caller's own process. */
  readonly storeMs: number;
  /** Share of the store's writes that fail, 0–1. */
  readonly brokenDisk: number;
  /** Share of failures of the active site that wait until the failover before is over; the others come at any time. */
  readonly inTurn: number;
  /** Mean virtual milliseconds between two of each; 0: never. */
  readonly every: {
    readonly siteFault: number;
    readonly kill: number;
    readonly pause: number;
    readonly cut: number;
    readonly gatewayRestart: number;
    readonly typed: number;
    readonly planted: number;
    readonly wallJump: number;
    readonly rollback: number;
    /** A cloud that throttles, refuses credentials or is sold out for a while. */
    readonly outage: number;
    readonly diskStall: number;
    /** Somebody sets weights in the gateway beside the program. */
    readonly meddling: number;
    /** A cloud announces that it takes a machine back: mostly it does, sometimes nothing comes of it. */
    readonly warned: number;
    /** A site without weight is taken out of the configuration for a while; the program is begun anew with each edit. */
    readonly edited: number;
  };
  /** Share of journal entries at which something strikes at that very moment, 0–1. */
  readonly aimed: number;
  /** Sites may also misbehave for a moment, or for part of what looks at them; else they die. */
  readonly hasBriefFaults: boolean;
  /** A site that behaves badly does so for this long at most, in milliseconds. */
  readonly longestBadMs: number;
  /** Failures of sites, after which the world heals. */
  readonly siteFaults: number;
  /** Limit of the time before it heals, in virtual milliseconds. */
  readonly chaosMs: number;
  /** Share of what people type that is another verb, an order or a word instead of a plain move, 0–1. */
  readonly otherWords: number;
  /** Share of the verbs that are typed that ask for another number of replicas, 0–1; absent: none does. */
  readonly scaled?: number;
  /** Sites say what they sell, sell out of it offer by offer, and are hunted for capacity. */
  readonly hasShelves: boolean;
  /** What is typed at set moments, beside what is drawn. */
  readonly script: readonly Typed[];
  /** Longest time that a request runs on at a site without weight, in milliseconds. */
  readonly longestStreamMs: number;
  /** Share of all calls in which the process that makes them dies or stands still, 0–1. */
  readonly interrupted: number;
  /** Absent: no scheduler rebalances, and nothing has a price. */
  readonly rebalance?: RebalanceOptions;
  /** Absent: nobody holds any, and the gateway can be told to break nothing. */
  readonly drills?: DrillOptions;
}

/** The chance-driven parts, all off. */
const calm: SimOptions['every'] = {
  ...{ siteFault: 500, kill: 0, pause: 0, cut: 0, gatewayRestart: 0, typed: 0, planted: 0, wallJump: 0, rollback: 0 },
  ...{ outage: 0, diskStall: 0, meddling: 0, edited: 0, warned: 0 },
};

/** Nothing goes wrong but what makes a failover: the base that other options change. */
export function calmOptions(seed: number): SimOptions {
  return {
    ...{
      seed,
      sites: 3,
      hasForeignSite: false,
      replicas: 1,
      evaluateEveryMs: 3000,
      probeEveryMs: 3000,
      failuresInARow: 1,
    },
    ...{ failAfterMs: 0, proofMaxAgeMs: 20_000, brakeRatio: 0.5, coolDownMs: 1000, maxFailoversPerDay: 1000 },
    removalWindowMs: 0,
    ...{ failback: 'never', leaseTtlMs: 10_000, hosts: 1, link: soundLink, cloud: soundCloud, staleReads: 0 },
    ...{ storeMs: 0, stepsPct: [50, 100], spread: false, standby: 'hot', aimed: 0, interrupted: 0 },
    ...{ otherWords: 0, script: [], longestStreamMs: 3000, hasShelves: false },
    ...{
      hasBriefFaults: true,
      longestBadMs: 10_000,
      brokenDisk: 0,
      inTurn: 1,
      every: calm,
      siteFaults: 20,
      chaosMs: 600_000,
    },
  };
}

/** Failovers close together, with a few calls that fail: what most runs consist of. */
export function briskOptions(seed: number, random: Random): SimOptions {
  const calmOnes = calmOptions(seed);
  return {
    ...calmOnes,
    sites: random.next() < 0.7 ? 3 : 4,
    link: { ...soundLink, lostReply: random.next() * 0.004 },
    cloud: { ...soundCloud, transient: random.next() * 0.01 },
    every: { ...calmOnes.every, siteFault: 300, kill: random.next() < 0.8 ? 0 : 60_000 },
    siteFaults: 40,
    hasBriefFaults: false,
  };
}

type DrawnLast = 'drills' | 'otherWords' | 'script' | 'longestStreamMs' | 'removalWindowMs' | 'hasShelves';

/** Anything may be on. */
export function drawOptions(seed: number, random: Random): SimOptions {
  const oneOf = chooser(random);
  /** Off in half of the worlds, so that one fault is also met without another. */
  const maybe = (most: number): number => (random.next() < 0.5 ? 0 : random.next() * most);
  const seldom = (...times: readonly [number, ...number[]]): number => (random.next() < 0.65 ? 0 : oneOf(...times));
  const drawn: DrawnFirst = {
    seed,
    sites: oneOf(3, 3, 4, 5),
    hasForeignSite: random.next() < 0.2,
    replicas: oneOf(1, 1, 2),
    evaluateEveryMs: oneOf(500, 1000, 2000),
    probeEveryMs: oneOf(500, 1000, 2000),
    failuresInARow: oneOf(1, 2),
    failAfterMs: oneOf(0, 500, 1000, 3000),
    proofMaxAgeMs: oneOf(3000, 5000, 20_000),
    brakeRatio: 0.5,
    coolDownMs: oneOf(1000, 5000, 20_000),
    maxFailoversPerDay: oneOf(1000, 1000, 1000, 5),
    failback: oneOf('never', 'never', 'auto'),
    leaseTtlMs: oneOf(3000, 10_000),
    hosts: oneOf(1, 1, 2),
    link: { lostRequest: maybe(0.03), lostReply: maybe(0.03), lateRequest: maybe(0.02) },
    cloud: {
      ...{ capacity: maybe(0.2), quota: maybe(0.1), throttled: maybe(0.1), auth: maybe(0.05) },
      ...{ transient: maybe(0.1), shortList: maybe(0.05), listLagMs: maybe(4000), halfMade: maybe(0.05) },
    },
    staleReads: maybe(0.02),
    stepsPct: oneOf([50, 100], [7, 33, 100]),
    spread: random.next() < 0.2,
    standby: oneOf('hot', 'hot', 'hot', 'cold'),
    storeMs: oneOf(0, 0, 5, 20),
    aimed: maybe(0.03),
    hasBriefFaults: true,
    longestBadMs: 10_000,
    brokenDisk: random.next() < 0.8 ? 0 : random.next() * 0.01,
    inTurn: oneOf(1, 1, 0.5, 0),
    every: {
      siteFault: oneOf(500, 2000, 8000),
      kill: seldom(3000, 10_000),
      pause: seldom(5000, 20_000),
      cut: seldom(10_000, 30_000),
      gatewayRestart: seldom(10_000, 30_000),
      typed: seldom(5000, 20_000),
      planted: seldom(10_000),
      wallJump: seldom(20_000),
      rollback: random.next() < 0.9 ? 0 : 30_000,
      outage: seldom(10_000, 30_000),
      diskStall: seldom(20_000),
      meddling: random.next() < 0.9 ? 0 : 20_000,
    },
    siteFaults: 20,
    chaosMs: 300_000,
    interrupted: maybe(0.001),
  };
  return drawLast(drawn, random);
}

type DrawnFirst = Omit<SimOptions, DrawnLast | 'every'> & {
  readonly every: Omit<SimOptions['every'], 'edited' | 'warned'>;
};

/** What was drawn before stays as it was. */
function drawLast(drawn: DrawnFirst, random: Random): SimOptions {
  const oneOf = chooser(random);
  const last = {
    ...{ ...drawn, otherWords: random.next() < 0.25 ? 0 : 0.7, script: [] },
    longestStreamMs: oneOf(3000, 3000, 12_000),
    every: { ...drawn.every, edited: random.next() < 0.85 ? 0 : 15_000, warned: 0 },
    removalWindowMs: oneOf(0, 0, 5000, 20_000),
    hasShelves: random.next() < 0.4,
  };
  // Where all sites stand there is nothing to hunt for.
  const standby = last.hasShelves && random.next() < 0.5 ? 'cold' : last.standby;
  const warned = random.next() < 0.75 ? 0 : oneOf(4000, 12_000);
  return { ...last, standby, every: { ...last.every, warned } };
}

function chooser(random: Random): <T>(...choices: readonly [T, ...T[]]) => T {
  return (...choices) => choices[Math.floor(random.next() * choices.length)] ?? choices[0];
}

/** People ask for much, and not always for what fits together; other things go wrong as in any world. */
export function peopleOptions(seed: number, random: Random): SimOptions {
  const drawn = drawOptions(seed, random);
  return {
    ...drawn,
    ...{ otherWords: 0.85, longestStreamMs: 9000, longestBadMs: 30_000, interrupted: drawn.interrupted / 2 },
    every: { ...drawn.every, typed: 3000, planted: 0, siteFault: 8000 },
    ...(seed < scaledFrom ? {} : { scaled: 0.5, replicas: 2 + (seed % 2) }),
  };
}

/** Worlds of people from this seed on are such in which they scale. */
const scaledFrom = 1_500_001;

/** Much goes wrong at once, and operations of another version, which also drain and stop, come often: for faults in pairs. */
export function crowdedOptions(seed: number, random: Random): SimOptions {
  const drawn = drawOptions(seed, random);
  return {
    ...drawn,
    link: { lostRequest: 0.05, lostReply: 0.05, lateRequest: 0.04 },
    cloud: { ...drawn.cloud, throttled: 0.08, auth: 0.06, transient: 0.08, capacity: 0.1 },
    every: { ...drawn.every, planted: 4000, siteFault: 8000, typed: 6000 },
    otherWords: 0.85,
  };
}
