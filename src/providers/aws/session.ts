/** What the parts of one AWS site's session share. */
import type { Instance } from '@aws-sdk/client-ec2';
import { assert } from '../../errors.ts';
import type { Reply } from '../../model/outcome.ts';
import type { ErrorClass, ProviderError } from '../../model/provider-error.ts';
import type { Replica } from '../../model/replica.ts';
import type { ReadCall, WriteCall } from '../../ports/call.ts';
import type { ProviderDeps } from '../../ports/provider.ts';
import type { AttemptShelf } from './attempt-record.ts';
import type { Ec2, Told } from './client.ts';
import type { AwsSettings } from './schema.ts';
import { epochOf, tags } from './wire.ts';

/**
 * EC2 promises no bound: "a couple of seconds" is where its own advice begins, minutes where it ends. Half a minute holds
 * for tags and filters by what others report (boto3 #2556, parallelcluster-node #692: seconds), and a start that the list
 * misses longer is still found again by its token. https://docs.aws.amazon.com/ec2/latest/devguide/eventual-consistency.html,
 * checked 2026-11-26.
 */
export const listLagMs = 30_000;

export interface SessionDeps extends ProviderDeps {
  readonly site: string;
  readonly settings: AwsSettings;
  readonly ec2: Ec2;
}

export interface Session extends SessionDeps {
  readonly attempts: AttemptShelf;
  /** All machines of the deployment at this site, ended ones too. */
  look(deployment: string, call: ReadCall): Promise<Told<readonly Instance[]>>;
  see(instance: Instance): Replica | undefined;
}

/**
 * EC2 turns nobody away by epoch. What it can do is remember the newest one that changed a machine: whoever reads a newer
 * one than its own stops there. Between that look and the change another writer may still come in (from another machine;
 * on this one the slot's lock stands between them), which is why a lease is left to run out before its successor acts.
 */
export function staleEpoch(newest: number, { epoch }: WriteCall): Refused | undefined {
  return newest > epoch ? refused('conflict', 'StaleEpoch', `epoch ${epoch} is older than ${newest}`) : undefined;
}

/** Marks the machine with the caller's epoch where it bears an older one; undefined when it does now. */
export async function raiseEpoch(
  { ec2 }: Session,
  instance: Instance,
  call: WriteCall,
): Promise<Exclude<Reply<never>, { kind: 'done' }> | undefined> {
  if (epochOf(instance) >= call.epoch) return undefined;
  const told = await ec2.tag(instance.InstanceId ?? '', { [tags.epoch]: String(call.epoch) }, call);
  return told.kind === 'done' ? undefined : told;
}

export interface Refused {
  readonly kind: 'refused';
  readonly error: ProviderError;
}

/** A refusal of our own: nothing was changed. */
export function refused(errorClass: ErrorClass, code: string, message: string, retryAfterMs?: number): Refused {
  const wait = retryAfterMs === undefined ? {} : { retryAfterMs };
  return { kind: 'refused', error: { class: errorClass, code, message, ...wait } };
}

/** A look that failed changed nothing, whatever became of it. */
export function notSeen({ kind, error }: Exclude<Told<unknown>, { kind: 'done' }>): Refused {
  return { kind: 'refused', error: kind === 'unknown' ? { ...error, class: 'transient' } : error };
}

/** The caller may have lost its lease while something was waited for. */
export function isOver({ clock }: Session, { signal, deadlineAtMonoMs }: ReadCall): boolean {
  return signal.aborted || clock.monoMs() >= deadlineAtMonoMs;
}

/** Between two looks at a machine that changes by itself, in milliseconds: soon at first, then as EC2 advises, slower. */
const [firstPauseMs, longestPauseMs] = [200, 5000];

/** Looks until it gives something; undefined when the call is over before it does. */
export async function lookUntil<T>(
  session: Session,
  call: ReadCall,
  look: () => Promise<T | undefined>,
): Promise<T | undefined> {
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(longestPauseMs, pauseMs * 2)) {
    const found = await look();
    if (found !== undefined || isOver(session, call)) return found;
    const leftMs = call.deadlineAtMonoMs - session.clock.monoMs();
    await session.clock.sleep(Math.max(1, Math.min(pauseMs, leftMs)), call.signal).catch(() => undefined);
    if (isOver(session, call)) return undefined;
  }
}

/** A machine found by our own tags, or just made with them. */
export function seeReplica({ see }: Session, instance: Instance): Replica {
  const replica = see(instance);
  assert(replica !== undefined, `${instance.InstanceId} bears none of our tags`);
  return replica;
}
