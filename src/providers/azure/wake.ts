/** Starts a deallocated machine: the intent is written on the machine itself, so that whoever comes after a crash finds it. */
import type { Reply } from '../../model/outcome.ts';
import type { ProviderError } from '../../model/provider-error.ts';
import type { Replica } from '../../model/replica.ts';
import type { WriteCall } from '../../ports/call.ts';
import type { Attempt } from '../shared/attempt-record.ts';
import { lookUntil } from '../shared/look-until.ts';
import type { Owner } from '../shared/slots.ts';
import { bootIdOf, type Machine, standingOf, startedAtMsOf, tags } from './machine.ts';
import { refusalOf } from './outcome.ts';
import { lookPauseMs, type Session, seeReplica } from './session.ts';
import { offerOf } from './wire.ts';

/** Stopped, and told to start: whether that came to something its operation says. */
export function isToBeWoken(machine: Machine): boolean {
  return machine.tags[tags.kept] === 'waking' && standingOf(machine).state === 'stopped';
}

/** The start of this key goes on where it was: a failure is told once, and then it is tried again. */
export async function resumeWake(
  session: Session,
  machine: Machine,
  owner: Owner,
  call: WriteCall,
): Promise<Reply<Replica>> {
  const { attempts, azure } = session;
  const last = attempts.get(owner.deployment, owner.slot);
  if (last?.startKey !== owner.startKey || last.state !== 'made') return await wake(session, machine, owner, call);
  const told = last.progress === undefined ? undefined : await azure.progress(last.progress, machine.market, call);
  if (told?.kind === 'unknown') return told;
  if (told?.kind === 'done' && told.value.state === 'running') return await coming(session, machine, call);
  if (told?.kind === 'done' && told.value.state === 'failed') {
    attempts.put(owner.deployment, owner.slot, { ...last, state: 'refused' });
    return { kind: 'refused', error: stoppedThere(machine, told.value.error) };
  }
  // It came up, and was stopped by somebody else since.
  return { kind: 'done', value: await seeReplica(session, machine, call) };
}

/**
 * Tags first: a start without its key would be nobody's. A machine that is deallocated belongs to its size and zone, so sold
 * out is the answer here and no other machine is made beside it. Done when Azure took it: it comes up by itself, and if not
 * that is told to whoever asks next.
 */
export async function wake(session: Session, stopped: Machine, owner: Owner, call: WriteCall): Promise<Reply<Replica>> {
  const { attempts, azure, clock } = session;
  // Later than the boot before, whatever was done to the clock: boots are told apart by it.
  const wokenAtMs = Math.max(clock.nowMs(), startedAtMsOf(stopped) + 1);
  const intent = {
    ...{ [tags.startKey]: owner.startKey, [tags.epoch]: String(call.epoch) },
    ...{ [tags.kept]: 'waking', [tags.wokenAt]: new Date(wokenAtMs).toISOString() },
  };
  const tagged = await azure.tag(stopped, intent, call);
  if (tagged.kind !== 'done') return tagged;
  const machine: Machine = { ...stopped, tags: { ...stopped.tags, ...intent } };
  const attempt: Attempt = {
    ...{ startKey: owner.startKey, epoch: call.epoch, offer: offerOf(stopped), token: stopped.name },
    ...{ state: 'intended', instance: bootIdOf(machine), atMonoMs: clock.monoMs() },
  };
  const keep = (change: Partial<Attempt>): void =>
    attempts.put(owner.deployment, owner.slot, { ...attempt, ...change });
  keep({});
  const started = await azure.start(machine, call);
  if (started.kind === 'unknown') return started;
  if (started.kind === 'refused') {
    keep({ state: 'refused' });
    return { kind: 'refused', error: stoppedThere(machine, started.error) };
  }
  const { progress } = started.value;
  keep({ state: 'made', ...(progress === undefined ? {} : { progress }) });
  const look = async () => {
    const told = await azure.machine(machine.name, call);
    if (told.kind !== 'done') return undefined;
    const isAsleep = standingOf(told.value).state === 'stopped';
    return isAsleep && told.value.provisioning !== 'Failed' ? undefined : told.value;
  };
  const seen = await lookUntil(session, call, look, lookPauseMs);
  if (seen === undefined) return await coming(session, machine, call);
  if (standingOf(seen).state !== 'stopped') return { kind: 'done', value: await seeReplica(session, seen, call) };
  keep({ state: 'refused' });
  return { kind: 'refused', error: stoppedThere(machine, refusalOf(seen.failures, machine.market).error) };
}

/** Taken by Azure, and not to be seen on the machine yet. */
async function coming(session: Session, machine: Machine, call: WriteCall): Promise<Reply<Replica>> {
  return { kind: 'done', value: { ...(await seeReplica(session, machine, call)), state: 'starting', billed: 'yes' } };
}

function stoppedThere({ name }: Machine, error: ProviderError): ProviderError {
  return { ...error, message: `${name}, deallocated in its zone: ${error.message}` };
}
