/** One local site's session: starts, lists and stops replicas; finds again what an earlier process started. */
import { messageOf } from '../../errors.ts';
import type { Reply, Seen } from '../../model/outcome.ts';
import type { ProviderError } from '../../model/provider-error.ts';
import type { Replica } from '../../model/replica.ts';
import type { ReadCall, WriteCall } from '../../ports/call.ts';
import type { Provider } from '../../ports/provider.ts';
import { withLock } from '../shared/lock.ts';
import {
  identityOf,
  openSession,
  type Refused,
  refused,
  type Session,
  type SessionDeps,
  seeReplica,
  settle,
  settlePatiently,
} from './session.ts';
import type { ProcessEnd } from './spawn.ts';
import { checkEpoch, notBegun, startReplica } from './start.ts';
import { stopProcess } from './stop.ts';

/** Longest time `close` waits to write down how a replica ended, in milliseconds. */
const noteWithinMs = 2000;

export function openSupervisor(deps: SessionDeps): Provider {
  const session = openSession(deps);
  const { clock } = session;
  const notes = new Set<Promise<void>>();

  const noteEnd = (id: string, bootToken: string, end: ProcessEnd): void => {
    const note = writeEnd(session, id, bootToken, end).finally(() => notes.delete(note));
    notes.add(note);
  };

  return {
    // The record is there before the process, under the slot's own name, and durable before the reply.
    listLagMs: 0,
    async list({ deployment }, call) {
      return listReplicas(session, deployment, call);
    },
    start(request, call) {
      const id = `${session.site}-${request.deployment}-${request.slot}`;
      return change(session, id, request.deployment, call, () =>
        startReplica(session, id, request, call, (bootToken, end) => noteEnd(id, bootToken, end)),
      );
    },
    stop(replica, how, call) {
      return change(session, replica.id, replica.deployment, call, () => stopReplica(session, replica, how, call));
    },
    async disturb(replica, how, call) {
      if (call.signal.aborted || clock.monoMs() >= call.deadlineAtMonoMs) return notBegun('aborted');
      try {
        const { disturbReplica } = await import('./disturb.ts');
        return await disturbReplica(session, replica, how, call);
      } catch (error) {
        return { kind: 'unknown', error: stateFailed(error) };
      }
    },
    checkAccess: async (_call, starts = []) => {
      const { checkAccess } = await import('./access.ts');
      return await checkAccess(
        session,
        starts.map(({ launch }) => launch),
      );
    },
    async close() {
      const over = new AbortController();
      const patience = clock.sleep(noteWithinMs, over.signal).then(
        () => undefined,
        () => undefined,
      );
      await Promise.race([Promise.all(notes), patience]);
      // A timer left behind would keep the program from ending for as long.
      over.abort();
    },
  };
}

function listReplicas(session: Session, deployment: string, call: ReadCall): Seen<readonly Replica[]> {
  const { clock, shelf } = session;
  if (call.signal.aborted || clock.monoMs() >= call.deadlineAtMonoMs)
    return { kind: 'unknown', error: { class: 'transient', code: 'Aborted', message: 'no time left to look' } };
  try {
    const value = shelf.all(deployment).map((record) => seeReplica(session, settle(session, record)));
    return { kind: 'seen', value, asOfMs: clock.nowMs() };
  } catch (error) {
    return { kind: 'unknown', error: stateFailed(error) };
  }
}

/** One change of one slot at a time; other slots of the site go on beside it. */
async function change<T>(
  session: Session,
  id: string,
  deployment: string,
  call: WriteCall,
  work: () => Promise<Reply<T>>,
): Promise<Reply<T>> {
  const { clock, siteLock } = session;
  try {
    session.makeFolders();
    const end = await withLock(clock, session.slotLock(id), call, async (): Promise<Reply<T>> => {
      const checked = await withLock(clock, siteLock, call, () => checkEpoch(session, deployment, call));
      if (checked.kind !== 'worked') return notBegun(checked.kind);
      return checked.value ?? (await work());
    });
    return end.kind === 'worked' ? end.value : notBegun(end.kind);
  } catch (error) {
    return { kind: 'unknown', error: stateFailed(error) };
  }
}

async function stopReplica(
  session: Session,
  replica: Replica,
  how: 'stop' | 'delete',
  call: WriteCall,
): Promise<Reply<void>> {
  const { shelf } = session;
  const found = shelf.get(replica.id);
  if (found === undefined) return { kind: 'done', value: undefined };
  const record = await settlePatiently(session, found);
  if (record.bootToken !== replica.bootId) return otherBoot(replica);
  const identity = identityOf(record);
  if (identity !== undefined) {
    const error = await stopProcess(session, identity, record.stopGraceMs, call);
    if (error !== undefined) return { kind: 'unknown', error };
  }
  if (how === 'stop') shelf.put({ ...record, pid: undefined, processStart: undefined, isStopped: true });
  else shelf.remove(record.id);
  return { kind: 'done', value: undefined };
}

function otherBoot({ id }: Replica): Refused {
  return refused('conflict', 'OtherBoot', `${id} was started anew meanwhile`);
}

/** How a replica ended, for whoever reads its record: only its starter is told by the kernel. */
async function writeEnd(session: Session, id: string, bootToken: string, end: ProcessEnd): Promise<void> {
  const { clock, shelf } = session;
  const signal = new AbortController().signal;
  try {
    await withLock(clock, session.slotLock(id), { signal, deadlineAtMonoMs: clock.monoMs() + noteWithinMs }, () => {
      const record = shelf.get(id);
      if (record?.bootToken === bootToken && record.pid !== undefined)
        shelf.put({ ...record, end: { ...end, atMs: clock.nowMs() } });
    });
  } catch {
    // The note explains, nothing depends on it: without a state directory there is nowhere to put it.
    return;
  }
}

function stateFailed(error: unknown): ProviderError {
  return { class: 'unknown', code: 'LocalStateFailed', message: messageOf(error) };
}
