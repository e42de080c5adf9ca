/** All of a deployment's replicas at a site, and what is still billed of those that are not there any more. */
import type { Notice } from '../../model/notice.ts';
import type { Replica } from '../../model/replica.ts';
import type { ReadCall } from '../../ports/call.ts';
import { mapTold, type Told } from '../shared/told.ts';
import { standingOf, tags } from './machine.ts';
import type { Session } from './session.ts';
import { isOf, leftover, slotOfSibling, toReplica } from './wire.ts';

/** Machines that are asked for at the same time. */
const atOnce = 8;

/**
 * The lists say which machines there are; what each does now has to be asked for one by one, for the list of a resource group
 * does not tell: `$expand=instanceView` is only for scale sets there
 * (`VirtualMachinesListOptionalParams` of @azure/arm-compute, checked 2026-11-27). Disks and network interfaces that
 * stayed behind without their machine show by their names.
 */
export async function listReplicas(
  session: Session,
  deployment: string,
  call: ReadCall,
): Promise<Told<readonly Replica[]>> {
  const { azure, site } = session;
  const owner = { site, deployment };
  const [machines, beside] = await Promise.all([azure.machines(call), azure.siblings('godwit-', [], call)]);
  if (machines.kind !== 'done') return machines;
  if (beside.kind !== 'done') return beside;
  const slots = new Map<string, number | undefined>(
    machines.value.filter((each) => isOf(each, owner)).map(({ name }) => [name, undefined]),
  );
  for (const { name } of beside.value) {
    const found = slotOfSibling(owner, name);
    if (found !== undefined) slots.set(found.machineName, found.slot);
  }
  const replicas: Replica[] = [];
  const names = [...slots];
  for (let from = 0; from < names.length; from += atOnce) {
    const some = names
      .slice(from, from + atOnce)
      .map(([name, slot]) => lookAt(session, { ...owner, name, slot }, call));
    for (const each of await Promise.all(some)) {
      if (each.kind !== 'done') return each;
      replicas.push(...each.value);
    }
  }
  return { kind: 'done', value: replicas };
}

interface Place {
  readonly site: string;
  readonly deployment: string;
  readonly name: string;
  /** Where something was listed beside it. */
  readonly slot: number | undefined;
}

/** None: it went between the list and the look. */
async function lookAt(session: Session, place: Place, call: ReadCall): Promise<Told<readonly Replica[]>> {
  const { azure, settings } = session;
  const told = await azure.machine(place.name, call);
  if (told.kind === 'refused' && told.error.class === 'not-found') return await lookBeside(session, place, call);
  if (told.kind !== 'done') return told;
  const { state } = standingOf(told.value);
  const answers = state === 'starting' || state === 'running' || state === 'stopping';
  const host = answers ? await azure.hostOf(told.value, call) : undefined;
  if (host !== undefined && host.kind !== 'done') return host;
  const replica = toReplica(told.value, host?.value, settings);
  return { kind: 'done', value: replica === undefined ? [] : [replica] };
}

/** What was listed may have gone with its machine a moment ago: each is asked for by its name. */
async function lookBeside(
  { azure }: Session,
  { slot, ...place }: Place,
  call: ReadCall,
): Promise<Told<readonly Replica[]>> {
  if (slot === undefined) return { kind: 'done', value: [] };
  const listed = await azure.siblings(`${place.name}-`, [], call);
  if (listed.kind !== 'done') return listed;
  const there = await azure.stillThere(listed.value, call);
  return mapTold(there, (left) => left.slice(0, 1).map(() => leftover({ ...place, slot })));
}

/** What Azure announces for machines of ours at this site, whatever their deployment. */
export async function listNotices({ azure, site }: Session, call: ReadCall): Promise<Told<readonly Notice[]>> {
  const machines = await azure.machines(call);
  if (machines.kind !== 'done') return machines;
  const ours = machines.value.filter(
    (each) => each.tags[tags.site] === site && each.tags[tags.deployment] !== undefined,
  );
  const notices: Notice[] = [];
  for (let from = 0; from < ours.length; from += atOnce)
    for (const each of await Promise.all(
      ours.slice(from, from + atOnce).map((machine) => azure.notices(machine, call)),
    )) {
      if (each.kind !== 'done') return each;
      notices.push(...each.value);
    }
  return { kind: 'done', value: notices };
}
