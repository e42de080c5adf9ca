/** What works instead of a wish that is refused: each is tried against the same view, none is guessed. */
import type { Alternative } from '../model/forecast.ts';
import type { Wish } from '../model/wish.ts';

/** More are no help at night. */
const mostAlternatives = 3;

/** `works`: no rule forbids it now. `sites`: of the deployment, in order of preference. */
export function alternativesTo(
  wish: Wish,
  sites: readonly string[],
  works: (wish: Wish) => boolean,
): readonly Alternative[] {
  const woken: Wish = { ...wish, mayWake: true };
  const found: Alternative[] = [];
  if (canWake(wish) && works(woken)) found.push({ kind: 'wake', wish: woken });
  const smaller = largestShare(wish, works);
  if (smaller !== undefined) found.push({ kind: 'share', wish: smaller });
  return [...found, ...otherTargets(wish, sites, works)].slice(0, mostAlternatives);
}

function canWake({ kind, mayWake }: Wish): boolean {
  return mayWake !== true && (kind === 'shift' || kind === 'switchover' || kind === 'failback' || kind === 'migrate');
}

/** From the largest down: rules need not be kept in order of size. */
function largestShare(wish: Wish, works: (wish: Wish) => boolean): Wish | undefined {
  if (wish.kind !== 'shift') return undefined;
  for (let sharePct = (wish.sharePct ?? 100) - 1; sharePct >= 1; sharePct -= 1) {
    const smaller: Wish = { ...wish, sharePct };
    if (works(smaller)) return smaller;
  }
  return undefined;
}

function otherTargets(wish: Wish, sites: readonly string[], works: (wish: Wish) => boolean): readonly Alternative[] {
  if (wish.kind === 'start' || wish.kind === 'stop' || wish.kind === 'failback') return [];
  const { split: _, ...whole } = wish;
  return sites
    .filter((site) => site !== wish.from && site !== wish.to)
    .map((to): Wish => ({ ...whole, to }))
    .filter(works)
    .map((each): Alternative => ({ kind: 'to', wish: each }));
}
