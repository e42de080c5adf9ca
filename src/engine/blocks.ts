/** What holds back starts, read from the store: nothing is asked and nothing changed. */

import { coversAll, isBlocking, isThere } from '../core/hunt.ts';
import { unblockedAtMs } from '../core/standing.ts';
import { failedStarts, reasonOf } from '../core/start-block.ts';
import type { Block } from '../model/block.ts';
import type { Deployment } from '../model/deployment.ts';
import type { Reason } from '../model/reason.ts';
import type { Store } from '../ports/store.ts';

/** One reason why starts are held back at a site. */
export interface HeldBack {
  readonly deployment: string;
  readonly site: string;
  /** With its end. */
  readonly reason: Reason;
  /** What was refused; absent: starts failed there, and nobody knows what it could start. */
  readonly block?: Block;
}

/** A block lasts minutes: what holds back is among the newest. */
const recentLimit = 100;

/** Refusals that this deployment met or that were met at its sites, the oldest first; then sites where its starts failed. */
export async function readBlocks(
  store: Store,
  { name, placements }: Deployment,
  nowMs: number,
): Promise<readonly HeldBack[]> {
  const [operations, standing, blocks] = await Promise.all([
    store.operations.list({ deployment: name, limit: recentLimit }),
    store.standing.list(name),
    store.blocks.list(nowMs),
  ]);
  const recent = operations.filter(({ endedAtMs }) => endedAtMs !== undefined);
  const met = blocks.filter(
    ({ deployment, site, scope, ...block }) =>
      isBlocking({ ...block, deployment, site, scope }, nowMs) &&
      (deployment === name || (isShared(scope) && placements.some((each) => each.site === site))) &&
      !(deployment === name && block.atMs <= unblockedAtMs({ standing }, site)),
  );
  const failed = placements.flatMap(({ site }): readonly HeldBack[] => {
    const reason = failedStarts({ recent, standing }, site, nowMs);
    return reason === undefined ? [] : [{ deployment: name, site, reason }];
  });
  return [
    ...met.map((block) => ({
      deployment: block.deployment,
      site: block.site,
      reason: reasonOf(block, block.site),
      block,
    })),
    ...failed,
  ];
}

/** Others than the deployment that met it are held back too. */
function isShared(scope: Block['scope']): boolean {
  return scope !== 'site' && scope !== 'spec';
}

/** Blocks that stand in the way of the deployment at the site, wherever they were met. */
export async function blocksAt(
  store: Store,
  deployment: string,
  name: string,
  nowMs: number,
): Promise<readonly Block[]> {
  const blocks = await store.blocks.list(nowMs);
  // Whose account and region it is, is known from what it met itself.
  const own = blocks.find(({ site }) => site === name);
  if (own === undefined) return [];
  const asker = { deployment, config: own.config };
  return blocks.filter(
    (block) => block.site === name || coversAll(block, { place: own, asker }) || isThere(block, own),
  );
}
