/** A simulated world made of somebody's own configuration: one deployment, its sites, and the faults asked for. */
import type { Config } from '../model/config.ts';
import type { Deployment } from '../model/deployment.ts';
import type { FaultClass } from '../model/simulation.ts';
import { calmOptions, type SimOptions } from './options.ts';

/** A world has no places without a law: where nothing is said, everything is allowed in this one. */
const anywhere = 'anywhere';

/** The configuration with nothing in it but the deployment of this name and its sites. */
export function worldConfig(config: Config, name: string): Config {
  const deployments = config.deployments.filter((each) => each.name === name);
  const used = new Set(deployments.flatMap(({ placements }) => placements.map(({ site }) => site)));
  const sites = config.sites.filter((site) => used.has(site.name));
  if (deployments.some(({ residency }) => residency.length > 0)) return { ...config, sites, deployments };
  return {
    ...config,
    sites: sites.map((site) => ({ ...site, residency: [anywhere] })),
    deployments: deployments.map((each) => ({ ...each, residency: [anywhere] })),
  };
}

/** Longest time from a site's failing until automation may act on it, in milliseconds. */
export function noticeMsOf({ probes, failover }: Deployment): number {
  const { detector } = failover;
  const slowest = Math.max(0, ...probes.map(({ everyMs, timeoutMs }) => everyMs + timeoutMs));
  return slowest * detector.failuresInARow + detector.failAfterMs + detector.evaluateEveryMs;
}

/** How long until a move may follow a move, in milliseconds. */
export function calmMsOf({ failover: { safety, failback } }: Deployment): number {
  return Math.max(safety.coolDownMs, safety.dwellMs, failback.mode === 'auto' ? failback.afterMs : 0);
}

/** `spanMs`: about how long the world is watched; each kind of misfortune comes a few times in it. */
export function worldOptions(
  config: Config,
  deployment: Deployment,
  {
    seed,
    faults,
    spanMs,
  }: { readonly seed: number; readonly faults: ReadonlySet<FaultClass>; readonly spanMs: number },
): SimOptions {
  const { detector, proof, safety, failback, move } = deployment.failover;
  const often = (is: FaultClass): number => (faults.has(is) ? spanMs / 3 : 0);
  const share = (is: FaultClass, value: number): number => (faults.has(is) ? value : 0);
  const calm = calmOptions(seed);
  return {
    ...calm,
    sites: config.sites.length,
    replicas: Math.max(...deployment.placements.map(({ replicas }) => replicas)),
    evaluateEveryMs: detector.evaluateEveryMs,
    probeEveryMs: Math.max(...deployment.probes.map(({ everyMs }) => everyMs)),
    failuresInARow: detector.failuresInARow,
    failAfterMs: detector.failAfterMs,
    proofMaxAgeMs: proof.maxAgeMs,
    brakeRatio: safety.brakeRatio,
    coolDownMs: safety.coolDownMs,
    maxFailoversPerDay: safety.maxFailoversPerDay,
    failback: failback.mode,
    stepsPct: move.stepsPct,
    leaseTtlMs: config.lease.ttlMs,
    link: {
      lostRequest: share('network', 0.005),
      lostReply: share('network', 0.005),
      lateRequest: share('network', 0.002),
    },
    cloud: {
      ...{ capacity: share('cloud', 0.1), quota: share('cloud', 0.02), throttled: share('cloud', 0.05) },
      ...{ auth: share('cloud', 0.01), transient: share('cloud', 0.05), shortList: share('cloud', 0.01) },
      ...{ listLagMs: share('cloud', 4000), halfMade: share('cloud', 0.05) },
    },
    staleReads: share('gateway', 0.01),
    brokenDisk: share('disk', 0.001),
    every: {
      ...calm.every,
      siteFault: 0,
      ...{ kill: often('process'), pause: often('process'), cut: often('network'), outage: often('cloud') },
      ...{ gatewayRestart: often('gateway'), wallJump: often('clock'), diskStall: often('disk') },
      typed: often('operators'),
    },
    // The site's faults follow the policy's own times instead.
    siteFaults: 0,
    chaosMs: spanMs,
  };
}

/** Windows of the checks that compare with what users met, in milliseconds: they say nothing when faults are noticed later. */
const windowMs = 8000;
const windowed = ['I4', 'I9', 'I10'];

/** Invariants of which a violation would say nothing, as the deployment is configured. */
export function silentInvariants(deployment: Deployment): readonly string[] {
  // A probe that asks for no tokens calls a site good that gives none, and then so do the moves: no fault of theirs.
  const isProven = deployment.probes.some(({ kind }) => kind === 'completion');
  const isLate = noticeMsOf(deployment) > windowMs;
  return [...new Set([...(isLate ? windowed : []), ...(isProven ? [] : ['I4', 'I8'])])];
}
