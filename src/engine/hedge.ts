/** A hedged hunt: all that is wanted at two sites side by side, whatever becomes of the other; then from one to the next. */
import { hedgedSites, nextRunner } from '../core/plan/hedge.ts';
import { huntPart } from '../core/plan/hunt.ts';
import type { Reply } from '../model/outcome.ts';
import type { HuntCandidate } from '../model/plan.ts';
import type { Context } from './context.ts';
import type { EffectTerms } from './effect-terms.ts';

export interface HedgeTerms extends Pick<EffectTerms, 'hunt' | 'unsettled'> {
  /** Those that may be asked, in order. */
  readonly candidates: readonly HuntCandidate[];
  readonly replicas: number;
  /** Asks one for what it lacks of all that is wanted; a reply only when it has no certain end. */
  ask(candidate: HuntCandidate): Promise<Reply<void> | undefined>;
}

/**
 * One round: as many walks side by side as sites are wanted, each until one grants all of it. A site without a certain answer
 * counts as one that may have it: it is asked again, and nobody in its stead. What it returns is that answer.
 */
export async function askSideBySide(ctx: Context, terms: HedgeTerms): Promise<Reply<void> | undefined> {
  const { candidates, replicas } = terms;
  const open = candidates.filter((each) => isOpen(each, terms)).map(({ site }) => site);
  const tried = new Set<string>();
  const engaged = new Set<string>();
  let uncertain: Reply<void> | undefined;
  const next = (): HuntCandidate | undefined => {
    const field = { candidates, replicas, engaged: [...engaged], tried };
    // What has begun somewhere is brought to its end there first.
    const begun = nextRunner(ctx.view(), {
      ...field,
      candidates: candidates.filter(({ site }) => open.includes(site)),
    });
    return begun ?? nextRunner(ctx.view(), field);
  };
  const walk = async (): Promise<void> => {
    for (let asked = next(); asked !== undefined; asked = next()) {
      tried.add(asked.site);
      engaged.add(asked.site);
      const reply = isWhole(asked, terms) ? undefined : await terms.ask(asked);
      uncertain ??= reply;
      if (reply !== undefined || isWhole(asked, terms)) return;
      engaged.delete(asked.site);
    }
  };
  await Promise.all(Array.from({ length: hedgedSites }, walk));
  return uncertain;
}

/** How many sites were granted all of it. */
export function wholeSites(terms: Pick<HedgeTerms, 'candidates' | 'replicas' | 'hunt'>): number {
  return terms.candidates.filter((each) => isWhole(each, terms)).length;
}

function isWhole({ site, slots }: HuntCandidate, { replicas, hunt }: Pick<HedgeTerms, 'replicas' | 'hunt'>): boolean {
  return slots.filter((slot) => hunt.granted.has(huntPart(site, slot))).length >= replicas;
}

/** Something of it was granted there, or may have been. */
function isOpen({ site, slots }: HuntCandidate, { hunt, unsettled }: HedgeTerms): boolean {
  return slots.some((slot) => hunt.granted.has(huntPart(site, slot)) || unsettled.has(huntPart(site, slot)));
}
