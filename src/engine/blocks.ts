/** What holds back starts, read from the store: nothing is asked and nothing changed. */
import { startBlock } from '../core/failed-starts.ts';
import type { Deployment } from '../model/deployment.ts';
import type { Reason } from '../model/reason.ts';
import type { Store } from '../ports/store.ts';

export interface Block {
  readonly deployment: string;
  readonly site: string;
  /** With its end. */
  readonly reason: Reason;
}

/** A block lasts minutes: what holds back is among the newest. */
const recentLimit = 100;

/** In the order of the placements. */
export async function readBlocks(
  store: Store,
  { name, placements }: Deployment,
  nowMs: number,
): Promise<readonly Block[]> {
  const [operations, standing] = await Promise.all([
    store.operations.list({ deployment: name, limit: recentLimit }),
    store.standing.list(name),
  ]);
  const recent = operations.filter(({ endedAtMs }) => endedAtMs !== undefined);
  return placements.flatMap(({ site }) => {
    const reason = startBlock({ recent, standing }, site, nowMs);
    return reason === undefined ? [] : [{ deployment: name, site, reason }];
  });
}
