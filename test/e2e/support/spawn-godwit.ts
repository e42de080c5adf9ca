/** Runs the program as a user does: its launcher, in a process of its own, through pipes. */
import { spawn } from 'node:child_process';
import { resolve } from 'node:path';

export const root = resolve(import.meta.dirname, '../../..');

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface How {
  readonly env?: Readonly<Record<string, string>>;
  readonly nodeArgs?: readonly string[];
  readonly cwd?: string;
  readonly stdin?: string;
  /** Longest time it may take, in milliseconds; default 30 s. */
  readonly limitMs?: number;
}

/** Only these of the caller's environment: a test must not depend on where it runs. */
const kept = ['PATH', 'HOME', 'TMPDIR'];
const usualLimitMs = 30_000;

export function spawnGodwit(argv: readonly string[], how: How = {}): Promise<Ended> {
  const inherited = Object.fromEntries(kept.map((name) => [name, process.env[name] ?? '']));
  const child = spawn(process.execPath, [...(how.nodeArgs ?? []), resolve(root, 'bin/godwit.js'), ...argv], {
    cwd: how.cwd ?? root,
    env: { ...inherited, ...how.env },
    stdio: ['pipe', 'pipe', 'pipe'],
    timeout: how.limitMs ?? usualLimitMs,
    killSignal: 'SIGKILL',
  });
  child.stdin.end(how.stdin ?? '');
  const read = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      read[name] += text;
    });
  }
  return new Promise((done, fail) => {
    child.once('error', fail);
    child.once('close', (code) => done({ code, ...read }));
  });
}
