/** What holds back starts at a site, for machines. */
import type { Attempt, Block } from '../../model/block.ts';
import type { Reason } from '../../model/reason.ts';
import { iso } from '../text/time.ts';

/** `site` is where it was met, `holdsAt` the sites that it stands in the way of. `until` is null when it is not known; `refused` is null where starts failed and nobody knows what could be started. */
export function heldBackJson(held: {
  readonly deployment: string;
  readonly site: string;
  readonly holdsAt: readonly string[];
  readonly reason: Reason;
  readonly block?: Block;
}) {
  const { deployment, site, holdsAt, reason, block } = held;
  const { code, message, untilMs } = reason;
  const until = untilMs === undefined ? null : iso(untilMs);
  return { deployment, site, holdsAt, code, message, until, refused: block === undefined ? null : blockJson(block) };
}

/** The provider's code is raw. */
export function blockJson({ atMs, untilMs, offer, reach, account, region, ...block }: Block) {
  return {
    ...block,
    ...{ account: account ?? null, region: region ?? null, offer: offer ?? null, reach: reach ?? null },
    ...{ at: iso(atMs), until: iso(untilMs) },
  };
}

/** What was asked for in vain, and what was not asked for. */
export function attemptJson({ untilMs, offer, ...attempt }: Attempt) {
  return { ...attempt, offer: offer ?? null, until: untilMs === undefined ? null : iso(untilMs) };
}
