/** Starts a replica's process: its own group, its own port, an environment of its own, output into its log. */
import { createWriteStream, existsSync, mkdirSync, openSync, renameSync, type WriteStream } from 'node:fs';
import { dirname } from 'node:path';
import { execa } from 'execa';
import { messageOf } from '../../errors.ts';
import type { ProviderError } from '../../model/provider-error.ts';
import { fill } from '../shared/fill.ts';
import { tokenVariable } from './process-table.ts';

/** What a child may inherit. Everything else of our environment, credentials above all, stays here. */
const inherited = ['PATH', 'HOME', 'LANG', 'LC_ALL', 'TMPDIR', 'TZ', 'LD_LIBRARY_PATH'];

export interface ProcessEnd {
  readonly exitCode: number | null;
  readonly signal: string | null;
}

export interface SpawnOrder {
  /** Program and arguments. */
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly bootToken: string;
  readonly logPath: string;
  /** Values for `${port}`, `${model}`, `${site}` and `${replica}` in the command and its environment. */
  readonly values: Readonly<Record<string, string>>;
  /** Heard only while this process lives. */
  onEnd(end: ProcessEnd): void;
}

export type SpawnEnd =
  | { readonly kind: 'started'; readonly pid: number }
  | { readonly kind: 'refused'; readonly error: ProviderError };

/** Resolves once the operating system has started the program or said why not. */
export async function spawnReplica(order: SpawnOrder): Promise<SpawnEnd> {
  const [program = '', ...args] = order.command.map((word) => fill(word, order.values));
  const env = environmentOf(order);
  const log = openLog(order.logPath);
  try {
    const child = execa(program, args, {
      env,
      extendEnv: false,
      detached: true,
      cleanup: false,
      buffer: false,
      reject: false,
      stdio: ['ignore', log, log],
    });
    // The replica outlives this process: nothing here may wait for it.
    child.nodeChildProcess.unref();
    const { pid } = child;
    if (pid === undefined) {
      const result = await child;
      return { kind: 'refused', error: spawnError(program, env, result.code ?? '', result.originalMessage ?? '') };
    }
    child.nodeChildProcess.once('exit', (exitCode, signal) => order.onEnd({ exitCode, signal }));
    return { kind: 'started', pid };
  } catch (error) {
    return { kind: 'refused', error: spawnError(program, env, '', messageOf(error)) };
  } finally {
    log.destroy();
  }
}

/** The token comes last: no setting may hide it. */
function environmentOf({ env, values, bootToken }: SpawnOrder): Record<string, string> {
  const passedOn = inherited.flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  const own = Object.entries(env).map(([name, value]) => [name, fill(value, values)] as const);
  return Object.fromEntries([...passedOn, ...own, [tokenVariable, bootToken]]);
}

const passing = new Set(['EAGAIN', 'EMFILE', 'ENFILE', 'ENOMEM']);

/** The operating system's codes: what passes by itself, what the configuration has to change. */
export function spawnError(
  program: string,
  env: Readonly<Record<string, string>>,
  code: string,
  message: string,
): ProviderError {
  const where = program.includes('/') ? 'there is no such file' : `not found in PATH (${env['PATH'] ?? 'empty'})`;
  const text = code === 'ENOENT' ? where : code === 'EACCES' ? 'not an executable file' : message || 'not started';
  return {
    class: passing.has(code) ? 'transient' : 'invalid',
    code: code || 'SpawnFailed',
    message: `${program}: ${text}`,
  };
}

/** Two starts are kept: the log of the boot before lies beside, older ones are gone. */
function openLog(path: string): WriteStream {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  if (existsSync(path)) renameSync(path, `${path}.1`);
  // A stream that has its descriptor is handed to the child as that descriptor: nothing flows through this process.
  return createWriteStream(path, { fd: openSync(path, 'a', 0o600) });
}
