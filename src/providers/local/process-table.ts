/** The machine's processes as far as they can be seen: who runs, since when, in which group, with which boot token. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** In the environment of every replica. */
export const tokenVariable = 'GODWIT_BOOT_TOKEN';

export interface ProcessSight {
  readonly pid: number;
  /** The process group's number. */
  readonly group: number;
  /** When the kernel started it, in its own words: together with the pid it names one process until the next reboot. */
  readonly start: string;
  /** Stopped where it stands, by a signal or a debugger. */
  readonly isHung: boolean;
}

/** `none`: an environment without a token, or one that the program has overwritten. `closed`: it may not be read. */
export type TokenSight =
  | { readonly kind: 'token'; readonly token: string }
  | { readonly kind: 'none' | 'closed' | 'gone' };

export interface ProcessTable {
  /** Names the present boot of the machine; empty where start times are unique across boots. */
  readonly machineBoot: string;
  /** Whether boot tokens can be read at all on this system. */
  readonly seesTokens: boolean;
  /** Undefined when there is no such process, or only a zombie. */
  look(pid: number): ProcessSight | undefined;
  all(): readonly ProcessSight[];
  tokenOf(pid: number): TokenSight;
}

/** That of the system godwit runs on. */
export function openProcessTable(): ProcessTable {
  return existsSync('/proc/self/stat') ? procTable('/proc') : psTable();
}

/** Linux. `root` is where the proc file system is mounted. */
export function procTable(root: string): ProcessTable {
  const look = (pid: number): ProcessSight | undefined => {
    const stat = read(join(root, String(pid), 'stat'));
    if (stat.kind !== 'read') return undefined;
    // proc(5): field 2 is the name in parentheses and may hold anything, so count from its end: 3 state, 5 group, 22 start.
    const fields = stat.text.slice(stat.text.lastIndexOf(')') + 2).split(' ');
    const [state = 'X', , group] = fields;
    const start = fields[19];
    if (state === 'Z' || state === 'X' || start === undefined) return undefined;
    return { pid, group: Number(group), start, isHung: state === 'T' || state === 't' };
  };
  const machineBoot = read(join(root, 'sys/kernel/random/boot_id'));
  return {
    machineBoot: machineBoot.kind === 'read' ? machineBoot.text.trim() : '',
    seesTokens: true,
    look,
    all: () =>
      readdirSync(root)
        .filter((name) => /^\d+$/.test(name))
        .flatMap((name) => look(Number(name)) ?? []),
    tokenOf(pid) {
      const environ = read(join(root, String(pid), 'environ'));
      if (environ.kind !== 'read') return environ;
      const start = `${tokenVariable}=`;
      const entry = environ.text.split('\0').find((each) => each.startsWith(start));
      return entry === undefined ? { kind: 'none' } : { kind: 'token', token: entry.slice(start.length) };
    },
  };
}

/**
 * macOS has no /proc: `ps` tells the start to the second, and no environment that can be relied on. Pid and start time
 * are all there is, and a process whose pid was never recorded cannot be found.
 */
export function psTable(): ProcessTable {
  const ask = (which: readonly string[]): readonly ProcessSight[] => {
    const { stdout } = spawnSync('ps', ['-o', 'pid=,pgid=,stat=,lstart=', ...which], { encoding: 'utf8' });
    return stdout.split('\n').flatMap((line) => {
      const [pid, group, state = '', ...start] = line.trim().split(/\s+/);
      if (start.length === 0 || state.startsWith('Z')) return [];
      return [{ pid: Number(pid), group: Number(group), start: start.join(' '), isHung: state.startsWith('T') }];
    });
  };
  const look = (pid: number): ProcessSight | undefined => ask(['-p', String(pid)])[0];
  return {
    machineBoot: '',
    seesTokens: false,
    look,
    all: () => ask(['-A']),
    tokenOf: () => ({ kind: 'closed' }),
  };
}

type Reading = { readonly kind: 'read'; readonly text: string } | { readonly kind: 'gone' | 'closed' };

function read(path: string): Reading {
  try {
    return { kind: 'read', text: readFileSync(path, 'utf8') };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    return { kind: code === 'ENOENT' || code === 'ESRCH' ? 'gone' : 'closed' };
  }
}
