/** Starts a replica's process: its own group, its own port, an environment of its own, output into its log. */
import { createWriteStream, existsSync, mkdirSync, openSync, renameSync, type WriteStream } from 'node:fs';
import { createServer } from 'node:net';
import { dirname } from 'node:path';
import { execa } from 'execa';
import { messageOf } from '../../errors.ts';
import type { LaunchSpec } from '../../model/deployment.ts';
import type { ProviderError } from '../../model/provider-error.ts';
import { tokenVariable } from './identity.ts';

/** What a child may inherit. Everything else of our environment, credentials above all, stays here. */
const inherited = ['PATH', 'HOME', 'LANG', 'LC_ALL', 'TMPDIR', 'TZ', 'LD_LIBRARY_PATH'];

export interface SpawnOrder {
  readonly launch: LaunchSpec;
  readonly bootToken: string;
  readonly logPath: string;
  /** Values for `${port}`, `${model}`, `${site}` and `${replica}` in the command and its environment. */
  readonly values: Readonly<Record<string, string>>;
}

export type SpawnEnd =
  | { readonly kind: 'started'; readonly pid: number }
  | { readonly kind: 'refused'; readonly error: ProviderError };

/** Resolves once the operating system has started the program or said why not. */
export async function spawnReplica(order: SpawnOrder): Promise<SpawnEnd> {
  const [program = '', ...args] = order.launch.command.map((word) => fill(word, order.values));
  const env: Record<string, string> = { [tokenVariable]: order.bootToken };
  for (const name of inherited) if (process.env[name] !== undefined) env[name] = process.env[name];
  for (const [name, value] of Object.entries(order.launch.env)) env[name] = fill(value, order.values);
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
    if (pid !== undefined) return { kind: 'started', pid };
    const result = await child;
    return { kind: 'refused', error: spawnError(program, result.code ?? '', result.originalMessage ?? 'not started') };
  } catch (error) {
    return { kind: 'refused', error: spawnError(program, '', messageOf(error)) };
  } finally {
    log.destroy();
  }
}

function spawnError(program: string, code: string, message: string): ProviderError {
  const isTransient = code === 'EAGAIN' || code === 'EMFILE' || code === 'ENFILE' || code === 'ENOMEM';
  const text =
    code === 'ENOENT' ? `${program} was not found in PATH (${process.env['PATH'] ?? ''})` : `${program}: ${message}`;
  return { class: isTransient ? 'transient' : 'invalid', code: code || 'SpawnFailed', message: text };
}

/** Words in `${…}` that are not ours stay as they are: the program may know them. */
function fill(text: string, values: Readonly<Record<string, string>>): string {
  return text.replaceAll(/\$\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole);
}

/** The log of the boot before is kept beside; older ones are not. */
function openLog(path: string): WriteStream {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  if (existsSync(path)) renameSync(path, `${path}.1`);
  // A stream that has its descriptor is handed to the child as that descriptor: nothing flows through this process.
  return createWriteStream(path, { fd: openSync(path, 'a', 0o600) });
}

/** The first port of the range that nobody has: neither a record nor a stranger's listener. */
export async function freePort(
  range: { readonly first: number; readonly last: number },
  taken: ReadonlySet<number>,
): Promise<number | undefined> {
  for (let port = range.first; port <= range.last; port += 1) {
    if (!taken.has(port) && (await canListen(port))) return port;
  }
  return undefined;
}

function canListen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)));
  });
}
