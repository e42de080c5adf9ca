/** The worlds that once broke something, cut down to what did it; each is run again by a test, for ever. */
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseReplay, type ReplayLine } from './replay-line.ts';
import type { ShrunkWorld } from './shrink-world.ts';

export interface Regress {
  readonly invariant: string;
  /** What was wrong with the program. */
  readonly title: string;
  /** What the invariant said of it. */
  readonly message: string;
  readonly line: ReplayLine & { readonly kept: readonly string[] };
}

const folder = join(import.meta.dirname, '../../fixtures/regress');

/** The path of the file, named after the invariant and what struck. */
export function storeRegress({ invariant, message, line }: ShrunkWorld, title: string): string {
  const regress: Regress = { invariant, title, message, line };
  const hash = createHash('sha256').update(JSON.stringify(line)).digest('hex').slice(0, 8);
  const path = join(folder, `${invariant}-${hash}.json`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(path, `${JSON.stringify(regress, undefined, 2)}\n`);
  return path;
}

/** By file name. Throws when one is not as it was stored. */
export function readRegresses(): ReadonlyMap<string, Regress> {
  const names = readdirSync(folder).filter((name) => name.endsWith('.json'));
  return new Map(names.sort().map((name) => [name, readRegress(join(folder, name))]));
}

function readRegress(path: string): Regress {
  const { line, ...regress } = JSON.parse(readFileSync(path, 'utf8')) as Regress;
  const parsed = parseReplay(JSON.stringify(line));
  if (parsed.kept === undefined) throw new Error(`${path} keeps no decisions`);
  return { ...regress, line: { ...parsed, kept: parsed.kept } };
}
