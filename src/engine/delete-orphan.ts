/** Deletes one replica that nothing on record accounts for. A person's doing, under the lease; never automatic. */
import { type Listed, mergeListing } from '../core/listing.ts';
import { GodwitError } from '../errors.ts';
import type { Deployment } from '../model/deployment.ts';
import type { Orphan, OrphanEnd } from '../model/orphan.ts';
import type { Replica } from '../model/replica.ts';
import type { Provider } from '../ports/provider.ts';
import { attemptWrite, type WriteTerms } from './attempt.ts';
import type { EngineDeps } from './engine.ts';
import { type DeploymentJournal, openJournal } from './journal.ts';
import { gripLease, type LeaseGrip } from './lease-grip.ts';
import { among, listAt } from './orphans.ts';
import { createReading } from './reading.ts';

/** Beyond a replica's own grace after SIGTERM, and for reading back, in milliseconds. */
const slackMs = 15_000;
const usualGraceMs = 30_000;
const readTimeoutMs = 5000;
/** Between two looks whether it is gone, in milliseconds. */
const pollMs = 250;

export interface OrphanOrder {
  readonly deployment: string;
  readonly replica: string;
  readonly reason: string;
}

interface Work {
  readonly deps: EngineDeps;
  readonly grip: LeaseGrip;
  readonly journal: DeploymentJournal;
  readonly deployment: Deployment;
  readonly order: OrphanOrder;
  readonly signal: AbortSignal;
}

/** `not-found`: no orphan of that deployment has the name now. */
export async function deleteOrphan(deps: EngineDeps, order: OrphanOrder, signal: AbortSignal): Promise<OrphanEnd> {
  const deployment = deps.config.deployments.find(({ name }) => name === order.deployment);
  if (deployment === undefined) return { kind: 'not-found' };
  const reply = await gripLease(deps, deployment.name, signal);
  if (reply.kind === 'stopped') return refused('Withdrawn', 'interrupted before it began');
  if (reply.kind === 'busy') return { kind: 'lease-held', holder: reply.record.holder };
  const { grip } = reply;
  try {
    const journal = await openJournal(deps, deployment.name, grip.epoch, () => grip.drop());
    return await underLease({ deps, grip, journal, deployment, order, signal });
  } finally {
    await grip.release();
  }
}

function refused(code: 'Withdrawn' | 'DriverUnreachable' | 'SourceNotFenced', message: string): OrphanEnd {
  return { kind: 'refused', reasons: [{ code, message }] };
}

async function underLease(work: Work): Promise<OrphanEnd> {
  const { deps, grip, deployment, order } = work;
  const terms = termsOf(work, undefined);
  // An earlier holder's late write must not put the replica back into the table after it was looked at.
  const stamped = await attemptWrite(deps, grip, terms, (call) => deps.traffic.stamp(deployment.name, call));
  if (stamped.kind !== 'done') return refused('DriverUnreachable', stamped.error.message);
  const found = await find(work);
  if (found.kind === 'unseen') return { kind: 'unknown', why: `nothing was changed: ${found.why}` };
  if (found.kind === 'none') return { kind: 'not-found' };
  const { replica, isServing } = found.orphan;
  if (isServing === undefined)
    return refused('DriverUnreachable', `the gateway cannot be read: users may be served from ${order.replica}`);
  if (isServing)
    return refused('SourceNotFenced', `${replica.site} has weight and ${order.replica} is in the gateway's table`);
  return await stopAndSee(work, found.provider, replica);
}

type Found =
  | { readonly kind: 'found'; readonly orphan: Orphan; readonly provider: Provider }
  | { readonly kind: 'none' }
  | { readonly kind: 'unseen'; readonly why: string };

/** The lists first, the gateway last: as little as can be happens between its answer and the deletion. */
async function find({ deps, deployment, order, signal }: Work): Promise<Found> {
  const lists = await Promise.all(
    [...deps.providers].map(async ([site, provider]) => {
      return { site, provider, seen: await listAt(deps, provider, deployment.name, signal) };
    }),
  );
  const named = lists.flatMap(({ provider, seen }) =>
    seen.kind === 'unknown'
      ? []
      : seen.value.filter(({ id }) => id === order.replica).map((replica) => ({ provider, replica })),
  );
  const [one, other] = named;
  if (other !== undefined) return { kind: 'unseen', why: `two replicas are called ${order.replica}` };
  const away = lists.flatMap(({ site, seen }) => (seen.kind === 'unknown' ? [`${site}: ${seen.error.message}`] : []));
  if (one === undefined) return away[0] === undefined ? { kind: 'none' } : { kind: 'unseen', why: away[0] };
  const route = await createReading(deps.clock, readTimeoutMs)(signal, (call) =>
    deps.traffic.read(deployment.name, call),
  );
  const [orphan] = await among(deps, deployment, [one.replica], route);
  return orphan === undefined ? { kind: 'none' } : { kind: 'found', orphan, provider: one.provider };
}

async function stopAndSee(work: Work, provider: Provider, replica: Replica): Promise<OrphanEnd> {
  const { order } = work;
  const terms = termsOf(work, replica.site, provider.stopSlackMs);
  const note = (state: 'intended' | 'reached' | 'refused' | 'unknown', detail: string) =>
    work.journal.append({
      ...{ kind: 'step', operationId: terms.operationId, index: 0, step: `delete orphan ${replica.id}` },
      ...{ part: replica.id, state, error: undefined, detail },
    });
  await note('intended', order.reason);
  return await stopIt(work, { provider, replica, terms, note }).catch((thrown: unknown): OrphanEnd => {
    // The provider may have been told by now: that the record fails does not mean that nothing was changed.
    if (!(thrown instanceof GodwitError)) throw thrown;
    return { kind: 'unknown', why: `${replica.id} may be deleted, and that could not be recorded: ${thrown.message}` };
  });
}

interface Stopping {
  readonly provider: Provider;
  readonly replica: Replica;
  readonly terms: WriteTerms;
  note(state: 'reached' | 'refused' | 'unknown', detail: string): Promise<unknown>;
}

async function stopIt(work: Work, { provider, replica, terms, note }: Stopping): Promise<OrphanEnd> {
  const { deps, grip } = work;
  const reply = await attemptWrite(deps, grip, { ...terms, isSingle: true }, (call) =>
    provider.stop(replica, 'delete', call),
  );
  if (reply.kind === 'refused') {
    await note('refused', reply.error.message);
    return { kind: 'failed', why: reply.error.message };
  }
  const isGone = await seeItGone(work, provider, replica);
  await note(isGone ? 'reached' : 'unknown', isGone ? 'gone and not billed' : 'not seen to be gone');
  if (isGone) return { kind: 'deleted', replica };
  const why = reply.kind === 'unknown' ? reply.error.message : 'the provider said done';
  return { kind: 'unknown', why: `${replica.id} is not seen to be gone or free of charge: ${why}` };
}

/** A list without it is not yet its absence: a second one, later than lists may lag, must agree. */
async function seeItGone({ deps, deployment, signal }: Work, provider: Provider, replica: Replica): Promise<boolean> {
  const { clock } = deps;
  const untilMonoMs = clock.monoMs() + slackMs + provider.listLagMs;
  let known: readonly Listed[] = [{ replica, missingSinceMs: undefined }];
  while (clock.monoMs() < untilMonoMs && !signal.aborted) {
    const seen = await listAt(deps, provider, deployment.name, signal);
    if (seen.kind === 'seen') known = mergeListing(known, seen.value, seen.asOfMs, provider.listLagMs);
    const left = known.find((each) => each.replica.id === replica.id);
    if (left === undefined || (left.missingSinceMs === undefined && isOver(left.replica))) return true;
    await clock.sleep(pollMs, signal).catch(() => undefined);
  }
  return false;
}

function isOver({ state, billed }: Replica): boolean {
  return state === 'gone' && billed === 'no';
}

/** `site`: where it runs; without one the longest grace that any placement gives. `stopSlackMs`: its provider's. */
function termsOf(
  { deps, grip, deployment, order, signal }: Work,
  site: string | undefined,
  stopSlackMs = slackMs,
): WriteTerms {
  const operationId = `orphan-${grip.epoch}`;
  const limitMs = graceMs(deployment, site) + stopSlackMs;
  return {
    operationId,
    idempotencyKey: `${operationId}/${order.replica}`,
    deadlineAtMonoMs: deps.clock.monoMs() + limitMs,
    tryTimeoutMs: limitMs,
    signal,
  };
}

/** An orphan's site need not be one that its deployment is placed at any more. */
function graceMs({ placements }: Deployment, site: string | undefined): number {
  const placed = placements.find((each) => each.site === site);
  const graces = (placed === undefined ? placements : [placed]).map(({ launch }) => launch.stopGraceMs);
  return graces.length === 0 ? usualGraceMs : Math.max(...graces);
}
