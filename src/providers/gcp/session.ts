/** What the parts of one Google Cloud site's session share. */
import { assert } from '../../errors.ts';
import type { OfferSight } from '../../model/offer.ts';
import type { Reply } from '../../model/outcome.ts';
import type { Replica } from '../../model/replica.ts';
import type { ReadCall, WriteCall } from '../../ports/call.ts';
import type { ListPace, ProviderDeps } from '../../ports/provider.ts';
import type { AttemptShelf } from '../shared/attempt-record.ts';
import { staleEpoch } from '../shared/change.ts';
import type { Memory } from '../shared/remember.ts';
import { refused, type Told } from '../shared/told.ts';
import type { UnderWayShelf } from '../shared/under-way.ts';
import type { Compute } from './client.ts';
import { type LabelName, type Labels, labelsFor, withoutLabel } from './labels.ts';
import { awaitEnd } from './operation.ts';
import type { GcpSettings } from './schema.ts';
import { epochOf, type Instance, placeOf, textOn, toReplica } from './wire.ts';

/**
 * Google promises no bound for its lists. A machine is in them once its operation runs; what is asked for by name is seen
 * as it is. Half a minute is what the other clouds' lists are given, and a start that the list misses longer is still found
 * by its name and its operation.
 */
export const listLagMs = 30_000;

/**
 * Reads are counted per minute and project (https://docs.cloud.google.com/compute/api-quota, checked 2026-11-26): ten
 * deployments watched at this pace take sixty of them.
 */
export const listPace: ListPace = { calmMs: 10_000, urgentMs: 2000 };

/**
 * The guest has two minutes between the soft and the hard power-off, 30 seconds as a spot machine, and the operation that
 * is waited for ends after that: `Scheduling.skipGuestOsShutdown` of https://docs.cloud.google.com/compute/docs/reference/rest/v1/instances,
 * checked 2026-11-27.
 */
export const stopSlackMs = 180_000;

/**
 * Spot machines get 30 seconds, and are STOPPING then (https://docs.cloud.google.com/compute/docs/instances/spot). One read is
 * one list, and one more for each zone where a spot machine is just stopping. Checked 2026-11-27.
 */
export const noticeEveryMs = 10_000;

export interface SessionDeps extends ProviderDeps {
  readonly site: string;
  readonly settings: GcpSettings;
  readonly compute: Compute;
}

export interface Session extends SessionDeps {
  readonly attempts: AttemptShelf;
  /** Starts of stopped machines. */
  readonly underWay: UnderWayShelf;
  readonly memory: Memory;
  /** What the last look said of all offers. */
  lastSeen: { readonly atMonoMs: number; readonly sights: readonly OfferSight[] } | undefined;
  /** All machines of the deployment at this site. */
  look(deployment: string, call: ReadCall): Promise<Told<readonly Instance[]>>;
}

/** Tries to change labels that somebody else changes too. */
const mostTries = 4;

/**
 * Marks the machine with the caller's epoch, and with what `change` adds. Labels are changed only by whoever has read them
 * (a fingerprint goes with each change), so of two writers one comes first, and the other sees its epoch and is turned away
 * here when that is newer: a real compare-and-set. Starting, stopping and deleting take no such condition, so between the
 * mark and the deed a newer writer may still come in; it has marked the machine by then, and reads before it acts.
 */
export async function mark(
  session: Session,
  instance: Instance,
  call: WriteCall,
  change: Change = {},
): Promise<Reply<Instance>> {
  const { compute } = session;
  const place = placeOf(instance);
  let seen = instance;
  for (let tries = 0; tries < mostTries; tries += 1) {
    const stale = staleEpoch(epochOf(seen), call);
    if (stale !== undefined) return stale;
    if (epochOf(seen) === call.epoch && isMarked(seen, change)) return { kind: 'done', value: seen };
    const labels = markedLabels(seen, call, change);
    if (labels === undefined)
      return refused('invalid', 'KeyTooLong', `what is to be written on ${place.name} does not fit`);
    const told = await compute.label(place, labels, seen.labelFingerprint ?? '', call);
    if (told.kind === 'done') {
      const end = await awaitEnd(session, place.zone, told.value, call);
      if (end?.kind === 'done') return { kind: 'done', value: { ...seen, labels } };
      return (
        end ?? {
          kind: 'unknown',
          error: { class: 'unknown', code: 'StillMarking', message: `${place.name} is being labelled` },
        }
      );
    }
    if (told.error.class !== 'conflict') return told;
    const again = await compute.get(place, call);
    if (again.kind !== 'done') return again;
    seen = again.value;
  }
  return refused('conflict', 'LabelsChanging', `the labels of ${place.name} are being changed by somebody else`);
}

type Change = Partial<Readonly<Record<LabelName, string>>>;

function isMarked(instance: Instance, change: Change): boolean {
  return Object.entries(change).every(([name, value]) => (textOn(instance, name as LabelName) ?? '') === value);
}

/** An empty value takes the label away. Undefined: a value is too long. */
function markedLabels({ labels = {} }: Instance, { epoch }: WriteCall, change: Change): Labels | undefined {
  let marked: Labels = labels;
  for (const [name, value] of Object.entries({ ...change, epoch: String(epoch) })) {
    const own = value === '' ? {} : labelsFor(name as LabelName, value);
    if (own === undefined) return undefined;
    marked = { ...withoutLabel(marked, name as LabelName), ...own };
  }
  return marked;
}

/** A machine found by our own labels, or just made with them. */
export function seeReplica({ settings }: Session, instance: Instance): Replica {
  const replica = toReplica(instance, settings);
  assert(replica !== undefined, `${instance.name} bears none of our labels`);
  return replica;
}
