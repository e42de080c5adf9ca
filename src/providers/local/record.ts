/** What the supervisor remembers of one replica: a small file, written before the process is and after it is gone. */
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { flushFolder, readJson, writeDurably } from '../shared/durable.ts';

/** Read back strictly: a file that somebody edited or cut short is refused by name, never half believed. */
const recordShape = z.strictObject({
  /** `<site>-<deployment>-<slot>`: the slot's name, the same for every boot. */
  id: z.string(),
  deployment: z.string(),
  slot: z.int(),
  /** The idempotency key of the start that made this boot. */
  startKey: z.string(),
  /** Random; also in the process's environment, so that it is found when the record is older than the process. */
  bootToken: z.string().min(1),
  port: z.int(),
  /** Not there between intent and start. */
  pid: z.int().positive().optional(),
  /** The kernel's start time of that pid: a pid alone is reused. */
  processStart: z.string().optional(),
  /** The machine's boot in which it was started: start times count from it. */
  machineBoot: z.string(),
  startedAtMs: z.number(),
  stopGraceMs: z.number(),
  /** Stopped on purpose: kept for a warm start, no process. */
  isStopped: z.boolean(),
  /** Why it is gone, when whoever started it was still there to see. */
  end: z.strictObject({ exitCode: z.int().nullable(), signal: z.string().nullable(), atMs: z.number() }).optional(),
});

export type ReplicaRecord = Readonly<z.infer<typeof recordShape>>;

export interface RecordShelf {
  /** Of one deployment, or of all. Throws on a file that cannot be believed. */
  all(deployment?: string): readonly ReplicaRecord[];
  get(id: string): ReplicaRecord | undefined;
  /** Durable when it returns; a crash leaves the old record or the new one, never a half. */
  put(record: ReplicaRecord): void;
  remove(id: string): void;
}

/** Looking leaves no trace: the folder is made with the first record. Once it was there, a missing one is a loss and no empty one. */
export function openShelf(dir: string): RecordShelf {
  let wasThere = existsSync(dir);
  const pathOf = (id: string): string => join(dir, `${id}.json`);
  const get = (id: string): ReplicaRecord | undefined => readJson(pathOf(id), recordShape);
  return {
    get,
    all(deployment) {
      wasThere ||= existsSync(dir);
      const names = wasThere ? readdirSync(dir) : [];
      const ids = names.flatMap((name) => (name.endsWith('.json') ? [name.slice(0, -'.json'.length)] : []));
      return ids
        .flatMap((id) => get(id) ?? [])
        .filter((record) => deployment === undefined || record.deployment === deployment);
    },
    put(record) {
      if (!wasThere) mkdirSync(dir, { recursive: true, mode: 0o700 });
      wasThere = true;
      writeDurably(pathOf(record.id), JSON.stringify(record));
    },
    remove(id) {
      rmSync(pathOf(id), { force: true });
      flushFolder(dir);
    },
  };
}
