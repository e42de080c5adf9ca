/** What EC2 says it will do to our machines: scheduled events, spot interruptions and the end of a Capacity Block. */
import type { CapacityReservation, Instance, InstanceStatus, SpotInstanceRequest } from '@aws-sdk/client-ec2';
import type { Notice, NoticeKind } from '../../model/notice.ts';
import type { Seen } from '../../model/outcome.ts';
import type { Replica } from '../../model/replica.ts';
import type { ReadCall } from '../../ports/call.ts';
import type { Told } from '../shared/told.ts';
import { endOfMachinesMs } from './reservations.ts';
import type { Session } from './session.ts';
import { tags } from './wire.ts';

/**
 * At most four calls: our machines, and of these only what they can have. What EC2 fears for a spot machine (the rebalance
 * recommendation) stands in the machine's own metadata and on EventBridge, not in its API: it is not seen here.
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/rebalance-recommendations.html, checked 2026-11-27.
 */
export async function seeNotices({ clock, ec2, site, see }: Session, call: ReadCall): Promise<Seen<readonly Notice[]>> {
  const asOfMs = clock.nowMs();
  const machines = await ec2.describe({ filters: { [`tag:${tags.site}`]: site } }, call);
  if (machines.kind !== 'done') return { kind: 'unknown', error: machines.error };
  const ours = machines.value.flatMap((instance): Ours[] => {
    const replica = see(instance);
    return replica === undefined || replica.state === 'gone' ? [] : [{ instance, replica }];
  });
  if (ours.length === 0) return { kind: 'seen', value: [], asOfMs };
  const spot = ours.flatMap(({ instance }) => instance.SpotInstanceRequestId ?? []);
  const blocks = ours.filter(({ instance }) => instance.InstanceLifecycle === 'capacity-block');
  const types = [...new Set(blocks.flatMap(({ instance }) => instance.InstanceType ?? []))];
  const [scheduled, requests, reservations] = await Promise.all([
    ec2.scheduled(call),
    spot.length === 0 ? none : ec2.spotRequests(spot, call),
    types.length === 0 ? none : ec2.reservations(types, call),
  ]);
  // What was seen in part would look like no notice of the rest.
  if (scheduled.kind !== 'done') return { kind: 'unknown', error: scheduled.error };
  if (requests.kind !== 'done') return { kind: 'unknown', error: requests.error };
  if (reservations.kind !== 'done') return { kind: 'unknown', error: reservations.error };
  const value = ours.flatMap((each) => [
    ...eventsOf(each, scheduled.value),
    ...interruptionsOf(each, requests.value),
    ...blockEndsOf(each, reservations.value),
  ]);
  return { kind: 'seen', value, asOfMs };
}

interface Ours {
  readonly instance: Instance;
  readonly replica: Replica;
}

const none: Told<readonly never[]> = { kind: 'done', value: [] };

/**
 * A machine that is stopped comes back on another host only when somebody starts it, so to us its machine ends.
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/monitoring-instances-status-check_sched.html, checked 2026-11-27.
 */
const ends: ReadonlySet<string> = new Set(['instance-retirement', 'instance-stop']);

/** What is over stays listed for a week, and says so in its description (API_InstanceStatusEvent, checked 2026-11-27). */
function eventsOf({ replica }: Ours, statuses: readonly InstanceStatus[]): readonly Notice[] {
  const events = statuses.find(({ InstanceId }) => InstanceId === replica.id)?.Events ?? [];
  return events
    .filter(({ Description = '' }) => !/^\[(completed|cancell?ed)\]/i.test(Description))
    .map(({ Code = 'NoCode', Description, NotBefore }) =>
      noticeOf(replica, ends.has(Code) ? 'retirement' : 'maintenance', {
        code: Code,
        message: Description || Code,
        atMs: NotBefore?.getTime(),
      }),
    );
}

/**
 * Marked, or taken back already: for want of capacity the status says terminated at once, and the machine runs for its two
 * minutes yet. https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/spot-request-status.html and
 * spot-instances-request-status-lifecycle.html, checked 2026-11-27. Best effort of theirs: there may be no mark before an end.
 */
const interrupted = /^(marked-for-|instance-(terminated|stopped)-(by-price|no-capacity|capacity-oversubscribed))/;

function interruptionsOf({ instance, replica }: Ours, requests: readonly SpotInstanceRequest[]): readonly Notice[] {
  const { Status } = requests.find((each) => each.SpotInstanceRequestId === instance.SpotInstanceRequestId) ?? {};
  if (Status?.Code === undefined || !interrupted.test(Status.Code)) return [];
  return [noticeOf(replica, 'preemption', { code: Status.Code, message: Status.Message || Status.Code })];
}

function blockEndsOf({ instance, replica }: Ours, reservations: readonly CapacityReservation[]): readonly Notice[] {
  const id = instance.CapacityReservationId;
  const found = reservations.find(({ CapacityReservationId }) => CapacityReservationId === id);
  const atMs = found && endOfMachinesMs(found);
  if (found?.EndDate === undefined || atMs === undefined) return [];
  const message = `${id} ends at ${found.EndDate.toISOString()}; from half an hour before, its machines are terminated`;
  return [noticeOf(replica, 'retirement', { code: 'CapacityBlockEnd', message, atMs })];
}

function noticeOf(
  { id, deployment }: Replica,
  kind: NoticeKind,
  { code, message, atMs }: { readonly code: string; readonly message: string; readonly atMs?: number | undefined },
): Notice {
  return { kind, code, message, replicaId: id, deployment, ...(atMs === undefined ? {} : { atMs }) };
}
