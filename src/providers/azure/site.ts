/** One Azure site: lists by tag, starts and stops under the slot's lock and the deployment's epoch. */
import { marketsOf } from '../../model/offer.ts';
import type { Seen } from '../../model/outcome.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Provider } from '../../ports/provider.ts';
import { openAttempts } from '../shared/attempt-record.ts';
import { changeSlot } from '../shared/change.ts';
import { askTwice } from '../shared/remember.ts';
import { onePerSlot } from '../shared/slots.ts';
import { startupParts } from '../shared/startup-parts.ts';
import { mapTold, type Told } from '../shared/told.ts';
import { openUnderWay } from '../shared/under-way.ts';
import { listNotices, listReplicas } from './list.ts';
import { listLagMs, listPace, noticeEveryMs, type Session, type SessionDeps, stopSlackMs } from './session.ts';
import { startReplica, startupOf } from './start.ts';
import { stopReplica } from './stop.ts';
import { offersOf } from './wire.ts';

/** Makes and writes nothing until something is changed. */
export function openSite(deps: SessionDeps): Provider {
  const { azure, clock, settings, stateDir } = deps;
  const session: Session = { ...deps, attempts: openAttempts(stateDir), underWay: openUnderWay(stateDir) };
  return {
    listLagMs,
    listPace,
    stopSlackMs,
    noticeEveryMs,
    account: `azure:${settings.subscription}`,
    markets: marketsOf(offersOf(settings)),
    list: ({ deployment }, call) =>
      look(clock, async () => mapTold(await askTwice(() => listReplicas(session, deployment, call)), onePerSlot)),
    start: (request, call) => changeSlot(session, request, call, () => startReplica(session, request, call)),
    stop: (replica, how, call) => changeSlot(session, replica, call, () => stopReplica(session, replica, how, call)),
    offers: (_, call) => look(clock, () => azure.offers(call)),
    notices: (call) => look(clock, () => listNotices(session, call)),
    checkAccess: (call, starts = []) =>
      look(clock, async () =>
        mapTold(await azure.access(call), (report) => ({
          ...report,
          parts: [...report.parts, ...startupParts(starts, (request) => startupOf(session, request))],
        })),
      ),
    // Nothing is held open: connections end by themselves when nobody uses them.
    close: () => Promise.resolve(),
  };
}

/** As of the moment it was asked for. */
async function look<T>(clock: Clock, ask: () => Promise<Told<T>>): Promise<Seen<T>> {
  const asOfMs = clock.nowMs();
  const told = await ask();
  return told.kind === 'done' ? { kind: 'seen', value: told.value, asOfMs } : { kind: 'unknown', error: told.error };
}
