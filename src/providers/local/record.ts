/** What the supervisor remembers of one replica: a small file, written before the process is and after it is gone. */
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';

export interface ReplicaRecord {
  /** `<site>-<deployment>-<slot>`: the slot's name, the same for every boot. */
  readonly id: string;
  readonly deployment: string;
  readonly slot: number;
  /** The idempotency key of the start that made this boot. */
  readonly startKey: string;
  /** Random; also in the process's environment, so that it is found when the record is older than the process. */
  readonly bootToken: string;
  readonly port: number;
  /** Undefined between intent and start. */
  readonly pid: number | undefined;
  /** The kernel's start time of that pid: a pid alone is reused. */
  readonly processStart: string | undefined;
  readonly startedAtMs: number;
  readonly stopGraceMs: number;
  /** Stopped on purpose: kept for a warm start, no process. */
  readonly isStopped: boolean;
}

export interface RecordShelf {
  all(deployment: string): readonly ReplicaRecord[];
  get(id: string): ReplicaRecord | undefined;
  /** Durable when it returns; a crash leaves the old record or the new one, never a half. */
  put(record: ReplicaRecord): void;
  remove(id: string): void;
}

export function openShelf(dir: string): RecordShelf {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const pathOf = (id: string): string => join(dir, `${id}.json`);
  const get = (id: string): ReplicaRecord | undefined =>
    existsSync(pathOf(id)) ? (JSON.parse(readFileSync(pathOf(id), 'utf8')) as ReplicaRecord) : undefined;
  return {
    get,
    all(deployment) {
      const ids = readdirSync(dir).flatMap((name) => (name.endsWith('.json') ? [name.slice(0, -'.json'.length)] : []));
      return ids.flatMap((id) => get(id) ?? []).filter((record) => record.deployment === deployment);
    },
    put(record) {
      writeDurably(pathOf(record.id), JSON.stringify(record));
    },
    remove(id) {
      rmSync(pathOf(id), { force: true });
    },
  };
}

/** Write beside, flush, rename, flush the folder: after a power loss the name points at a whole file. */
export function writeDurably(path: string, text: string): void {
  const beside = `${path}.${process.pid}.new`;
  const file = openSync(beside, 'w', 0o600);
  writeSync(file, text);
  fsyncSync(file);
  closeSync(file);
  renameSync(beside, path);
  const folder = openSync(dirname(path), 'r');
  fsyncSync(folder);
  closeSync(folder);
}
