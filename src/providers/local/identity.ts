/** Whether a process is still the one that was started: pid, kernel start time and boot token must all agree. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { messageOf } from '../../errors.ts';
import type { Answer } from '../../model/outcome.ts';

/** In the environment of every replica. */
export const tokenVariable = 'GODWIT_BOOT_TOKEN';

const hasProc = existsSync('/proc/self/stat');

/** The kernel's start time of a pid; undefined when there is no such process, or only a zombie. */
export function processStartOf(pid: number): string | undefined {
  if (!hasProc) return startByPs(pid);
  const stat = readIfThere(`/proc/${pid}/stat`);
  // proc(5): field 2 is the name in parentheses and may hold anything, so count from its end. 3 is the state, 22 the start.
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields === undefined || fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19];
}

/** macOS has no /proc: `ps` says when the process began, to the second. */
function startByPs(pid: number): string | undefined {
  const { status, stdout } = spawnSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' });
  const text = stdout.trim();
  return status === 0 && text !== '' ? text : undefined;
}

export interface ProcessIdentity {
  readonly pid: number;
  readonly processStart: string;
  readonly bootToken: string;
}

/** `unknown` when the process is there but its environment may not be read. */
export function isSameProcess(wanted: ProcessIdentity): Answer {
  if (processStartOf(wanted.pid) !== wanted.processStart) return 'no';
  if (!hasProc) return 'yes';
  try {
    return readFileSync(`/proc/${wanted.pid}/environ`, 'utf8')
      .split('\0')
      .includes(`${tokenVariable}=${wanted.bootToken}`)
      ? 'yes'
      : 'no';
  } catch (error) {
    return isGone(error) ? 'no' : 'unknown';
  }
}

/** Finds a process by its token: for a record whose writer died between starting it and writing its pid. */
export function findByToken(bootToken: string): number | undefined {
  if (!hasProc) return undefined;
  const needle = `${tokenVariable}=${bootToken}`;
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const found = pids.find(
    (pid) =>
      readIfThere(`/proc/${pid}/environ`)?.split('\0').includes(needle) === true &&
      processStartOf(Number(pid)) !== undefined,
  );
  return found === undefined ? undefined : Number(found);
}

/**
 * Whether any process of this boot still runs. Not by asking for the group: a zombie that nobody reaps keeps it alive,
 * while its environment, and with it the token, is gone.
 */
export function isAnyoneLeft({ pid, bootToken }: ProcessIdentity): boolean {
  if (hasProc) return findByToken(bootToken) !== undefined;
  try {
    process.kill(-pid, 0);
    return true;
  } catch (error) {
    if (isGone(error)) return false;
    throw new Error(`process group ${pid} cannot be looked at: ${messageOf(error)}`, { cause: error });
  }
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (isGone(error) || isDenied(error)) return undefined;
    throw error;
  }
}

function isGone(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ESRCH');
}

function isDenied(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'EACCES' || error.code === 'EPERM');
}
