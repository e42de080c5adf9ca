/** What a view holds beside what is seen: operations, requests, since when sites are healthy. */

import { weightOf } from '../core/readiness.ts';
import { isWaiting } from '../core/requests.ts';
import type { Decision } from '../model/decision.ts';
import { moveKinds, type Operation, type OperationRequest } from '../model/operation.ts';
import type { View } from '../model/view.ts';
import type { EngineDeps } from './engine.ts';
import type { Sight } from './observe.ts';

/** Operations a decision looks back on, and as many moves: hundreds of failed starts must not hide a failover. */
const recentLimit = 100;
/** The snapshot for `status` is written at most this often, in milliseconds. */
const saveEveryMs = 1000;

export interface Recollection {
  /** Reads operations and requests from the store. */
  refresh(): Promise<void>;
  /** Puts a sight together with what is remembered. */
  view(sight: Sight & Pick<View, 'inForce'>): View;
  /** Notes since when which sites are healthy. */
  keep(decision: Decision, view: View): void;
  /** Since when every site with weight has a ready replica, epoch milliseconds. */
  calmSinceMs(): number | undefined;
  /** Tells a person whose request was not carried out why. */
  answer(decision: Decision): Promise<void>;
  /** Stores what `status` shows; not at every turn of the loop. */
  save(decision: Decision, view: View): Promise<void>;
}

export function createRecollection(deps: EngineDeps, deployment: string): Recollection {
  const { clock, store } = deps;
  let open: Operation | undefined;
  let recent: readonly Operation[] = [];
  let request: OperationRequest | undefined;
  let healthySinceMs: Record<string, number> = {};
  let calmSinceMs: number | undefined;
  let savedAtMonoMs = Number.NEGATIVE_INFINITY;

  return {
    view: (sight) => ({ ...sight, open, recent, request, healthySinceMs }),
    async refresh() {
      // By number, not by date: a clock that was put right must not make it forget.
      const query = { deployment, limit: recentLimit };
      const [all, moved] = await Promise.all([
        store.operations.list(query),
        store.operations.list({ ...query, kinds: moveKinds }),
      ]);
      // Both are newest first, so what only the second holds is older than all of the first.
      const ids = new Set(all.map(({ id }) => id));
      const operations = [...all, ...moved.filter(({ id }) => !ids.has(id))];
      recent = operations.filter(({ endedAtMs }) => endedAtMs !== undefined);
      open = operations.find(({ endedAtMs }) => endedAtMs === undefined);
      request = await store.operations.nextRequest(deployment);
    },
    keep({ diagnosis }, view) {
      const nowMs = clock.nowMs();
      const healthy = diagnosis.sites.filter(({ code }) => code === 'Healthy');
      healthySinceMs = Object.fromEntries(healthy.map(({ site }) => [site, healthySinceMs[site] ?? nowMs]));
      const weighted = diagnosis.sites.filter(({ site }) => weightOf(view, site) > 0);
      const isCalm = weighted.length > 0 && weighted.every(({ ready }) => ready.length > 0);
      calmSinceMs = isCalm ? (calmSinceMs ?? nowMs) : undefined;
    },
    calmSinceMs: () => calmSinceMs,
    async answer(decision) {
      if (request === undefined || decision.kind === 'act' || isWaiting(decision.reasons)) return;
      await store.operations.answer(request.id, { kind: 'refused', reasons: decision.reasons });
    },
    async save(decision, view) {
      if (clock.monoMs() - savedAtMonoMs < saveEveryMs) return;
      savedAtMonoMs = clock.monoMs();
      await store.snapshots.put({ deployment, atMs: clock.nowMs(), view, decision });
    },
  };
}
