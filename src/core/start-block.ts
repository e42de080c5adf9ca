/** Why nothing should be started at a site now: what its provider refuses, or that starts failed there lately. */
import type { Asker, Block, Place } from '../model/block.ts';
import type { Market } from '../model/error-verdict.ts';
import type { Operation } from '../model/operation.ts';
import type { Reason } from '../model/reason.ts';
import type { SiteView, View } from '../model/view.ts';
import { marketAgainAfterMs, restartAfterMs } from './backoff.ts';
import { isWithin } from './elapsed.ts';
import { blockOfAll, coversAll, type Hunt } from './hunt.ts';
import { unblockedAtMs } from './standing.ts';

/** Undefined when something may be started. */
export function startBlock(view: View, site: string, nowMs: number): Reason | undefined {
  return refusalAt(view, site, nowMs) ?? failedStarts(view, site, nowMs);
}

/** As blocks see the site. */
export function placeOf({ site: { name, provider, region }, account }: Pick<SiteView, 'site' | 'account'>): Place {
  return { site: name, provider, account, region };
}

/** Those that leave nothing to ask for at one of the deployment's sites: all that a view needs of them. */
export function blocksInView(
  blocks: readonly Block[],
  asker: Asker,
  sites: readonly Pick<SiteView, 'site' | 'account'>[],
): readonly Block[] {
  return blocks.filter((block) => sites.some((site) => coversAll(block, { place: placeOf(site), asker })));
}

/** Everything that could be asked for there was refused, or all that is of its account or region. */
function refusalAt(view: View, name: string, nowMs: number): Reason | undefined {
  const site = view.sites.find((each) => each.site.name === name);
  if (site === undefined || view.blocks === undefined) return undefined;
  const sinceMs = unblockedAtMs(view, name);
  const hunt: Hunt = {
    place: placeOf(site),
    asker: { deployment: view.deployment.name, config: view.configDigest },
    blocks: view.blocks.filter(({ atMs }) => atMs > sinceMs),
    nowMs,
  };
  const block = blockOfAll(hunt);
  return block === undefined ? undefined : reasonOf(block, name);
}

/** As it is told of a site that it stands in the way of. */
export function reasonOf({ site, code, message, untilMs, isUntilChanged }: Block, name: string): Reason {
  const where = site === name ? '' : `, met at ${site}`;
  const end = isUntilChanged ? ', until somebody changes that' : '';
  return {
    code: 'StartBlocked',
    site: name,
    message: `${name} refuses every start: ${code} (${message})${where}${end}`,
    untilMs,
  };
}

/** Starts failed lately: no site is asked without end, though nobody knows what it could start. */
export function failedStarts(view: Starts, site: string, nowMs: number): Reason | undefined {
  return failedLately(view, { site, pauseMs: restartAfterMs, nowMs });
}

/** Why no more is to be asked for there in this market alone: that failed lately. Undefined: it may be. */
export function marketBlock(view: Starts, site: string, market: Market, nowMs: number): Reason | undefined {
  return failedLately(view, { site, market, pauseMs: marketAgainAfterMs, nowMs });
}

type Starts = Pick<View, 'recent' | 'standing'>;

interface Lately {
  readonly site: string;
  /** Of starts in that one alone; absent: of those in whichever there was. */
  readonly market?: Market;
  readonly pauseMs: (failures: number) => number;
  readonly nowMs: number;
}

function failedLately(view: Starts, { site, market, pauseMs, nowMs }: Lately): Reason | undefined {
  // What a person cleared by hand is forgotten.
  const sinceMs = unblockedAtMs(view, site);
  const ends = view.recent.flatMap((each) => endOfStart(each, site, market) ?? []).filter(({ atMs }) => atMs > sinceMs);
  const firstGood = ends.findIndex(({ hasFailed }) => !hasFailed);
  const failures = firstGood < 0 ? ends.length : firstGood;
  const [newest] = ends;
  if (newest === undefined || failures === 0) return undefined;
  const forMs = pauseMs(failures);
  if (!isWithin(forMs, newest.atMs, nowMs)) return undefined;
  const untilMs = newest.atMs + forMs;
  const where = market === undefined ? site : `${site} in the market ${market}`;
  const times = failures === 1 ? 'the last start failed' : `starts failed ${failures} times in a row`;
  return { code: 'StartBlocked', site, message: `${times} at ${where}`, untilMs };
}

/** How the operation's start at the site ended; undefined when it says nothing of the site, as when a person cut it short. */
function endOfStart({ plan, state, step, error, endedAtMs }: Operation, site: string, market: Market | undefined) {
  // What one market has not says nothing of the others.
  const steps = plan.steps.filter(
    (each) => each.kind === 'launch' && !each.bestEffort && each.site === site && each.market === market,
  );
  const last = plan.steps[step];
  const isLaunch = last?.kind === 'launch' && last.site === site && last.market === market;
  const isThere = isLaunch || (last?.kind === 'prove' && last.site === site);
  const hasFailed = isThere && state !== 'done' && error?.class !== 'conflict';
  const says = steps.length > 0 && (state === 'done' || hasFailed);
  return says && endedAtMs !== undefined ? { hasFailed, atMs: endedAtMs } : undefined;
}
