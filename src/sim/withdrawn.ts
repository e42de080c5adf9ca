/** Replicas that a table sends nothing to any more go on with what they have, each for a time of its own. */
import type { RouteEntry } from '../model/route.ts';
import type { Schedule } from './schedule.ts';

/** Of one gateway: those of sites that have weight. */
export class Withdrawn {
  /** By replica: when the last of its requests ends, monotonic milliseconds. */
  readonly #emptyAtMs = new Map<string, number>();

  get isEmpty(): boolean {
    return this.#emptyAtMs.size === 0;
  }

  isBusy(id: string, { monoMs }: Schedule): boolean {
    return monoMs < (this.#emptyAtMs.get(id) ?? 0);
  }

  /** Before the one table takes the place of the other. */
  note(
    before: RouteEntry | undefined,
    next: RouteEntry,
    { schedule, longestStreamMs }: { readonly schedule: Schedule; readonly longestStreamMs: number },
  ): void {
    for (const { site, replicas } of before?.sites ?? []) {
      if ((before?.weights[site] ?? 0) === 0) continue;
      const listed = next.sites.find((each) => each.site === site)?.replicas ?? [];
      for (const { id, state } of replicas) {
        const isOffered = listed.some((each) => each.id === id && each.state !== 'draining');
        // No draw: other worlds are to be as they were.
        const share = ((next.routeVersion * 7919 + id.length * 104_729) % 1000) / 1000;
        if (state !== 'draining' && !isOffered) this.#emptyAtMs.set(id, schedule.monoMs + longestStreamMs * share);
      }
    }
  }
}
