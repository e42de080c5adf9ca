/** Starts one replica: finds what an earlier try made, wakes what is deallocated, and only then asks for a new machine. */
import type { Reply } from '../../model/outcome.ts';
import type { Replica } from '../../model/replica.ts';
import type { WriteCall } from '../../ports/call.ts';
import type { StartRequest } from '../../ports/provider.ts';
import { staleEpoch } from '../shared/change.ts';
import { lookUntil } from '../shared/look-until.ts';
import type { Owner } from '../shared/slots.ts';
import { carriers, type StartupData, startupDataFor } from '../shared/startup-data.ts';
import { notSeen, type Refused, refused } from '../shared/told.ts';
import { clearMachine } from './clear.ts';
import { lateDenial } from './late.ts';
import { type LaunchTerms, launch } from './launch.ts';
import { epochOf, type Machine, standingOf, tags } from './machine.ts';
import { findMachine, lookPauseMs, raiseEpoch, type Session, seeReplica } from './session.ts';
import { isToBeWoken, resumeWake, wake } from './wake.ts';
import { isOf, machineNameOf } from './wire.ts';

/** What a machine made for it is told to run. Pure: nothing is asked. */
export function startupOf({ site, settings }: Pick<Session, 'site' | 'settings'>, request: StartRequest): StartupData {
  const { launch: image, port = 8000 } = settings;
  const startup = startupDataFor(request, { ...carriers.azureCustomData, site, port });
  return startup.kind === 'data' && image.sshKey === undefined ? noCarrier(site) : startup;
}

/** Called under the slot's lock. */
export async function startReplica(session: Session, request: StartRequest, call: WriteCall): Promise<Reply<Replica>> {
  const startup = startupOf(session, request);
  if (startup.kind === 'refused') return startup;
  const owner: Owner = { ...request, site: session.site, startKey: call.idempotencyKey };
  // What is on its way out leaves the slot within the call, or the caller comes again.
  const reply = await lookUntil(
    session,
    call,
    () => startOnce(session, { owner, request, startup }, call),
    lookPauseMs,
  );
  return reply ?? refused('transient', 'SlotBusy', `the machine of slot ${owner.slot} before is still stopping`);
}

/** Azure hands data only to machines that it gives a user: those of a generalized image. */
function noCarrier(site: string): Refused {
  return refused(
    'invalid',
    'ImageNotGeneralized',
    `machines of ${site} can be given an image to run only when their own image is a generalized one: name launch.sshKey for it`,
  );
}

type Terms = Omit<LaunchTerms, 'denials'>;

/** Undefined: the slot is about to be free, look again. */
async function startOnce(session: Session, terms: Terms, call: WriteCall): Promise<Reply<Replica> | undefined> {
  const { owner } = terms;
  const told = await session.azure.machines(call);
  if (told.kind !== 'done') return notSeen(told);
  const found = await findMachine(session, owner, machineNameOf(owner), call);
  if (found.kind !== 'done') return found;
  const machine = found.value;
  const all = told.value.filter((each) => isOf(each, owner));
  const stale = staleEpoch(Math.max(0, ...[...all, ...(machine === undefined ? [] : [machine])].map(epochOf)), call);
  if (stale !== undefined) return stale;
  return machine === undefined
    ? await launch(session, { ...terms, denials: [] }, call)
    : await startOver(session, terms, machine, call);
}

/** With what is there in the slot. */
async function startOver(session: Session, terms: Terms, machine: Machine, call: WriteCall) {
  const { owner } = terms;
  const { state } = standingOf(machine);
  if (state === 'gone') return await launchAfter(session, terms, machine, call);
  if (machine.provisioning === 'Deleting') return undefined;
  if (machine.tags[tags.startKey] === owner.startKey) return await adopt(session, machine, owner, call);
  if (state === 'stopping') return undefined;
  return state === 'stopped' ? await wake(session, machine, owner, call) : slotTaken(machine);
}

function slotTaken({ name, tags: own }: Machine): Refused {
  return refused('conflict', 'SlotTaken', `${name} runs already, started as ${own[tags.startKey] ?? 'something else'}`);
}

/**
 * A launch that was accepted and failed after, whoever asked for it, is told as the refusal it is, and nothing of it is left
 * before the next offer is asked for.
 */
async function launchAfter(session: Session, terms: Terms, machine: Machine, call: WriteCall) {
  const { owner, request } = terms;
  const { attempts } = session;
  const last = attempts.get(owner.deployment, owner.slot);
  const denial = await lateDenial(session, machine, last, call);
  if (last !== undefined && last.token === machine.diskName)
    attempts.put(owner.deployment, owner.slot, { ...last, state: 'refused' });
  const cleared = await clearMachine(session, owner, machine, call);
  if (cleared.kind === 'done')
    return await launch(session, { ...terms, denials: denial === undefined ? [] : [denial] }, call);
  if (denial !== undefined) request.tell?.(denial);
  const { code, message } = cleared.error;
  return cleared.kind === 'refused' ? cleared : refused('transient', code, message);
}

/** The same key asks for the same replica, running or stopped: a replacement is another start with another key. */
async function adopt(session: Session, machine: Machine, owner: Owner, call: WriteCall): Promise<Reply<Replica>> {
  if (isToBeWoken(machine)) return await resumeWake(session, machine, owner, call);
  // It is there whether the mark is taken or not; whoever changes it next makes the mark first.
  await raiseEpoch(session, machine, call);
  return { kind: 'done', value: await seeReplica(session, machine, call) };
}
