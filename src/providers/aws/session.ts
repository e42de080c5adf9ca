/** What the parts of one AWS site's session share. */
import type { Instance } from '@aws-sdk/client-ec2';
import { assert } from '../../errors.ts';
import type { OfferSight } from '../../model/offer.ts';
import type { Reply } from '../../model/outcome.ts';
import type { Replica } from '../../model/replica.ts';
import type { ReadCall, WriteCall } from '../../ports/call.ts';
import type { ListPace, ProviderDeps } from '../../ports/provider.ts';
import type { AttemptShelf } from '../shared/attempt-record.ts';
import type { Memory } from '../shared/remember.ts';
import type { Told } from '../shared/told.ts';
import type { Ec2 } from './client.ts';
import type { Quotas } from './quotas.ts';
import type { AwsSettings } from './schema.ts';
import { epochOf, tags } from './wire.ts';

/**
 * EC2 promises no bound: "a couple of seconds" is where its own advice begins, minutes where it ends. Half a minute holds
 * for tags and filters by what others report (boto3 #2556, parallelcluster-node #692: seconds), and a start that the list
 * misses longer is still found again by its token. https://docs.aws.amazon.com/ec2/latest/devguide/eventual-consistency.html,
 * checked 2026-11-26.
 */
export const listLagMs = 30_000;

/**
 * DescribeInstances has a bucket of its own for each account and region, with 10 to 20 new tokens a second
 * (https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html, checked 2026-11-27): ten deployments watched
 * take one of them a second.
 */
export const listPace: ListPace = { calmMs: 10_000, urgentMs: 2000 };

/**
 * "When you stop or terminate an instance in a Capacity Block, it takes several minutes to clean up your instance"
 * (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/capacity-blocks-launch.html, checked 2026-11-27). Of other machines EC2
 * states none; those are seconds to a minute.
 */
export const stopSlackMs = 300_000;

/**
 * Spot machines are warned of two minutes before they end, best effort
 * (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/spot-instance-termination-notices.html). One read is two to four calls
 * that only describe, each with a bucket of its own. Checked 2026-11-27.
 */
export const noticeEveryMs = 15_000;

export interface SessionDeps extends ProviderDeps {
  readonly site: string;
  readonly settings: AwsSettings;
  readonly ec2: Ec2;
  /** Absent where the site does not want it asked. */
  readonly quotas: Quotas | undefined;
}

export interface Session extends SessionDeps {
  readonly attempts: AttemptShelf;
  readonly memory: Memory;
  /** What the session could start when it looked last. */
  lastSeen: { readonly atMonoMs: number; readonly sights: readonly OfferSight[] } | undefined;
  /** All machines of the deployment at this site, ended ones too. */
  look(deployment: string, call: ReadCall): Promise<Told<readonly Instance[]>>;
  see(instance: Instance): Replica | undefined;
}

/**
 * Marks the machine with the caller's epoch where it bears an older one; undefined when it does now. EC2 turns nobody away
 * by epoch. What it can do is remember the newest one that changed a machine: whoever reads a newer one than its own stops
 * there. Between that look and the change another writer may still come in (from another machine; on this one the slot's
 * lock stands between them), which is why a lease is left to run out before its successor acts.
 */
export async function raiseEpoch(
  { ec2 }: Session,
  instance: Instance,
  call: WriteCall,
): Promise<Exclude<Reply<never>, { kind: 'done' }> | undefined> {
  if (epochOf(instance) >= call.epoch) return undefined;
  const told = await ec2.tag(instance.InstanceId ?? '', { [tags.epoch]: String(call.epoch) }, call);
  return told.kind === 'done' ? undefined : told;
}

/** A machine found by our own tags, or just made with them. */
export function seeReplica({ see }: Session, instance: Instance): Replica {
  const replica = see(instance);
  assert(replica !== undefined, `${instance.InstanceId} bears none of our tags`);
  return replica;
}
