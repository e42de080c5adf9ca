/** Tells a site's provider what is being emptied, where it can be told: for people, and for the next holder of the lease. */

import { attemptWrite, type WriteTerms } from './attempt.ts';
import type { Context } from './context.ts';

/** One replica's limit, in milliseconds: a drain waits no longer than this for a mark that changes nothing of it. */
const markTimeoutMs = 5000;

/**
 * Best effort, for the replicas that were seen last: no drain fails by it. Undefined where there is nobody to tell, else
 * what came of it, for the record.
 */
export function markDraining(ctx: Context, site: string, terms: WriteTerms): Promise<string> | undefined {
  const provider = ctx.deps.providers.get(site);
  if (provider?.drain === undefined) return undefined;
  const drain = provider.drain.bind(provider);
  const listed = ctx.view().sites.find((each) => each.site.name === site)?.replicas ?? [];
  const alive = listed.filter(({ replica: { state } }) => state === 'starting' || state === 'running');
  return Promise.all(
    alive.map(({ replica }) =>
      attemptWrite(
        ctx.deps,
        ctx.grip,
        {
          ...terms,
          idempotencyKey: `${terms.idempotencyKey}/${replica.id}`,
          tryTimeoutMs: markTimeoutMs,
          isSingle: true,
        },
        (call) => drain(replica, call),
      ),
    ),
  ).then((replies) => {
    const error = replies.flatMap((reply) => (reply.kind === 'done' ? [] : [reply.error]))[0];
    return error === undefined
      ? `${replies.length} marked at the provider`
      : `not all marked at the provider: ${error.code}`;
  });
}
