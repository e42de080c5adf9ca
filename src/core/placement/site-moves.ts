/** The changes of a plan as operations of the engine: it scales sites, whatever market their machines are had in. */
import type { MovePart } from '../../model/rebalance-plan.ts';
import type { Weights } from '../../model/route.ts';

/** One operation of a rebalancing. */
export type SiteMove =
  | {
      readonly kind: 'scale';
      readonly deployment: string;
      readonly site: string;
      readonly before: number;
      readonly after: number;
    }
  | { readonly kind: 'weigh'; readonly deployment: string; readonly before: Weights; readonly after: Weights };

/**
 * In their order. A site whose replicas only change their market stays as it is: nobody can be told yet which of them is had in which.
 * `today`: replicas by deployment and site.
 */
export function siteMoves(
  parts: readonly MovePart[],
  today: (deployment: string, site: string) => number,
): readonly SiteMove[] {
  const nameOf = ({ deployment, site }: { readonly deployment: string; readonly site: string }): string =>
    `${deployment}/${site}`;
  const net = new Map<string, number>();
  for (const part of parts)
    if (part.kind !== 'weigh') net.set(nameOf(part), (net.get(nameOf(part)) ?? 0) + part.after - part.before);
  const now = new Map<string, number>();
  return parts.flatMap((part): SiteMove[] => {
    if (part.kind === 'weigh') return [part];
    const { deployment, site } = part;
    const goal = today(deployment, site) + (net.get(nameOf(part)) ?? 0);
    const before = now.get(nameOf(part)) ?? today(deployment, site);
    const wanted = before + part.after - part.before;
    // Never past where it ends: what is started to take the place of another stays with the other.
    const [least, most] = [Math.min(before, goal), Math.max(before, goal)];
    const after = Math.min(most, Math.max(least, wanted));
    if (after === before) return [];
    now.set(nameOf(part), after);
    return [{ kind: 'scale', deployment, site, before, after }];
  });
}
