/** Starts one replica: finds what an earlier try made, wakes what is stopped, and only then asks for a new machine. */
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
import { ownLabels } from './request.ts';
import { mark, type Session, seeReplica } from './session.ts';
import { isToBeWoken, showsBootBefore, wake } from './wake.ts';
import { epochOf, type Instance, placeOf, replicaIdOf, standingOf, textOn } from './wire.ts';

/** What a machine made for it is told to run. Pure: nothing is asked. */
export function startupOf({ site, settings }: Pick<Session, 'site' | 'settings'>, request: StartRequest): StartupData {
  const { port = 8000 } = settings;
  return startupDataFor(request, { ...carriers.gcpStartupScript, site, port });
}

/** Called under the slot's lock. */
export async function startReplica(session: Session, request: StartRequest, call: WriteCall): Promise<Reply<Replica>> {
  const startup = startupOf(session, request);
  if (startup.kind === 'refused') return startup;
  const owner: Owner = {
    ...{ deployment: request.deployment, slot: request.slot },
    ...{ site: session.site, startKey: call.idempotencyKey },
  };
  if (ownLabels(owner, call.epoch) === undefined)
    return refused('invalid', 'KeyTooLong', `names and start key of ${owner.startKey} do not fit into labels`);
  // What is on its way out leaves the slot within the call, or the caller comes again.
  const reply = await lookUntil(session, call, () => startOnce(session, { owner, request, startup }, call));
  return reply ?? refused('transient', 'SlotBusy', `the machine of slot ${owner.slot} before is still stopping`);
}

/** Undefined: the slot is about to be free, look again. */
async function startOnce(session: Session, terms: LaunchTerms, call: WriteCall): Promise<Reply<Replica> | undefined> {
  const { owner } = terms;
  const told = await session.look(owner.deployment, call);
  if (told.kind !== 'done') return notSeen(told);
  const stale = staleEpoch(Math.max(0, ...told.value.map(epochOf)), call);
  if (stale !== undefined) return stale;
  const slot = await asTheyAre(
    session,
    told.value.filter((each) => textOn(each, 'slot') === String(owner.slot)),
    call,
  );
  if ('error' in slot) return slot;
  const mine = slot.find((each) => textOn(each, 'startKey') === owner.startKey);
  // While its launch may still fail, its operation is asked and not the machine.
  if (mine !== undefined && isBeingMade(session, mine, owner)) return await launch(session, terms, call);
  // Told to start, it shows the boot before for a moment: what were answered now would be nobody's soon.
  if (mine !== undefined && showsBootBefore(mine)) return undefined;
  if (mine !== undefined) return await adopt(session, mine, owner, call);
  const ending = slot.filter((each) => standingOf(each).state === 'stopping');
  const stopped = slot.find((each) => standingOf(each).state === 'stopped');
  const taken = slot.find((each) => each !== stopped && !ending.includes(each));
  if (taken !== undefined) return slotTaken(taken);
  if (ending.length > 0) return undefined;
  return stopped === undefined ? await launch(session, terms, call) : await wake(session, stopped, owner, call);
}

/** What the list shows may be old; what is asked for by its name is as it is now, or gone. */
async function asTheyAre(
  { compute }: Session,
  listed: readonly Instance[],
  call: WriteCall,
): Promise<readonly Instance[] | Refused> {
  const now: Instance[] = [];
  for (const each of listed) {
    const told = await compute.get(placeOf(each), call);
    if (told.kind === 'done') now.push(told.value);
    else if (told.error.class !== 'not-found') return notSeen(told);
  }
  return now;
}

function isBeingMade({ attempts }: Session, { status }: Instance, { deployment, slot, startKey }: Owner): boolean {
  const last = attempts.get(deployment, slot);
  const isOpen = last?.startKey === startKey && last.state === 'intended' && last.progress !== undefined;
  return isOpen && (status === 'PENDING' || status === 'PROVISIONING');
}

function slotTaken(taken: Instance): Refused {
  const key = textOn(taken, 'startKey') ?? 'something else';
  return refused('conflict', 'SlotTaken', `${replicaIdOf(placeOf(taken))} runs already, started as ${key}`);
}

/** The same key asks for the same replica, running or stopped: a replacement is another start with another key. */
async function adopt(session: Session, found: Instance, owner: Owner, call: WriteCall): Promise<Reply<Replica>> {
  if (isToBeWoken(found)) return await wake(session, found, owner, call);
  // It is there whether the mark is taken or not; whoever changes it next makes the mark first.
  await mark(session, found, call);
  return { kind: 'done', value: seeReplica(session, found) };
}
