/** What Google says it will do to our machines: maintenance, the end of a limited life, and spot machines taken back. */
import type { Notice, NoticeKind } from '../../model/notice.ts';
import type { Seen } from '../../model/outcome.ts';
import type { Replica } from '../../model/replica.ts';
import type { ReadCall } from '../../ports/call.ts';
import { filterFor } from './request.ts';
import type { Session } from './session.ts';
import { type Instance, type Operation, placeOf, toReplica } from './wire.ts';

interface Ours {
  readonly instance: Instance;
  readonly replica: Replica;
}

/**
 * Our machines say of themselves what is coming (compute.proto, `UpcomingMaintenance`); only for a zone in which a spot machine
 * is just stopping is it asked whether Google takes it back, which its operations say:
 * https://docs.cloud.google.com/compute/docs/samples/compute-preemptible-history. Both checked 2026-11-27.
 */
export async function seeNotices(
  { clock, compute, settings, site }: Session,
  call: ReadCall,
): Promise<Seen<readonly Notice[]>> {
  const asOfMs = clock.nowMs();
  const machines = await compute.list(filterFor(undefined, site), call);
  if (machines.kind !== 'done') return { kind: 'unknown', error: machines.error };
  const ours = machines.value.flatMap((instance): Ours[] => {
    const replica = toReplica(instance, settings);
    return replica === undefined || replica.state === 'stopped' ? [] : [{ instance, replica }];
  });
  const stopping = ours.filter(({ instance, replica }) => replica.state === 'stopping' && isSpot(instance));
  const zones = [...new Set(stopping.map(({ instance }) => placeOf(instance).zone))];
  const told = await Promise.all(zones.map((zone) => compute.preemptions(zone, call)));
  const operations: Operation[] = [];
  for (const each of told) {
    // What was seen in part would look like no notice of the rest.
    if (each.kind !== 'done') return { kind: 'unknown', error: each.error };
    operations.push(...each.value);
  }
  const taken = new Set(operations.map(({ targetId }) => targetId));
  const value = ours.flatMap((each) => [
    ...maintenanceOf(each),
    ...endOfLife(each),
    ...(stopping.includes(each) && taken.has(each.instance.id) ? [takenBack(each)] : []),
  ]);
  return { kind: 'seen', value, asOfMs };
}

function isSpot({ scheduling }: Instance): boolean {
  return scheduling?.provisioningModel === 'SPOT' || scheduling?.preemptible === true;
}

function takenBack({ replica }: Ours): Notice {
  return noticeOf(replica, 'preemption', {
    code: 'compute.instances.preempted',
    message: 'a spot machine is taken back',
  });
}

function maintenanceOf({ instance, replica }: Ours): readonly Notice[] {
  const upcoming = instance.resourceStatus?.upcomingMaintenance;
  if (!upcoming) return [];
  const { type, maintenanceStatus, maintenanceReasons = [], windowStartTime } = upcoming;
  const code = type || 'UpcomingMaintenance';
  const message = [maintenanceStatus || 'PENDING', ...maintenanceReasons].join(', ');
  return [noticeOf(replica, 'maintenance', { code, message, at: windowStartTime })];
}

/** Machines that were asked for only for some time, as blocks of capacity are. */
function endOfLife({ instance, replica }: Ours): readonly Notice[] {
  const at = instance.scheduling?.terminationTime;
  return at
    ? [noticeOf(replica, 'retirement', { code: 'terminationTime', message: `its time is over at ${at}`, at })]
    : [];
}

function noticeOf(
  { id, deployment }: Replica,
  kind: NoticeKind,
  { code, message, at }: { readonly code: string; readonly message: string; readonly at?: string | null | undefined },
): Notice {
  const atMs = at ? Date.parse(at) : Number.NaN;
  return { kind, code, message, replicaId: id, deployment, ...(Number.isFinite(atMs) ? { atMs } : {}) };
}
