/** Starts what a benchmark needs on the core it shall have, knows its processor time, and ends it whatever happens. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';

/** The proxy under test has this core for itself; everything else shares the other. */
export const proxyCore = '0';
export const harnessCore = '1';

const running = new Set<ChildProcess>();
/** What outlives its parent by design (a gateway, replicas) is ended by these when the benchmark is interrupted. */
const cleanups = new Set<() => Promise<void>>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    const timer = setTimeout(() => process.exit(1), 25_000);
    void Promise.allSettled([...cleanups].map((cleanup) => cleanup())).then(() => {
      clearTimeout(timer);
      process.exit(1);
    });
  });
}

/** Runs `close` also when the benchmark is interrupted; gives a `close` that runs once. */
export function closesAlways(close: () => Promise<void>): () => Promise<void> {
  let closing: Promise<void> | undefined;
  const once = (): Promise<void> => {
    closing ??= close().finally(() => cleanups.delete(once));
    return closing;
  };
  cleanups.add(once);
  return once;
}

/** Moves a running process with all its threads to a core; throws when it is gone. */
export function moveTo(core: string, pid: number): void {
  const { status, stderr } = spawnSync('taskset', ['-a', '-p', '-c', core, String(pid)], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`process ${pid} was not moved to core ${core}: ${stderr}`);
}

export interface Started {
  readonly pid: number;
  readonly child: ChildProcess;
  stop(): Promise<void>;
}

export function start(core: string, program: string, args: readonly string[]): Started {
  const child = spawn('taskset', ['-c', core, program, ...args], { stdio: ['ignore', 'ignore', 'inherit'] });
  running.add(child);
  const ended = new Promise<void>((done) => child.once('exit', () => done()));
  child.once('exit', () => running.delete(child));
  if (child.pid === undefined) throw new Error(`${program} did not start`);
  return {
    pid: child.pid,
    child,
    async stop() {
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), 3000);
      await ended;
      clearTimeout(timer);
    },
  };
}

/** Runs to its end and gives what it printed; throws when it failed. */
export function runToEnd(core: string, program: string, args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync('taskset', ['-c', core, program, ...args], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} failed (${status}): ${stderr}`);
  return stdout;
}

/** User and system time of a process and all its threads, seconds (proc(5), fields 14 and 15, 100 ticks a second). */
export function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** Share of a core that was busy between two looks, 0–1 (proc(5), /proc/stat). */
export function coreBusy(core: string): () => number {
  const look = (): { busy: number; all: number } => {
    const line =
      readFileSync('/proc/stat', 'utf8')
        .split('\n')
        .find((each) => each.startsWith(`cpu${core} `)) ?? '';
    const ticks = line.split(' ').slice(1).map(Number);
    const all = ticks.reduce((sum, each) => sum + each, 0);
    return { all, busy: all - (ticks[3] ?? 0) - (ticks[4] ?? 0) };
  };
  const before = look();
  return () => {
    const after = look();
    return (after.busy - before.busy) / Math.max(1, after.all - before.all);
  };
}

export async function listens(port: number, limitMs = 10_000): Promise<void> {
  const deadlineMs = performance.now() + limitMs;
  for (;;) {
    const isThere = await new Promise<boolean>((done) => {
      const socket = connect(port, '127.0.0.1');
      socket.once('connect', () => {
        socket.destroy();
        done(true);
      });
      socket.once('error', () => done(false));
    });
    if (isThere) return;
    if (performance.now() > deadlineMs) throw new Error(`nothing listens on ${port}`);
    await new Promise((wake) => setTimeout(wake, 50));
  }
}

/** Says which Debian packages are missing, and how to get them; throws then. */
export function needTools(): void {
  const missing = ['haproxy', 'wrk', 'h2load', 'taskset'].filter(
    (tool) => spawnSync('sh', ['-c', `command -v ${tool}`]).status !== 0,
  );
  if (missing.length > 0)
    throw new Error(`the benchmark needs ${missing.join(', ')}: apt-get install haproxy wrk nghttp2-client util-linux`);
}
