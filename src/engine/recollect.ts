/** What a view holds beside what is seen: operations, requests, since when sites are healthy. */

import { viewInForce } from '../core/in-force.ts';
import { servingReplicas, weightOf } from '../core/readiness.ts';
import { isWaiting } from '../core/requests.ts';
import { blocksInView } from '../core/start-block.ts';
import type { Asker, Block } from '../model/block.ts';
import { type Decision, reasonsOf } from '../model/decision.ts';
import type { Diagnosis } from '../model/diagnosis.ts';
import type { StepState } from '../model/journal-entry.ts';
import { moveKinds, type Operation, type OperationRequest } from '../model/operation.ts';
import { toldDomains } from '../model/replica.ts';
import type { Standing } from '../model/standing.ts';
import type { Tally } from '../model/tally.ts';
import type { View } from '../model/view.ts';
import { createAskedBook } from './asked-book.ts';
import type { EngineDeps } from './engine.ts';
import { rememberExaminations } from './examination-book.ts';
import type { Sight } from './observe.ts';

/** Operations a decision looks back on, and as many moves: hundreds of failed starts must not hide a failover. */
const recentLimit = 100;
/** The snapshot for `status` is written at most this often, in milliseconds. */
const saveEveryMs = 1000;

export interface Recollection {
  /** Reads operations and requests from the store. */
  refresh(): Promise<void>;
  /** An operation that has just been opened or has changed: known at once, not only at the next turn. */
  noteOpen(operation: Operation): void;
  /** What a step is about to ask for, or how that ended: known at once. */
  noteAsked(operationId: string, part: string, state: StepState): void;
  /** Puts a sight together with what is remembered. */
  view(sight: Sight & Pick<View, 'inForce'>): View;
  /** Notes since when which sites are healthy. */
  keep(decision: Decision, view: View): void;
  /** Since when every site with weight has a ready replica, epoch milliseconds. */
  calmSinceMs(): number | undefined;
  /** Tells a person whose request was not carried out why. */
  answer(decision: Decision): Promise<void>;
  /** Stores what `status` shows; not at every turn of the loop, unless `now` is said. `tally` is read when it does. */
  save(decision: Decision, view: View, tally: () => Tally, when?: 'now'): Promise<void>;
}

export function createRecollection(deps: EngineDeps, deployment: string): Recollection {
  const { clock, store } = deps;
  // The only deployment there is shares its failure domains with nobody.
  const hasOthers = deps.config.deployments.length > 1;
  const configured = deps.config.deployments.find(({ name }) => name === deployment);
  const allDomains = hasOthers ? { domains: domainsOf(deps) } : {};
  const asked = createAskedBook(store.journal);
  let open: Operation | undefined;
  let recent: readonly Operation[] = [];
  let request: OperationRequest | undefined;
  let standing: readonly Standing[] = [];
  let others: readonly Operation[] = [];
  let domains: Pick<View, 'domains'> = allDomains;
  let blocks: readonly Block[] = [];
  let healthySinceMs: Record<string, number> = {};
  let calmSinceMs: number | undefined;
  let savedAtMonoMs = Number.NEGATIVE_INFINITY;
  const examined = rememberExaminations(deps, deployment);
  return {
    view: (seen) => {
      // A snapshot shows what was in force when it was taken.
      const sight = configured === undefined ? seen : viewInForce(seen, configured, standing);
      return {
        ...{ ...sight, open, recent, request, healthySinceMs, standing, others },
        ...domains,
        ...asked.told(),
        ...blocksOf(blocks, { deployment, config: deps.config.digest }, sight),
        configDigest: deps.config.digest,
      };
    },
    noteOpen(operation) {
      open = operation.endedAtMs === undefined ? operation : undefined;
      asked.open(operation);
    },
    noteAsked: (operationId, part, state) => asked.note(operationId, part, state),
    async refresh() {
      const found = await readStore(deps, deployment, hasOthers);
      const { operations, busy } = found;
      request = found.request;
      standing = found.standing;
      blocks = found.blocks;
      others = busy.filter(({ plan }) => plan.deployment !== deployment);
      domains = others.length === 0 ? allDomains : { domains: await withTold(store, others, allDomains.domains) };
      await asked.refresh(operations);
      recent = operations.filter(({ endedAtMs }) => endedAtMs !== undefined);
      open = operations.find(({ endedAtMs }) => endedAtMs === undefined);
    },
    keep({ diagnosis }, view) {
      const nowMs = clock.nowMs();
      const healthy = diagnosis.sites.filter(({ code }) => code === 'Healthy');
      healthySinceMs = Object.fromEntries(healthy.map(({ site }) => [site, healthySinceMs[site] ?? nowMs]));
      calmSinceMs = isCalm(diagnosis, view, nowMs) ? (calmSinceMs ?? nowMs) : undefined;
    },
    calmSinceMs: () => calmSinceMs,
    async answer(decision) {
      // What is done about it answers it when it is done.
      if (request === undefined || decision.kind === 'act' || decision.kind === 'steer') return;
      const reasons = reasonsOf(decision);
      // What rebalances holds up nobody who comes after it.
      if (!isWaiting(reasons) || request.trigger === 'rebalance')
        await store.operations.answer(request.id, { kind: 'refused', reasons });
    },
    async save(decision, view, tally, when) {
      if (when === undefined && clock.monoMs() - savedAtMonoMs < saveEveryMs) return;
      savedAtMonoMs = clock.monoMs();
      const found = examined === undefined ? {} : await examined();
      await store.snapshots.put({ deployment, atMs: clock.nowMs(), view, decision, tally: tally(), ...found });
    },
  };
}

/** In an order that is never ahead of itself. */
async function readStore({ store, clock }: EngineDeps, deployment: string, hasOthers: boolean) {
  // First: whoever asks once an operation has ended must not be told that it runs.
  const request = await store.operations.nextRequest(deployment);
  // Before what stands: what an operation that is over has set is recorded with its end, and must not be missed beside it.
  const operations = await newestOf(store, deployment);
  const [standing, busy, blocks] = await Promise.all([
    store.standing.list(deployment),
    hasOthers ? store.operations.list({ open: true, limit: recentLimit }) : [],
    store.blocks.list(clock.nowMs()),
  ]);
  return { request, operations, standing, busy, blocks };
}

/** Every site with weight has something that serves; also what will be gone in a moment does, as long as it is there. */
function isCalm({ sites }: Diagnosis, view: View, nowMs: number): boolean {
  const weighted = sites.filter(({ site }) => weightOf(view, site) > 0);
  const serves = (name: string): boolean =>
    view.sites.some((site) => site.site.name === name && servingReplicas(view, site, nowMs).length > 0);
  return weighted.length > 0 && weighted.every(({ ready, site }) => ready.length > 0 || serves(site));
}

/** By number, not by date: a clock that was put right must not make it forget. */
async function newestOf({ operations }: EngineDeps['store'], deployment: string): Promise<readonly Operation[]> {
  const query = { deployment, limit: recentLimit };
  const [all, moved] = await Promise.all([operations.list(query), operations.list({ ...query, kinds: moveKinds })]);
  // Both are newest first, so what only the second holds is older than all of the first.
  const ids = new Set(all.map(({ id }) => id));
  return [...all, ...moved.filter(({ id }) => !ids.has(id))];
}

function domainsOf({ config }: EngineDeps): NonNullable<View['domains']> {
  return Object.fromEntries(config.sites.map(({ name, failureDomains }) => [name, failureDomains]));
}

/**
 * Where a deployment's replicas stand only its own lists tell: its last snapshot has them, whichever process wrote it. An
 * old one names too much rather than too little, which makes a change wait.
 */
async function withTold(
  { snapshots }: EngineDeps['store'],
  others: readonly Operation[],
  configured: View['domains'] = {},
): Promise<NonNullable<View['domains']>> {
  const names = [...new Set(others.map(({ plan }) => plan.deployment))];
  const found = await Promise.all(names.map((name) => snapshots.get(name)));
  const sites = found.flatMap((snapshot) => snapshot?.view.sites ?? []);
  const told = Map.groupBy(sites, ({ site }) => site.name);
  return Object.fromEntries(
    Object.entries(configured).map(([name, domains]) => [
      name,
      [...new Set([...domains, ...(told.get(name) ?? []).flatMap(({ replicas }) => toldDomains(replicas))])],
    ]),
  );
}

/** Without any the snapshot that is written of the view holds none either. */
function blocksOf(blocks: readonly Block[], asker: Asker, { sites }: Pick<View, 'sites'>): Pick<View, 'blocks'> {
  const found = blocks.length === 0 ? [] : blocksInView(blocks, asker, sites);
  return found.length === 0 ? {} : { blocks: found };
}
