/** EC2's shapes and ours: instances seen as replicas, and their tags. Pure. */
import type { Instance } from '@aws-sdk/client-ec2';
import type { Market } from '../../model/error-verdict.ts';
import type { Answer } from '../../model/outcome.ts';
import type { Replica, ReplicaState } from '../../model/replica.ts';
import { sharedTags } from '../shared/tags.ts';
import type { AwsSettings } from './schema.ts';
import { readStateReason } from './wire-errors.ts';

/** Tags on every machine and volume of ours. The first three find it; the others are what the cloud remembers for us. */
export const tags = {
  ...sharedTags,
  /** Launch time before the last start from `stopped` was asked for: while it is the present one, that start did not come. */
  wokenFrom: 'godwit:woken-from',
  /** The operation that drains it; empty when it was started again since: to take a tag away is a right of its own. */
  draining: 'godwit:draining',
} as const;

/** Undefined: it does not carry the tag. */
export function tagOf({ Tags = [] }: Instance, key: string): string | undefined {
  return Tags.find(({ Key }) => Key === key)?.Value;
}

/** 0 without the tag. */
export function epochOf(instance: Instance): number {
  return Number(tagOf(instance, tags.epoch) ?? 0);
}

/**
 * The launch time is that of the last start, so a machine that was stopped and started is another boot.
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Stop_Start.html, checked 2026-11-26.
 */
export function bootIdOf({ InstanceId = '', LaunchTime }: Instance): string {
  return `${InstanceId}@${LaunchTime?.toISOString() ?? ''}`;
}

/** Undefined for what is not ours: no tags, or a slot that is no number. */
export function toReplica(
  instance: Instance,
  { address = 'private', port = 8000 }: Pick<AwsSettings, 'address' | 'port'>,
): Replica | undefined {
  const [deployment, site] = [tagOf(instance, tags.deployment), tagOf(instance, tags.site)];
  const slot = Number(tagOf(instance, tags.slot) ?? Number.NaN);
  const { InstanceId: id, LaunchTime, PrivateIpAddress, PublicIpAddress } = instance;
  if (id === undefined || deployment === undefined || site === undefined || !Number.isInteger(slot)) return undefined;
  const { state, billed } = standingOf(instance);
  const host = address === 'public' ? PublicIpAddress : PrivateIpAddress;
  const answers = state === 'starting' || state === 'running' || state === 'stopping';
  const market = marketOf(instance);
  return {
    ...{ id, bootId: bootIdOf(instance), deployment, site, slot, state, billed },
    url: !answers || host === undefined || host === '' ? undefined : `http://${host}:${port}`,
    startedAtMs: LaunchTime?.getTime() ?? 0,
    startKey: tagOf(instance, tags.startKey) ?? '',
    ...(market === undefined ? {} : { market }),
  };
}

/**
 * Machines of no lifecycle of their own are on-demand, or stand in a reservation: also those that were asked for as on-demand
 * and that a reservation was open to. `InstanceLifecycleType` and `Instance` in @aws-sdk/client-ec2, checked 2026-11-28. Undefined:
 * a kind that is never asked for here.
 */
function marketOf({ InstanceLifecycle, CapacityReservationId }: Instance): Market | undefined {
  switch (InstanceLifecycle) {
    case undefined:
      return CapacityReservationId === undefined ? 'on-demand' : 'reserved';
    case 'spot':
      return 'spot';
    case 'capacity-block':
    case 'scheduled':
      return 'reserved';
    default:
      return undefined;
  }
}

/**
 * Billing begins with `running`, which `pending` becomes by itself, and ends with `stopped` or `terminated`: while
 * `stopping` it depends on hibernation, and `shutting-down` may last for hours, so both are unknown until they are over.
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-instance-lifecycle.html, checked 2026-11-26. Volumes of a stopped
 * machine are billed all along; what is asked here is the machine.
 */
export function standingOf({ State }: Instance): { readonly state: ReplicaState; readonly billed: Answer } {
  switch (State?.Name) {
    case 'pending':
      return { state: 'starting', billed: 'yes' };
    case 'running':
      return { state: 'running', billed: 'yes' };
    case 'stopping':
    case 'shutting-down':
      return { state: 'stopping', billed: 'unknown' };
    case 'stopped':
      return { state: 'stopped', billed: 'no' };
    case 'terminated':
      return { state: 'gone', billed: 'no' };
    default:
      // A word of theirs that is new to us: it may run and cost money.
      return { state: 'running', billed: 'unknown' };
  }
}

/** Ended by its own launch, before it ever ran: a refusal that came late. */
const failedLaunches = new Set([
  ...['Server.InsufficientInstanceCapacity', 'Server.InternalError', 'Client.InternalError'],
  ...['Client.VolumeLimitExceeded', 'Client.InvalidSnapshot.NotFound'],
]);

/**
 * Why the launch failed after it was accepted; undefined when it did not. The codes are those of
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_StateReason.html, checked 2026-11-26.
 */
export function lateFailureOf({ State, StateReason }: Instance) {
  const isEnding = State?.Name === 'shutting-down' || State?.Name === 'terminated';
  const { code, message } = readStateReason(StateReason) ?? {};
  return isEnding && code !== undefined && failedLaunches.has(code) ? { code, message } : undefined;
}
