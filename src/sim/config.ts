/** The configuration of a simulated world: an ordinary one, with what the seed drew. */
import type { Config, GatewaySettings } from '../model/config.ts';
import type { Deployment } from '../model/deployment.ts';
import { limitOn } from '../model/limits.ts';
import type { CompletionProbeSpec } from '../model/probe-spec.ts';
import type { Weights } from '../model/route.ts';
import type { Site } from '../model/site.ts';
import type { SimOptions } from './options.ts';
import { evenTariff, withTariff } from './tariff.ts';

const names = ['amber', 'birch', 'cedar', 'dune', 'elm'] as const;

export function configOf(options: SimOptions): Config {
  const config = plainOf(options);
  return options.rebalance === undefined
    ? config
    : withTariff(config, names.slice(0, options.sites), evenTariff(options));
}

function plainOf(options: SimOptions): Config {
  const sites = names.slice(0, options.sites);
  const isForeign = (name: string): boolean => options.hasForeignSite && name === sites.at(-1);
  return {
    ...{ path: 'simulated', environment: 'simulated', stateDir: 'simulated', digest: '000000000000', gateway },
    lease: { ttlMs: options.leaseTtlMs, renewEveryMs: Math.floor(options.leaseTtlMs / 3) },
    sites: sites.map(
      (name): Site => ({
        ...{ name, provider: 'simulated', region: undefined, failureDomains: [name], settings: {} },
        residency: [isForeign(name) ? 'us' : 'eu'],
      }),
    ),
    deployments: [deploymentOf(options, sites)],
  };
}

function deploymentOf(options: SimOptions, sites: readonly string[]): Deployment {
  const preferred = weightsOf(options, sites);
  const isPreferred = (site: string): boolean => (preferred[site] ?? 0) > 0;
  const launch = { command: ['serve'], env: {}, startupTimeoutMs: 5000, stopGraceMs: 1000 };
  const completion: CompletionProbeSpec = {
    ...{
      kind: 'completion',
      name: 'completion',
      everyMs: options.probeEveryMs,
      timeoutMs: 400,
      path: '/v1/completions',
    },
    ...{ model: 'tiny', prompt: 'ready?', maxTokens: 4, firstTokenLimitMs: 200, contains: undefined },
  };
  return {
    ...{ name: 'chat', model: 'tiny', residency: ['eu'], probes: [completion], firstTokenLimitMs: 200 },
    placements: sites.map((site) => ({
      site,
      replicas: options.replicas,
      standby: isPreferred(site) ? 'hot' : options.standby,
      launch,
    })),
    failover: {
      mode: 'auto',
      detector: {
        ...{
          evaluateEveryMs: options.evaluateEveryMs,
          failuresInARow: options.failuresInARow,
          successesInARow: 1,
          windowMs: 5000,
        },
        ...{ badRatio: 0.5, minimumSamples: 8, slowPhi: 8, failAfterMs: options.failAfterMs, staleAfterMs: 5000 },
        ...{ quorum: 1, trafficMinimum: 10 },
        unhealthyWhen: [limitOn('errorRate', '>=', 0.3), limitOn('lateRate', '>=', 0.3)],
      },
      proof: { completions: 1 + (options.failuresInARow > 1 ? 1 : 0), maxAgeMs: options.proofMaxAgeMs },
      move: {
        stepsPct: options.stepsPct,
        holdEachMs: 500,
        promoteWhen: [limitOn('errorRate', '<=', 0.1), limitOn('ttft.p95', '<=', 200)],
        deadlineMs: 10_000,
      },
      failback: { mode: options.failback, afterMs: 5000 },
      safety: {
        ...{ brakeRatio: options.brakeRatio, coolDownMs: options.coolDownMs, dwellMs: 5000 },
        maxFailoversPerDay: options.maxFailoversPerDay,
        removalWindowMs: options.removalWindowMs,
        ...{ minReadyRatio: 0, headroomRatio: 0, vendorMaxRatio: {}, freeze: [] },
      },
      manual: { defaultExpiryMs: 14_400_000, maxExpiryMs: 259_200_000, warnBeforeMs: 1_200_000, requiresReason: false },
    },
    drain: { waitForStreamsMs: 5000 },
    match: { model: 'tiny' },
    weights: preferred,
  };
}

/** All at the first site, or a third each at the first three; never where the deployment may not be. */
function weightsOf({ spread, hasForeignSite }: SimOptions, sites: readonly string[]): Weights {
  const allowed = hasForeignSite ? sites.slice(0, -1) : sites;
  const isSpread = spread && allowed.length > 2;
  const shares = isSpread ? [34, 33, 33] : [100];
  return Object.fromEntries(sites.map((site) => [site, shares[allowed.indexOf(site)] ?? 0]));
}

/** The simulated gateway is no process: these are read by nobody. */
const gateway: GatewaySettings = {
  ...{ host: '127.0.0.1', port: 0, adminSocket: 'none', tableFile: 'none' },
  hold: { maxWaitMs: 1000, maxRequests: 10 },
  retry: { ratio: 0.1 },
  replay: { maxBodyBytes: 1, maxTotalBytes: 1 },
  limits: {
    ...{ maxBodyBytes: 1, maxBufferedBytes: 1, maxHeaderBytes: 1, maxUrlBytes: 1, maxConnections: 1 },
    ...{ maxConnectionsPerAddress: 1, headersTimeoutMs: 1, requestTimeoutMs: 1, firstByteTimeoutMs: 1 },
    ...{ stallTimeoutMs: 1, slowReaderTimeoutMs: 1 },
  },
};
