/** What a hunt was granted and has not: clouds say yes first, and that they have none only later. */
import { isWithin } from '../core/elapsed.ts';
import { leastAbsenceMs } from '../core/listing.ts';
import { huntPart } from '../core/plan/hunt.ts';
import { isAlive } from '../core/readiness.ts';
import type { StepEffect } from '../model/plan.ts';
import type { Replica } from '../model/replica.ts';
import type { WriteTerms } from './attempt.ts';
import type { Context } from './context.ts';
import type { EffectTerms } from './effect-terms.ts';

type HuntStep = StepEffect & { readonly kind: 'hunt' };
type LostTerms = Pick<WriteTerms, 'idempotencyKey' | 'signal'> & Pick<EffectTerms, 'hunt'>;

/**
 * Asked again, under the same key: the provider either says why it came to nothing, and the hunt goes on, or that it is there.
 * What is granted again and gone again died by itself; its key brings nothing else.
 */
export async function forgetLost(ctx: Context, { candidates }: HuntStep, terms: LostTerms): Promise<void> {
  const { granted, lost } = terms.hunt;
  await Promise.all(
    candidates.map(async ({ site, slots }) => {
      const provider = ctx.deps.providers.get(site);
      const asked = slots.filter((slot) => granted.has(huntPart(site, slot)));
      const isKnown = ctx.deployment.placements.some((each) => each.site === site);
      if (asked.length === 0 || !isKnown || provider === undefined) return;
      const seen = await ctx.observer.readReplicas(site, terms.signal);
      if (seen.kind === 'unknown') return;
      for (const slot of asked) {
        const part = huntPart(site, slot);
        const held = seen.value.filter((replica) => replica.slot === slot);
        const startKey = `${terms.idempotencyKey}/${part}`;
        const state = stateOf(held, startKey, {
          grantedAtMs: granted.get(part) ?? 0,
          listedAtMs: seen.asOfMs,
          listLagMs: provider.listLagMs,
        });
        if (state === 'there') continue;
        granted.delete(part);
        if (state === 'gone') lost.set(part, (lost.get(part) ?? 0) + 1);
      }
    }),
  );
}

interface GrantTimes {
  readonly grantedAtMs: number;
  readonly listedAtMs: number;
  readonly listLagMs: number;
}

/** `unlisted`: any list had to show it by now, and this one does not; it may be there all the same. */
function stateOf(
  held: readonly Replica[],
  startKey: string,
  { grantedAtMs, listedAtMs, listLagMs }: GrantTimes,
): 'there' | 'gone' | 'unlisted' {
  if (held.some(({ state }) => isAlive(state))) return 'there';
  if (held.some((replica) => replica.startKey === startKey && replica.state === 'gone')) return 'gone';
  return isWithin(Math.max(leastAbsenceMs, listLagMs) + 1, grantedAtMs, listedAtMs) ? 'there' : 'unlisted';
}
