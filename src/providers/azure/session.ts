/** What the parts of one Azure site's session share. */
import { assert } from '../../errors.ts';
import type { Reply } from '../../model/outcome.ts';
import type { Replica } from '../../model/replica.ts';
import type { ReadCall, WriteCall } from '../../ports/call.ts';
import type { ListPace, ProviderDeps } from '../../ports/provider.ts';
import { type AttemptShelf, ageOf } from '../shared/attempt-record.ts';
import { lookUntil } from '../shared/look-until.ts';
import { notSeen, type Refused, refused } from '../shared/told.ts';
import type { UnderWayShelf } from '../shared/under-way.ts';
import type { Azure } from './client.ts';
import { epochOf, isChanging, type Machine, tags } from './machine.ts';
import type { AzureSettings } from './schema.ts';
import { toReplica } from './wire.ts';

/**
 * Azure promises no bound for its lists; what is made a moment before may be missing (bosh-azure-cpi-release #765: network
 * interfaces, checked 2026-11-27). A machine is asked for by its name, which does not lag so: a start that the list misses
 * longer is still found by the next one.
 */
export const listLagMs = 30_000;

/**
 * Each machine is asked for by itself, which Compute grants 12 times a minute for each, and lists 300 times for all
 * (https://docs.azure.cn/en-us/virtual-machines/compute-throttling-limits, checked 2026-11-27).
 */
export const listPace: ListPace = { calmMs: 60_000, urgentMs: 6000 };

/**
 * Microsoft states none. Others saw a machine deleted in three minutes and its disk and card gone in five and a quarter
 * (openshift/origin #23685), still being deleted after more than five (turbot/steampipe-plugin-azure #420), and a detaching
 * disk alone hold one up for five (gardener/machine-controller-manager #242); all read 2026-11-27.
 */
export const stopSlackMs = 600_000;

/**
 * What Azure tells from outside is planned days before, and each machine is asked for it by itself, 12 times a minute at most
 * for all purposes (https://docs.azure.cn/en-us/virtual-machines/compute-throttling-limits). That a spot machine is taken back
 * is told only inside it. Checked 2026-11-27.
 */
export const noticeEveryMs = 1_200_000;

/** Between two looks of one call at one machine, in milliseconds: the same 12 a minute, which others look within too. */
export const lookPauseMs = 5000;

export interface SessionDeps extends ProviderDeps {
  readonly site: string;
  readonly settings: AzureSettings;
  readonly azure: Azure;
}

export interface Session extends SessionDeps {
  readonly attempts: AttemptShelf;
  /** Stops and deletions. */
  readonly underWay: UnderWayShelf;
}

/** What a start gives: where it answers is told later, when it is not known yet. */
export async function seeReplica({ azure, settings }: Session, machine: Machine, call: ReadCall): Promise<Replica> {
  const host = await azure.hostOf(machine, call);
  const replica = toReplica(machine, host.kind === 'done' ? host.value : undefined, settings);
  assert(replica !== undefined, `${machine.name} bears none of our tags`);
  return replica;
}

/**
 * Marks the machine with the caller's epoch where it bears an older one; undefined when it does now. Azure turns nobody away
 * by epoch, but it takes a change only of the machine as it was read: of two writers one reads the other's mark. What
 * Azure itself is changing is left alone, for another change would end that one (`OperationPreempted`).
 */
export async function raiseEpoch(
  { azure }: Session,
  machine: Machine,
  call: WriteCall,
): Promise<Exclude<Reply<never>, { kind: 'done' }> | undefined> {
  if (epochOf(machine) >= call.epoch || isChanging(machine)) return undefined;
  const told = await azure.tag(machine, { [tags.epoch]: String(call.epoch) }, call);
  return told.kind === 'done' ? undefined : told;
}

/** A machine that was made a moment ago and is not found may be hidden: it must stay so for this long, in milliseconds. */
const leastAbsenceMs = 2000;

/** Done with undefined: it is not there, and not because it is too new to be found. */
export async function findMachine(
  session: Session,
  { deployment, slot }: { readonly deployment: string; readonly slot: number },
  name: string,
  call: ReadCall,
): Promise<Refused | { readonly kind: 'done'; readonly value: Machine | undefined }> {
  const { attempts, azure, clock } = session;
  const last = attempts.get(deployment, slot);
  const isYoung = last?.state === 'made' && ageOf(last, clock) < listLagMs;
  const sinceMonoMs = clock.monoMs();
  const found = await lookUntil(session, call, async () => {
    const told = await azure.machine(name, call);
    if (told.kind === 'done') return told;
    if (told.error.class !== 'not-found') return notSeen(told);
    const isAbsent = !isYoung || clock.monoMs() - sinceMonoMs >= leastAbsenceMs;
    return isAbsent ? ({ kind: 'done', value: undefined } as const) : undefined;
  });
  return found ?? refused('transient', 'NotFoundYet', `${name} is not found, and may be too new to be`);
}
