/** One local site's session: starts, lists and stops replicas; finds again what an earlier process started. */
import { join } from 'node:path';
import type { Reply } from '../../model/outcome.ts';
import type { ErrorClass, ProviderError } from '../../model/provider-error.ts';
import type { Replica } from '../../model/replica.ts';
import type { WriteCall } from '../../ports/call.ts';
import type { Provider, ProviderDeps, StartRequest } from '../../ports/provider.ts';
import { openEpochs } from './epochs.ts';
import { findByToken, isSameProcess, processStartOf } from './identity.ts';
import { openShelf, type RecordShelf, type ReplicaRecord } from './record.ts';
import type { PortRange } from './schema.ts';
import { freePort, spawnReplica } from './spawn.ts';
import { stopProcess } from './stop.ts';

interface SupervisorDeps extends ProviderDeps {
  readonly site: string;
  readonly ports: PortRange;
}

export function openSupervisor(deps: SupervisorDeps): Provider {
  const { clock, stateDir, site } = deps;
  const shelf = openShelf(join(stateDir, 'replicas'));
  const epochs = openEpochs(join(stateDir, 'epochs.json'));
  let turn: Promise<unknown> = Promise.resolve();

  /** Starts and stops of one site go one after the other: they share ports, slots and records. */
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const mine = turn.then(work);
    turn = mine.then(
      () => undefined,
      () => undefined,
    );
    return mine;
  };

  return {
    async list({ deployment }) {
      const value = shelf.all(deployment).map((record) => replicaOf(site, settle(shelf, record)));
      return { kind: 'seen', value, asOfMs: clock.nowMs() };
    },
    start: (request, call) =>
      inTurn(async () => guard(epochs, request.deployment, call) ?? (await start(deps, shelf, request, call))),
    stop: (replica, how, call) =>
      inTurn(async () => guard(epochs, replica.deployment, call) ?? (await stop(deps, shelf, replica, how))),
    async close() {
      await turn;
    },
  };
}

/** A writer whose lease is older than one that was here already is turned away. */
function guard(epochs: ReturnType<typeof openEpochs>, deployment: string, call: WriteCall): Reply<never> | undefined {
  if (call.signal.aborted) return refused('transient', 'Aborted', 'given up before it began');
  const newest = epochs.raise(deployment, call.epoch);
  return newest > call.epoch
    ? refused('conflict', 'StaleEpoch', `epoch ${call.epoch} is older than ${newest}`)
    : undefined;
}

/** A record whose writer died before it knew the pid: the token in the environment tells whether the process came up. */
function settle(shelf: RecordShelf, record: ReplicaRecord): ReplicaRecord {
  if (record.pid !== undefined || record.isStopped) return record;
  const pid = findByToken(record.bootToken);
  const processStart = pid === undefined ? undefined : processStartOf(pid);
  if (pid === undefined || processStart === undefined) return record;
  const settled = { ...record, pid, processStart };
  shelf.put(settled);
  return settled;
}

function isRunning({ pid, processStart, bootToken }: ReplicaRecord): 'yes' | 'no' | 'unknown' {
  return pid === undefined || processStart === undefined ? 'no' : isSameProcess({ pid, processStart, bootToken });
}

function replicaOf(site: string, record: ReplicaRecord): Replica {
  const running = record.isStopped ? 'no' : isRunning(record);
  return {
    id: record.id,
    bootId: record.bootToken,
    deployment: record.deployment,
    site,
    slot: record.slot,
    url: record.isStopped ? undefined : `http://127.0.0.1:${record.port}`,
    state: record.isStopped ? 'stopped' : running === 'no' ? 'gone' : 'running',
    billed: running,
    startedAtMs: record.startedAtMs,
    startKey: record.startKey,
  };
}

async function start(
  deps: SupervisorDeps,
  shelf: RecordShelf,
  request: StartRequest,
  call: WriteCall,
): Promise<Reply<Replica>> {
  const { site, ports, clock, random, stateDir } = deps;
  const id = `${site}-${request.deployment}-${request.slot}`;
  const found = shelf.get(id);
  const known = found === undefined ? undefined : settle(shelf, found);
  const isLive = known !== undefined && !known.isStopped && isRunning(known) !== 'no';
  if (known !== undefined && known.startKey === call.idempotencyKey && (isLive || known.pid !== undefined)) {
    // The same key asks for the same replica, dead or alive: a replacement is another start with another key.
    return { kind: 'done', value: replicaOf(site, known) };
  }
  if (isLive) return refused('conflict', 'SlotTaken', `${id} runs already, started as ${known.startKey}`);
  const taken = new Set(
    shelf
      .all(request.deployment)
      .filter((record) => record.id !== id && !record.isStopped)
      .map(({ port }) => port),
  );
  const port = await freePort(ports, taken);
  if (port === undefined) return refused('capacity', 'PortsExhausted', `no free port in ${ports.first}-${ports.last}`);
  const intent: ReplicaRecord = {
    id,
    deployment: request.deployment,
    slot: request.slot,
    startKey: call.idempotencyKey,
    bootToken: random.id(16),
    port,
    pid: undefined,
    processStart: undefined,
    startedAtMs: clock.nowMs(),
    stopGraceMs: request.launch.stopGraceMs,
    isStopped: false,
  };
  shelf.put(intent);
  const values = { port: String(port), model: request.model, site, replica: id };
  const end = await spawnReplica({
    launch: request.launch,
    bootToken: intent.bootToken,
    logPath: join(stateDir, 'logs', `${id}.log`),
    values,
  });
  if (end.kind === 'refused') {
    shelf.remove(id);
    return end;
  }
  const started = { ...intent, pid: end.pid, processStart: processStartOf(end.pid) ?? 'ended at once' };
  shelf.put(started);
  return { kind: 'done', value: replicaOf(site, started) };
}

async function stop(
  deps: SupervisorDeps,
  shelf: RecordShelf,
  replica: Replica,
  how: 'stop' | 'delete',
): Promise<Reply<void>> {
  const found = shelf.get(replica.id);
  if (found === undefined) return { kind: 'done', value: undefined };
  const record = settle(shelf, found);
  if (record.bootToken !== replica.bootId)
    return refused('conflict', 'OtherBoot', `${replica.id} was started anew meanwhile`);
  const { pid, processStart, bootToken } = record;
  if (pid !== undefined && processStart !== undefined) {
    const error = await stopProcess(deps.clock, { pid, processStart, bootToken }, record.stopGraceMs);
    if (error !== undefined) return { kind: 'unknown', error };
  }
  if (how === 'stop') shelf.put({ ...record, pid: undefined, processStart: undefined, isStopped: true });
  else shelf.remove(record.id);
  return { kind: 'done', value: undefined };
}

function refused(
  errorClass: ErrorClass,
  code: string,
  message: string,
): { readonly kind: 'refused'; readonly error: ProviderError } {
  return { kind: 'refused', error: { class: errorClass, code, message } };
}
