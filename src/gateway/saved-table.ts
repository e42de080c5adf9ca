/** The last accepted route table on disk: what the gateway starts from when nobody tells it anything. */
import {
  closeSync,
  constants,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { acceptEntry, type Fence } from '../core/routing/accept-entry.ts';
import { messageOf } from '../errors.ts';
import type { RouteEntry, Weights } from '../model/route.ts';
import { isCount, isListOf, isObject, isWholeEntry } from './entry-shape.ts';

export interface SavedRoute {
  readonly deployment: string;
  readonly fence: Fence;
  /** Undefined for a deployment that was stamped and never written. */
  readonly entry: RouteEntry | undefined;
  /** What people go back to: see `PinSight.before`. */
  readonly before?: Weights | undefined;
  /** Monotonic milliseconds at which the entry was accepted: proofs count from there. */
  readonly acceptedAtMonoMs: number;
}

export interface SavedTable {
  /** Monotonic times of another boot mean nothing. */
  readonly bootId: string;
  readonly routes: readonly SavedRoute[];
}

/** Durable when it returns. The gateway acknowledges an entry only after this. */
export function saveTable(path: string, table: SavedTable): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const beside = `${path}.new`;
  const { O_WRONLY, O_CREAT, O_TRUNC, O_NOFOLLOW, O_RDONLY } = constants;
  withFile(beside, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, (file) => {
    writeFileSync(file, JSON.stringify(table));
    fsyncSync(file);
  });
  renameSync(beside, path);
  withFile(dirname(path), O_RDONLY, fsyncSync);
}

/** Closed also when the disk refuses: the gateway lives for months, and would run out of descriptors. */
function withFile(path: string, flags: number, work: (file: number) => void): void {
  const file = openSync(path, flags, 0o600);
  try {
    work(file);
  } finally {
    closeSync(file);
  }
}

export type LoadedTable =
  | { readonly kind: 'loaded'; readonly routes: readonly SavedRoute[] }
  | { readonly kind: 'none' }
  | { readonly kind: 'set-aside'; readonly path: string; readonly why: string };

/** A file that cannot be read as a table is moved aside, not trusted and not lost. Proofs are shortened by what passed since. */
export function loadTable(path: string, bootId: string, nowMonoMs: number): LoadedTable {
  if (!existsSync(path)) return { kind: 'none' };
  try {
    const table = tableIn(readFileSync(path, 'utf8'));
    return {
      kind: 'loaded',
      routes: table.routes.map((route) => aged(route, table.bootId === bootId ? nowMonoMs : Number.POSITIVE_INFINITY)),
    };
  } catch (error) {
    const aside = `${path}.damaged`;
    renameSync(path, aside);
    return { kind: 'set-aside', path: aside, why: messageOf(error) };
  }
}

/** Throws when it is none. */
function tableIn(text: string): SavedTable {
  const table: unknown = JSON.parse(text);
  if (!isTable(table)) throw new Error('it has another shape');
  for (const { entry } of table.routes) {
    const verdict = entry === undefined ? undefined : acceptEntry(undefined, entry);
    if (verdict?.kind === 'refused') throw new Error(verdict.message);
  }
  return table;
}

function isTable(value: unknown): value is SavedTable {
  return isObject(value) && typeof value['bootId'] === 'string' && isListOf(value['routes'], isSavedRoute);
}

function isSavedRoute(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { deployment, fence, entry, before, acceptedAtMonoMs } = value;
  if (before !== undefined && !(isObject(before) && Object.values(before).every(isCount))) return false;
  if (entry !== undefined && !(isWholeEntry(entry) && entry.deployment === deployment)) return false;
  const isFence = isObject(fence) && isCount(fence['epoch']) && isCount(fence['routeVersion']);
  return typeof deployment === 'string' && isFence && Number.isFinite(acceptedAtMonoMs);
}

function aged(route: SavedRoute, nowMonoMs: number): SavedRoute {
  if (route.entry === undefined) return route;
  const passedMs = Math.max(0, nowMonoMs - route.acceptedAtMonoMs);
  const spill = route.entry.spill.map((each) => ({ ...each, provenForMs: Math.max(0, each.provenForMs - passedMs) }));
  return { ...route, entry: { ...route.entry, spill } };
}
