/** One Azure site: lists by tag, starts and stops under the slot's lock and the deployment's epoch. */
import type { Seen } from '../../model/outcome.ts';
import type { Replica } from '../../model/replica.ts';
import type { ReadCall } from '../../ports/call.ts';
import type { Provider } from '../../ports/provider.ts';
import { openAttempts } from '../shared/attempt-record.ts';
import { changeSlot } from '../shared/change.ts';
import { onePerSlot } from '../shared/slots.ts';
import type { Told } from '../shared/told.ts';
import { standingOf } from './machine.ts';
import { listLagMs, type Session, type SessionDeps } from './session.ts';
import { startReplica } from './start.ts';
import { stopReplica } from './stop.ts';
import { isOf, toReplica } from './wire.ts';

/** Machines that are asked for at the same time. */
const atOnce = 8;

/** Makes and writes nothing until something is changed. */
export function openSite(deps: SessionDeps): Provider {
  const { azure, clock, settings, stateDir } = deps;
  const session: Session = { ...deps, attempts: openAttempts(stateDir) };
  return {
    listLagMs,
    account: `azure:${settings.subscription}`,
    async list({ deployment }, call): Promise<Seen<readonly Replica[]>> {
      const asOfMs = clock.nowMs();
      const told = await listReplicas(session, deployment, call);
      if (told.kind !== 'done') return { kind: 'unknown', error: told.error };
      return { kind: 'seen', value: onePerSlot(told.value), asOfMs };
    },
    start: (request, call) => changeSlot(session, request, call, () => startReplica(session, request, call)),
    stop: (replica, how, call) => changeSlot(session, replica, call, () => stopReplica(session, replica, how, call)),
    async close() {
      azure.close();
    },
  };
}

/**
 * The list says which machines there are; what each does now has to be asked for one by one, for the list of a resource group
 * does not tell: `$expand=instanceView` is only for scale sets there
 * (https://learn.microsoft.com/rest/api/compute/virtual-machines/list, checked 2026-11-27).
 */
async function listReplicas(session: Session, deployment: string, call: ReadCall): Promise<Told<readonly Replica[]>> {
  const { azure, site } = session;
  const told = await azure.machines(call);
  if (told.kind !== 'done') return told;
  const names = told.value.filter((each) => isOf(each, { site, deployment })).map(({ name }) => name);
  const replicas: Replica[] = [];
  for (let from = 0; from < names.length; from += atOnce) {
    const some = await Promise.all(names.slice(from, from + atOnce).map((name) => lookAt(session, name, call)));
    for (const each of some) {
      if (each.kind !== 'done') return each;
      replicas.push(...each.value);
    }
  }
  return { kind: 'done', value: replicas };
}

/** None: it went between the list and the look. */
async function lookAt({ azure, settings }: Session, name: string, call: ReadCall): Promise<Told<readonly Replica[]>> {
  const told = await azure.machine(name, call);
  if (told.kind === 'refused' && told.error.class === 'not-found') return { kind: 'done', value: [] };
  if (told.kind !== 'done') return told;
  const { state } = standingOf(told.value);
  const answers = state === 'starting' || state === 'running' || state === 'stopping';
  const host = answers ? await azure.hostOf(told.value, call) : undefined;
  if (host !== undefined && host.kind !== 'done') return host;
  const replica = toReplica(told.value, host?.value, settings);
  return { kind: 'done', value: replica === undefined ? [] : [replica] };
}
