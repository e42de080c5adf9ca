/** The records of drills as files: `drills/<run>/drill.json` in the state directory. */
import { closeSync, constants, openSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { DrillDraft } from '../model/drill-run.ts';
import type { DrillRecordSight, DrillRecords } from '../ports/drill-records.ts';
import { lookAtFile, makePrivateFolder, readPlainFile, replaceBehind, writeBehind } from './drill-record-file.ts';
import { brokenRecord, checkDrafts, checkRunId, isRunId, mostRecordBytes, overtaken } from './drill-record-rules.ts';
import { beganAtMs, continueRecord, frontBytes, noRecord, type RecordEnd, readRecord } from './drill-record-text.ts';
import { guarded } from './sqlite/failure.ts';

/** How long a write waits for another process's, in milliseconds. The wait blocks this process. */
const lockTimeoutMs = 2000;

/** Makes nothing before the first append. A handle remembers where each record ended when it last saw it. */
export function openDrillRecords(stateDir: string): DrillRecords {
  const root = resolve(stateDir, 'drills');
  const seen = new Map<string, RecordEnd>();
  const folderOf = (run: string): string => {
    checkRunId(run);
    return join(root, run);
  };
  const pathOf = (run: string): string => join(folderOf(run), 'drill.json');
  return {
    folderOf,
    async append(run, drafts) {
      if (drafts.length === 0) return;
      const path = pathOf(run);
      makePrivateFolder(root);
      makePrivateFolder(folderOf(run));
      withLock(join(root, 'lock'), () => seen.set(run, appendTo({ run, path, known: seen.get(run) }, drafts)));
    },
    async read(run) {
      const bytes = readPlainFile(pathOf(run), mostRecordBytes);
      const read = bytes === undefined ? undefined : readRecord(bytes);
      if (read?.sight.kind === 'whole') seen.set(run, read.end);
      return read?.sight;
    },
    async list() {
      const names = guarded(root, () => namesIn(root));
      const dated = names.map((name) => ({ name, atMs: begunAtMs(join(root, name, 'drill.json')) }));
      const there = dated.filter((each): each is { name: string; atMs: number } => each.atMs !== undefined);
      return there.toSorted((a, b) => b.atMs - a.atMs || (a.name < b.name ? 1 : -1)).map(({ name }) => name);
    },
  };
}

/** A record that lies anywhere, as one that was copied does. Undefined: there is none. */
export function readDrillRecord(path: string): DrillRecordSight | undefined {
  const bytes = readPlainFile(path, mostRecordBytes);
  if (bytes === undefined) return undefined;
  return readRecord(bytes)?.sight ?? { kind: 'broken', entries: [], seq: 1, why: 'it is not what was written' };
}

interface Place {
  readonly run: string;
  readonly path: string;
  /** Undefined: this handle has not seen it yet. */
  readonly known: RecordEnd | undefined;
}

function appendTo(place: Place, drafts: readonly DrillDraft[]): RecordEnd {
  const { run, path } = place;
  const { end, bytes } = endOf(place);
  const next = continueRecord(end, drafts);
  checkDrafts(run, end, drafts, next);
  const text = `${next.text}${next.closing}`;
  if (end.hasEnded) replaceBehind(path, (bytes ?? readWhole(path)).subarray(0, end.bytes), text);
  else writeBehind(path, end.bytes, text);
  return next.end;
}

/** Where it ends now. It is read only when somebody may have written: once a second all of it would be much to read. */
function endOf({ run, path, known }: Place): { readonly end: RecordEnd; readonly bytes?: Buffer } {
  if (known !== undefined && lookAtFile(path, frontBytes)?.sizeBytes === known.sizeBytes) return { end: known };
  const bytes = readWhole(path);
  const read = readRecord(bytes);
  if (read?.sight.kind === 'broken') throw brokenRecord(run, read.sight.seq, read.sight.why);
  const end = read?.end ?? noRecord;
  if (known !== undefined && known.head.hash !== end.head.hash) throw overtaken(run);
  return { end, bytes };
}

function readWhole(path: string): Buffer {
  return readPlainFile(path, mostRecordBytes) ?? Buffer.alloc(0);
}

/** A record whose first entry cannot be read is a record all the same: it comes last. Undefined: there is none. */
function begunAtMs(path: string): number | undefined {
  const look = lookAtFile(path, frontBytes);
  return look === undefined || look.sizeBytes === 0 ? undefined : (beganAtMs(look.front) ?? 0);
}

/** The system lets go of it when its holder dies, so that no dead writer is ever waited for. */
function withLock(path: string, work: () => void): void {
  guarded(path, () => {
    const { O_CREAT, O_RDWR, O_NOFOLLOW } = constants;
    closeSync(openSync(path, O_CREAT | O_RDWR | O_NOFOLLOW, 0o600));
    // Nothing is ever written to it: it is a lock, and SQLite has one that works on every system.
    const lock = new DatabaseSync(path, { timeout: lockTimeoutMs });
    try {
      lock.exec('BEGIN EXCLUSIVE');
      work();
    } finally {
      lock.close();
    }
  });
}

function namesIn(root: string): readonly string[] {
  try {
    // A folder that somebody copied aside is no run: it would be asked for by a name that is none.
    return readdirSync(root).filter(isRunId);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}
