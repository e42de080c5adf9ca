/** One process of the program that goes on until it is told to end. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { until } from '../../driver/local-world.ts';
import { root } from '../../e2e/support/spawn-godwit.ts';

export interface Program {
  readonly pid: number;
  stdout(): string;
  stderr(): string;
  /** Waits until standard error matches; gives the first group, or the whole. */
  says(pattern: RegExp, limitMs?: number): Promise<string>;
  kill(signal: NodeJS.Signals): void;
  /** Exit code, or the name of the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals | null>;
}

/** Other than this checkout's launcher, under a plain Node. */
export interface Launch {
  readonly launcher?: string;
  readonly nodeArgs?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
}

export function startProgram(words: readonly string[], { launcher, nodeArgs = [], env }: Launch = {}): Program {
  const args = [...nodeArgs, launcher ?? join(root, 'bin/godwit.js'), ...words];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'], env: env ?? process.env });
  const { pid } = child;
  if (pid === undefined) throw new Error('the program did not start');
  const read = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      read[name] += text;
    });
  }
  return {
    pid,
    stdout: () => read.stdout,
    stderr: () => read.stderr,
    async says(pattern, limitMs = 20_000) {
      const look = (): string | undefined => {
        const found = pattern.exec(read.stderr);
        return found === null ? undefined : (found[1] ?? found[0]);
      };
      return until(look, String(pattern), limitMs).catch((error: unknown) => {
        throw new Error(`${String(error)}; said:\n${read.stderr}`);
      });
    },
    kill: (signal) => child.kill(signal),
    // `exit`, not `close`: a gateway it started would not hold these pipes, but nothing here should depend on that.
    ended: new Promise((done) => child.once('exit', (code, signal) => done(signal ?? code))),
  };
}
