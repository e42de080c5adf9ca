/** One AWS site: lists by tag, starts and stops under the slot's lock and the deployment's epoch. */
import { marketsOf } from '../../model/offer.ts';
import type { Seen } from '../../model/outcome.ts';
import type { Replica } from '../../model/replica.ts';
import type { Provider } from '../../ports/provider.ts';
import { openAttempts } from '../shared/attempt-record.ts';
import { changeSlot } from '../shared/change.ts';
import { askTwice, createMemory } from '../shared/remember.ts';
import { onePerSlot } from '../shared/slots.ts';
import { drainReplica } from './drain.ts';
import { seeNotices } from './notices.ts';
import { seeOffers } from './offers.ts';
import { offersOf } from './request.ts';
import type { AwsSettings } from './schema.ts';
import { listLagMs, listPace, noticeEveryMs, type Session, type SessionDeps, stopSlackMs } from './session.ts';
import { startReplica } from './start.ts';
import { stopReplica } from './stop.ts';
import { createUltraServers } from './ultraservers.ts';
import { tags, toReplica } from './wire.ts';

/** Makes and writes nothing until something is changed. */
export function openSite(deps: SessionDeps): Provider {
  const { clock, ec2, site, settings } = deps;
  const ultraServers = createUltraServers(deps, settings);
  const session: Session = {
    ...deps,
    attempts: openAttempts(deps.stateDir),
    memory: createMemory(clock),
    lastSeen: undefined,
    look: (deployment, call) =>
      ec2.describe({ filters: { [`tag:${tags.deployment}`]: deployment, [`tag:${tags.site}`]: site } }, call),
    see(instance) {
      const replica = toReplica(instance, settings);
      const failureDomain = ultraServers.of(instance);
      return replica === undefined || failureDomain === undefined ? replica : { ...replica, failureDomain };
    },
  };
  return {
    listLagMs,
    listPace,
    stopSlackMs,
    noticeEveryMs,
    account: accountOf(settings),
    markets: marketsOf(offersOf(settings)),
    async list({ deployment }, call): Promise<Seen<readonly Replica[]>> {
      const asOfMs = clock.nowMs();
      const told = await askTwice(() => session.look(deployment, call));
      if (told.kind !== 'done') return { kind: 'unknown', error: told.error };
      await ultraServers.learn(told.value, call);
      return { kind: 'seen', value: onePerSlot(told.value.flatMap((each) => session.see(each) ?? [])), asOfMs };
    },
    start: (request, call) => changeSlot(session, request, call, () => startReplica(session, request, call)),
    stop: (replica, how, call) => changeSlot(session, replica, call, () => stopReplica(session, replica, how, call)),
    drain: (replica, call) => changeSlot(session, replica, call, () => drainReplica(session, replica, call)),
    offers: (need, call) => seeOffers(session, need, call),
    notices: (call) => seeNotices(session, call),
    // Loaded when it is asked for: a controller that runs for months asks once a day.
    checkAccess: async (call, starts = []) => (await import('./access.ts')).checkAccess(session, starts, call),
    async close() {
      ec2.close();
      deps.quotas?.close();
    },
  };
}

/** By where its credentials come from: whose they are is not asked for. */
function accountOf({ credentials }: AwsSettings): string {
  return credentials === undefined ? 'aws:default' : `aws:profile/${credentials.profile}`;
}
