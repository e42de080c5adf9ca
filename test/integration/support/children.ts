import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { expect } from 'vitest';

export interface Appender {
  readonly child: ChildProcessByStdio<null, Readable, Readable>;
  /** Resolves with the numbers it acknowledged once it has ended, however that came. */
  /** Resolves at its first sign of life; rejects when it ended without one. */
  readonly begun: Promise<void>;
  readonly ended: Promise<{ readonly acknowledged: readonly number[]; readonly errors: string }>;
}

/** A process that appends `count` times two entries, as soon as the file `gate` exists. */
export function startAppender(dir: string, count: number, gate = ''): Appender {
  const script = join(import.meta.dirname, 'append-child.ts');
  const child = spawn(process.execPath, [script, dir, String(count), gate], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let errors = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    out += chunk;
  });
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    errors += chunk;
  });
  const ended = once(child, 'close').then(() => ({
    // A line that was cut by the kill was not acknowledged.
    acknowledged: out
      .split('\n')
      .slice(0, -1)
      .filter((line) => line !== 'waiting')
      .map(Number),
    errors,
  }));
  const begun = Promise.race([
    once(child.stdout, 'data').then(() => {}),
    ended.then((end) => Promise.reject(new Error(`the appender ended before it began: ${end.errors}`))),
  ]);
  return { child, begun, ended };
}

/** Waits for appenders that must come to their own end. */
export async function expectGoodEnds(appenders: readonly Appender[]): Promise<readonly number[]> {
  const ends = await Promise.all(appenders.map(({ ended }) => ended));
  expect(ends.map(({ errors }) => errors)).toEqual(ends.map(() => ''));
  return ends.flatMap(({ acknowledged }) => acknowledged);
}
