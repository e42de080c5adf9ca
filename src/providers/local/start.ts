/** Starts one replica: intent on disk, process, record; or adopts what an earlier try with the same key made. */
import { join } from 'node:path';
import type { Reply } from '../../model/outcome.ts';
import type { Replica } from '../../model/replica.ts';
import type { ReadCall, WriteCall } from '../../ports/call.ts';
import type { StartRequest } from '../../ports/provider.ts';
import { withLock } from '../shared/lock.ts';
import { freePort } from './ports.ts';
import type { ReplicaRecord } from './record.ts';
import {
  identityOf,
  isRunning,
  neverSeen,
  type Refused,
  refused,
  type Session,
  seeReplica,
  settlePatiently,
} from './session.ts';
import { type ProcessEnd, spawnReplica } from './spawn.ts';
import { stopProcess } from './stop.ts';

/** Called under the slot's lock. `onEnd` hears when the process ends, while this process lives. */
export async function startReplica(
  session: Session,
  id: string,
  request: StartRequest,
  call: WriteCall,
  onEnd: (bootToken: string, end: ProcessEnd) => void,
): Promise<Reply<Replica>> {
  const found = session.shelf.get(id);
  const known = found === undefined ? undefined : await settlePatiently(session, found);
  const isMade = known !== undefined && (known.pid !== undefined || known.isStopped);
  if (isMade && known.startKey === call.idempotencyKey) {
    // The same key asks for the same replica, running, stopped or dead: a replacement is another start with another key.
    if (known !== found) session.shelf.put(known);
    return { kind: 'done', value: seeReplica(session, known) };
  }
  const obstacle = known === undefined ? undefined : await clearSlot(session, known, call);
  if (obstacle !== undefined) return obstacle;
  const intent = await claim(session, id, request, call);
  if ('kind' in intent) return intent;
  const end = isOver(session, call) ? notBegun('aborted') : await launch(session, intent, request, onEnd);
  if (end.kind === 'refused') {
    if (known === undefined) session.shelf.remove(id);
    else session.shelf.put(known);
    return end;
  }
  const processStart = session.table.look(end.pid)?.start ?? neverSeen;
  const started = { ...intent, pid: end.pid, processStart };
  session.shelf.put(started);
  return { kind: 'done', value: seeReplica(session, started) };
}

/** A slot is free when nobody of its last boot is left; the leftovers of a dead one are ended first. */
async function clearSlot(session: Session, known: ReplicaRecord, call: ReadCall): Promise<Refused | undefined> {
  const identity = identityOf(known);
  if (identity === undefined) return undefined;
  if (isRunning(session, known) !== 'no')
    return refused('conflict', 'SlotTaken', `${known.id} runs already, started as ${known.startKey}`);
  const error = await stopProcess(session, identity, known.stopGraceMs, call);
  return error === undefined
    ? undefined
    : refused('conflict', 'SlotTaken', `${known.id} is dead, what it started is not: ${error.message}`);
}

/** Port and intent under the site's lock: two slots never choose the same port, an older epoch never gets one. */
async function claim(
  session: Session,
  id: string,
  request: StartRequest,
  call: WriteCall,
): Promise<ReplicaRecord | Refused> {
  const { clock, random, ports, shelf, table } = session;
  const claimed = await withLock(clock, session.siteLock, call, async () => {
    const stale = checkEpoch(session, request.deployment, call);
    if (stale !== undefined) return stale;
    const others = shelf.all().filter((record) => record.id !== id && !record.isStopped);
    const port = await freePort(ports, new Set(others.map((record) => record.port)));
    if (port === undefined)
      return refused('capacity', 'PortsExhausted', `no free port in ${ports.first}-${ports.last}`);
    const intent: ReplicaRecord = {
      id,
      deployment: request.deployment,
      slot: request.slot,
      startKey: call.idempotencyKey,
      bootToken: random.id(16),
      port,
      machineBoot: table.machineBoot,
      startedAtMs: clock.nowMs(),
      stopGraceMs: request.launch.stopGraceMs,
      isStopped: false,
    };
    shelf.put(intent);
    return intent;
  });
  return claimed.kind === 'worked' ? claimed.value : notBegun(claimed.kind);
}

/** The caller may have lost its lease while the port was looked for. */
function isOver({ clock }: Session, { signal, deadlineAtMonoMs }: ReadCall): boolean {
  return signal.aborted || clock.monoMs() >= deadlineAtMonoMs;
}

async function launch(
  session: Session,
  intent: ReplicaRecord,
  { launch: { command, env }, model }: StartRequest,
  onEnd: (bootToken: string, end: ProcessEnd) => void,
) {
  const { site, stateDir } = session;
  const { id, bootToken, port } = intent;
  return await spawnReplica({
    command,
    env: { ...session.env, ...env },
    bootToken,
    logPath: join(stateDir, 'logs', `${id}.log`),
    values: { port: String(port), model, site, replica: id },
    onEnd: (end) => onEnd(bootToken, end),
  });
}

/** A writer whose lease is older than one that was here already is turned away. Only under the site's lock. */
export function checkEpoch({ epochs }: Session, deployment: string, call: WriteCall): Refused | undefined {
  const newest = epochs.raise(deployment, call.epoch);
  return newest > call.epoch
    ? refused('conflict', 'StaleEpoch', `epoch ${call.epoch} is older than ${newest}`)
    : undefined;
}

/** Nothing was touched: the lock was not to be had while the call lasted. */
export function notBegun(why: 'aborted' | 'late'): Refused {
  return why === 'aborted'
    ? refused('transient', 'Aborted', 'given up before it began')
    : refused('transient', 'Busy', 'another change of the same slot or site took all the time of this one');
}
