/** What holds back starts, read from the store: nothing is asked and nothing changed. */

import { holdsAt, isBlocking } from '../core/hunt.ts';
import { unblockedAtMs } from '../core/standing.ts';
import { failedStarts, placeOf, reasonOf } from '../core/start-block.ts';
import { assert } from '../errors.ts';
import type { Asker, Block, Place } from '../model/block.ts';
import type { Config } from '../model/config.ts';
import type { Deployment } from '../model/deployment.ts';
import type { Reason } from '../model/reason.ts';
import type { Store } from '../ports/store.ts';

/** Where blocks are looked for. */
export interface BlocksSource {
  readonly store: Store;
  readonly config: Config;
  /** Epoch milliseconds. */
  readonly nowMs: number;
}

/** One reason why starts are held back at a site. */
export interface HeldBack {
  readonly deployment: string;
  /** Where it was met. */
  readonly site: string;
  /** The deployment's sites where it holds. Never empty. */
  readonly holdsAt: readonly string[];
  /** With its end. */
  readonly reason: Reason;
  /** What was refused; absent: starts failed there, and nobody knows what it could start. */
  readonly block?: Block;
}

/** A block lasts minutes: what holds back is among the newest. */
const recentLimit = 100;

/** Refusals that hold at this deployment's sites, wherever they were met, the oldest first; then sites where its starts failed. */
export async function readBlocks(
  { store, config, nowMs }: BlocksSource,
  { name, placements }: Deployment,
): Promise<readonly HeldBack[]> {
  const [operations, standing, blocks] = await Promise.all([
    store.operations.list({ deployment: name, limit: recentLimit }),
    store.standing.list(name),
    store.blocks.list(nowMs),
  ]);
  const recent = operations.filter(({ endedAtMs }) => endedAtMs !== undefined);
  const asker: Asker = { deployment: name, config: config.digest };
  const known = await readAccounts(store, config, blocks);
  const places = placements.map(({ site }) => placeAt(config, known, site));
  const met = blocks
    .filter((block) => isBlocking(block, nowMs))
    .flatMap((block): readonly HeldBack[] => {
      const holds = places
        .filter((place) => holdsAt(block, { place, asker }) && block.atMs > unblockedAtMs({ standing }, place.site))
        .map(({ site }) => site);
      if (holds.length === 0) return [];
      const { deployment, site } = block;
      return [{ deployment, site, holdsAt: holds, reason: reasonOf(block, site), block }];
    });
  const failed = placements.flatMap(({ site }): readonly HeldBack[] => {
    const reason = failedStarts({ recent, standing }, site, nowMs);
    return reason === undefined ? [] : [{ deployment: name, site, holdsAt: [site], reason }];
  });
  return [...met, ...failed];
}

/** Blocks that were met at the site, or that stand in the way of the deployment there wherever they were met. */
export async function blocksAt(
  { store, config, nowMs }: BlocksSource,
  deployment: string,
  site: string,
): Promise<readonly Block[]> {
  const blocks = await store.blocks.list(nowMs);
  const place = placeAt(config, await readAccounts(store, config, blocks), site);
  const asker: Asker = { deployment, config: config.digest };
  return blocks.filter((block) => block.site === site || holdsAt(block, { place, asker }));
}

type Account = Pick<Place, 'site' | 'account'>;

/** Whose account each site is, newest first: only a session can say it, and what one said was written down. */
async function readAccounts(store: Store, config: Config, blocks: readonly Block[]): Promise<readonly Account[]> {
  const snapshots = await Promise.all(config.deployments.map(({ name }) => store.snapshots.get(name)));
  const seen = snapshots.flatMap((each) =>
    each === undefined
      ? []
      : each.view.sites.map(({ site, account }) => ({ site: site.name, account, atMs: each.atMs })),
  );
  return [...seen, ...blocks].toSorted((a, b) => b.atMs - a.atMs);
}

/** Without an account it shares nothing with another site, as far as is known. */
function placeAt({ sites, path }: Config, known: readonly Account[], name: string): Place {
  const site = sites.find((each) => each.name === name);
  assert(site !== undefined, `${path} has no site ${name}`);
  const account = known.find((each) => each.site === name && each.account !== undefined)?.account;
  return placeOf({ site, ...(account === undefined ? {} : { account }) });
}
