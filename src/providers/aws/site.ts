/** One AWS site: lists by tag, starts and stops under the slot's lock and the deployment's epoch. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../../errors.ts';
import type { Reply, Seen } from '../../model/outcome.ts';
import type { Replica } from '../../model/replica.ts';
import type { WriteCall } from '../../ports/call.ts';
import type { Provider } from '../../ports/provider.ts';
import { openEpochs } from '../shared/epochs.ts';
import { withLock } from '../shared/lock.ts';
import { openAttempts } from './attempt-record.ts';
import { listLagMs, type Refused, refused, type Session, type SessionDeps, staleEpoch } from './session.ts';
import { startReplica } from './start.ts';
import { stopReplica } from './stop.ts';
import { onePerSlot, tags, toReplica } from './wire.ts';

/** Makes and writes nothing until something is changed. */
export function openSite(deps: SessionDeps): Provider {
  const { clock, ec2, site, settings } = deps;
  const session: Session = {
    ...deps,
    attempts: openAttempts(deps.stateDir),
    look: (deployment, call) =>
      ec2.describe({ filters: { [`tag:${tags.deployment}`]: deployment, [`tag:${tags.site}`]: site } }, call),
    see: (instance) => toReplica(instance, settings),
  };
  return {
    listLagMs,
    async list({ deployment }, call): Promise<Seen<readonly Replica[]>> {
      const asOfMs = clock.nowMs();
      const told = await session.look(deployment, call);
      if (told.kind !== 'done') return { kind: 'unknown', error: told.error };
      return { kind: 'seen', value: onePerSlot(told.value.flatMap((each) => session.see(each) ?? [])), asOfMs };
    },
    start: (request, call) => change(session, request, call, () => startReplica(session, request, call)),
    stop: (replica, how, call) => change(session, replica, call, () => stopReplica(session, replica, how, call)),
    async close() {
      ec2.close();
    },
  };
}

/** One change of one slot at a time on this machine, and none under an epoch older than one that was here. */
async function change<T>(
  session: Session,
  { deployment, slot }: { readonly deployment: string; readonly slot: number },
  call: WriteCall,
  work: () => Promise<Reply<T>>,
): Promise<Reply<T>> {
  const { clock, stateDir } = session;
  const locks = join(stateDir, 'locks');
  try {
    mkdirSync(locks, { recursive: true, mode: 0o700 });
    const epochs = openEpochs(join(stateDir, 'epochs.json'));
    const end = await withLock(clock, join(locks, `slot-${deployment}-${slot}`), call, async (): Promise<Reply<T>> => {
      const newest = await withLock(clock, join(locks, 'site'), call, () => epochs.raise(deployment, call.epoch));
      if (newest.kind !== 'worked') return notBegun(newest.kind);
      return staleEpoch(newest.value, call) ?? (await work());
    });
    return end.kind === 'worked' ? end.value : notBegun(end.kind);
  } catch (error) {
    return { kind: 'unknown', error: { class: 'unknown', code: 'LocalStateFailed', message: messageOf(error) } };
  }
}

function notBegun(why: 'aborted' | 'late'): Refused {
  return why === 'aborted'
    ? refused('transient', 'Aborted', 'given up before it began')
    : refused('transient', 'Busy', 'another change of the same slot or site took all the time of this one');
}
