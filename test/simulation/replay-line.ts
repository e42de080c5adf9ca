/** All that is needed to see one world again, in one line. */
import { execFileSync } from 'node:child_process';
import { calmOptions, type SimOptions } from '../../src/sim/options.ts';

export interface ReplayLine {
  readonly seed: number;
  /** Of the code it was seen with. */
  readonly commit: string;
  readonly options: SimOptions;
  /** Only these misfortunes took place; without them all that the seed draws. */
  readonly kept?: readonly string[];
  /** Of these, the ones without which it is no world to compare with: it must come out as with these alone. */
  readonly base?: readonly string[];
}

export function formatReplay(line: ReplayLine): string {
  return JSON.stringify(line);
}

/** Throws with what is wrong with the line. */
export function parseReplay(text: string): ReplayLine {
  let line: unknown;
  try {
    line = JSON.parse(text);
  } catch (error) {
    throw new Error(`a replay line is JSON, as printed: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (!isReplay(line)) throw new Error('a replay line has seed, commit, options and, when it was cut down, kept');
  // A line from before there was an option: it was off.
  const calm = calmOptions(line.seed);
  return { ...line, options: { ...calm, ...line.options, every: { ...calm.every, ...line.options.every } } };
}

function isReplay(line: unknown): line is ReplayLine {
  if (typeof line !== 'object' || line === null) return false;
  const { seed, commit, options, kept, base } = line as Partial<Record<keyof ReplayLine, unknown>>;
  return (
    Number.isInteger(seed) &&
    typeof commit === 'string' &&
    typeof options === 'object' &&
    options !== null &&
    'seed' in options &&
    options.seed === seed &&
    (kept === undefined || areDecisions(kept)) &&
    (base === undefined || (kept !== undefined && areDecisions(base)))
  );
}

function areDecisions(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((each) => typeof each === 'string');
}

/** Such as `29f1de8`, with `-dirty` when files were changed since; `unknown` outside a repository. */
export function readCommit(): string {
  try {
    const args = ['describe', '--always', '--dirty', '--abbrev=7', '--exclude=*'];
    return execFileSync('git', args, { cwd: import.meta.dirname, encoding: 'utf8', stdio: 'pipe' }).trim();
  } catch {
    // An unpacked archive has no history; the line is still good for the code at hand.
    return 'unknown';
  }
}
