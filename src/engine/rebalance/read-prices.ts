/** Asks the providers what capacity costs, where the configuration leaves that to them. */
import { type Offered, sitesToAsk } from '../../core/placement/prices.ts';
import type { EngineDeps } from '../engine.ts';
import { createReading } from '../reading.ts';

/** Of each site, in milliseconds: a first session logs in, and reads pages of prices. */
const pricesTimeoutMs = 15_000;

/** Sites that are not asked, and those of providers without offers, are not in it. */
export async function readPrices({ config, clock, providers }: EngineDeps, signal: AbortSignal): Promise<Offered> {
  const reading = createReading(clock, pricesTimeoutMs);
  const asked = sitesToAsk(config.sites, config.deployments).map(async ({ site, deployment }) => {
    const provider = providers.get(site);
    if (provider?.offers === undefined) return [];
    const offers = provider.offers.bind(provider);
    const seen = await reading(signal, (call) => offers({ deployment, replicas: 1, forPrices: true }, call));
    return [[site, seen] as const];
  });
  return new Map((await Promise.all(asked)).flat());
}
