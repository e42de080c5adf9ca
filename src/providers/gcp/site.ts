/** One Google Cloud site: lists by label, starts and stops under the slot's lock and the deployment's epoch. */
import { marketsOf } from '../../model/offer.ts';
import type { Seen } from '../../model/outcome.ts';
import type { Replica } from '../../model/replica.ts';
import type { Provider } from '../../ports/provider.ts';
import { openAttempts } from '../shared/attempt-record.ts';
import { changeSlot } from '../shared/change.ts';
import { askTwice, createMemory } from '../shared/remember.ts';
import { onePerSlot } from '../shared/slots.ts';
import { openUnderWay } from '../shared/under-way.ts';
import { seeAccess } from './access.ts';
import { drainReplica } from './drain.ts';
import { seeNotices } from './notices.ts';
import { seeOffers } from './offers.ts';
import { filterFor, offersOf } from './request.ts';
import { listLagMs, listPace, noticeEveryMs, type Session, type SessionDeps, stopSlackMs } from './session.ts';
import { startReplica } from './start.ts';
import { stopReplica } from './stop.ts';
import { toReplica } from './wire.ts';

/** Makes and writes nothing until something is changed. */
export function openSite(deps: SessionDeps): Provider {
  const { clock, compute, site, settings } = deps;
  const session: Session = {
    ...deps,
    attempts: openAttempts(deps.stateDir),
    underWay: openUnderWay(deps.stateDir),
    memory: createMemory(clock),
    lastSeen: undefined,
    look: (deployment, call) => compute.list(filterFor(deployment, site), call),
  };
  return {
    ...{ listLagMs, listPace, stopSlackMs, noticeEveryMs },
    account: settings.project,
    markets: marketsOf(offersOf(settings)),
    async list({ deployment }, call): Promise<Seen<readonly Replica[]>> {
      const asOfMs = clock.nowMs();
      const told = await askTwice(() => session.look(deployment, call));
      if (told.kind !== 'done') return { kind: 'unknown', error: told.error };
      return { kind: 'seen', value: onePerSlot(told.value.flatMap((each) => toReplica(each, settings) ?? [])), asOfMs };
    },
    start: (request, call) => changeSlot(session, request, call, () => startReplica(session, request, call)),
    stop: (replica, how, call) => changeSlot(session, replica, call, () => stopReplica(session, replica, how, call)),
    drain: (replica, call) => changeSlot(session, replica, call, () => drainReplica(session, replica, call)),
    offers: (_, call) => seeOffers(session, call),
    notices: (call) => seeNotices(session, call),
    checkAccess: (call, starts = []) => seeAccess(session, starts, call),
    async close() {
      compute.close();
    },
  };
}
