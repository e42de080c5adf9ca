/** Starts one replica: finds what an earlier try made, wakes what is stopped, and only then asks for a new machine. */
import type { Instance } from '@aws-sdk/client-ec2';
import type { Reply } from '../../model/outcome.ts';
import type { Replica } from '../../model/replica.ts';
import type { WriteCall } from '../../ports/call.ts';
import type { StartRequest } from '../../ports/provider.ts';
import { staleEpoch } from '../shared/change.ts';
import { lookUntil } from '../shared/look-until.ts';
import type { Owner } from '../shared/slots.ts';
import { carriers, type StartupData, startupDataFor } from '../shared/startup-data.ts';
import { notSeen, type Refused, refused } from '../shared/told.ts';
import { type LaunchTerms, launch } from './launch.ts';
import { raiseEpoch, type Session, seeReplica } from './session.ts';
import { isToBeWoken, wake } from './wake.ts';
import { epochOf, lateFailureOf, tagOf, tags } from './wire.ts';

/** What a machine made for it is told to run. Pure: nothing is asked. */
export function startupOf({ site, settings }: Pick<Session, 'site' | 'settings'>, request: StartRequest): StartupData {
  const { port = 8000 } = settings;
  return startupDataFor(request, { ...carriers.ec2UserData, site, port });
}

/** Called under the slot's lock. */
export async function startReplica(session: Session, request: StartRequest, call: WriteCall): Promise<Reply<Replica>> {
  const startup = startupOf(session, request);
  if (startup.kind === 'refused') return startup;
  const owner: Owner = { ...request, site: session.site, startKey: call.idempotencyKey };
  // What is on its way out leaves the slot within the call, or the caller comes again.
  const reply = await lookUntil(session, call, () => startOnce(session, { owner, request, startup }, call));
  return reply ?? refused('transient', 'SlotBusy', `the machine of slot ${owner.slot} before is still stopping`);
}

/** Undefined: the slot is about to be free, look again. */
async function startOnce(
  session: Session,
  terms: Omit<LaunchTerms, 'slot'>,
  call: WriteCall,
): Promise<Reply<Replica> | undefined> {
  const { owner } = terms;
  const told = await session.look(owner.deployment, call);
  if (told.kind !== 'done') return notSeen(told);
  const stale = staleEpoch(Math.max(0, ...told.value.map(epochOf)), call);
  if (stale !== undefined) return stale;
  const slot = told.value.filter((each) => tagOf(each, tags.slot) === String(owner.slot));
  const mine = slot.filter(
    (each) => tagOf(each, tags.startKey) === owner.startKey && lateFailureOf(each) === undefined,
  );
  const present = slot.filter((each) => isPresent(each) && lateFailureOf(each) === undefined);
  const [found] = [...mine.filter(isPresent), ...mine];
  if (found !== undefined) return await adopt(session, found, owner, call);
  const ending = present.filter(({ State }) => State?.Name === 'shutting-down' || State?.Name === 'stopping');
  const [stopped] = present.filter(({ State }) => State?.Name === 'stopped');
  const [taken] = present.filter((each) => each !== stopped && !ending.includes(each));
  if (taken !== undefined) return slotTaken(taken);
  if (ending.length > 0) return undefined;
  return stopped === undefined
    ? await launch(session, { ...terms, slot }, call)
    : await wake(session, stopped, owner.startKey, call);
}

function isPresent({ State }: Instance): boolean {
  return State?.Name !== 'terminated';
}

function slotTaken(taken: Instance): Refused {
  const key = tagOf(taken, tags.startKey) ?? 'something else';
  return refused('conflict', 'SlotTaken', `${taken.InstanceId} runs already, started as ${key}`);
}

/** The same key asks for the same replica, running, stopped or dead: a replacement is another start with another key. */
async function adopt(session: Session, found: Instance, owner: Owner, call: WriteCall): Promise<Reply<Replica>> {
  if (isToBeWoken(found)) return await wake(session, found, owner.startKey, call);
  // It is there whether the mark is taken or not; whoever changes it next makes the mark first.
  if (isPresent(found)) await raiseEpoch(session, found, call);
  return { kind: 'done', value: seeReplica(session, found) };
}
