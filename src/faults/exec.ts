/** Runs a user's own program for a drill: no shell, a bounded time, little of our environment, and nothing that others could change. */
import { basename, dirname } from 'node:path';
import type { Readable } from 'node:stream';
import { messageOf } from '../errors.ts';
import type { Reply } from '../model/outcome.ts';
import type { ReadCall } from '../ports/call.ts';
import type { Clock } from '../ports/clock.ts';
import type { Exec, ExecEnd, ExecOrder } from '../ports/exec.ts';
import { whyNotRun } from './exec-rules.ts';

/** What a program may inherit. Everything else of our environment, credentials above all, stays here. */
const inherited = ['PATH', 'HOME', 'LANG', 'LC_ALL', 'TMPDIR', 'TZ'];
/** Of each stream the end is kept, in bytes; more is read and forgotten, so that nobody waits for a full pipe. */
const keptBytes = 64 * 1024;
/** How long the streams are read after the program has ended, in milliseconds: what it left running may hold them for ever. */
const lastWordsMs = 200;
/** How long the end of one that was told to end is waited for, in milliseconds: what runs as somebody else takes no orders from us. */
const endedWithinMs = 1000;
/** Of what a program that failed said last. */
const quotedLetters = 400;

/** Each program runs in the folder it lies in. */
export function createExec(clock: Clock): Exec {
  return {
    async check([program = '']) {
      const why = whyNotRun(program);
      return why === undefined ? { kind: 'done', value: undefined } : refused('NotAllowed', why);
    },
    async run([program = '', ...args], order, call) {
      const why = whyNotRun(program);
      if (why !== undefined) return refused('NotAllowed', why);
      // Before the clock is read: once it runs it is given up at any moment.
      const { execa } = await import('execa');
      const leftMs = Math.min(order.timeoutMs, call.deadlineAtMonoMs - clock.monoMs());
      if (call.signal.aborted || leftMs <= 0) return refused('NoTime', `no time was left to run ${program}`);
      try {
        return await runProgram(clock, execa, { program, args, leftMs, order, call });
      } catch (error) {
        return refused('SpawnFailed', messageOf(error));
      }
    },
  };
}

type Execa = typeof import('execa')['execa'];

interface Run {
  readonly program: string;
  readonly args: readonly string[];
  readonly leftMs: number;
  readonly order: ExecOrder;
  readonly call: ReadCall;
}

async function runProgram(
  clock: Clock,
  execa: Execa,
  { program, args, leftMs, order, call }: Run,
): Promise<Reply<ExecEnd>> {
  const child = execa(program, args, {
    ...{ env: { ...passedOn(), ...order.env }, extendEnv: false, cwd: dirname(program), stdin: 'ignore' },
    ...{ detached: true, cleanup: false, buffer: false, reject: false },
  });
  const { pid } = child;
  if (pid === undefined) {
    const { originalMessage, code } = await child;
    return refused('SpawnFailed', `${program} was not started: ${originalMessage ?? code ?? 'no reason given'}`);
  }
  const streams = [child.stdout, child.stderr];
  const [stdout, stderr] = [keepEnd(child.stdout), keepEnd(child.stderr)];
  const exited = new Promise<{ readonly code: number | null; readonly signal: string | null }>((resolve) => {
    child.nodeChildProcess.once('exit', (code, signal) => resolve({ code, signal }));
  });
  let isEnded = false;
  const tooLate = Promise.withResolvers<undefined>();
  let cancel = (): void => undefined;
  const end = (): void => {
    if (isEnded) return;
    isEnded = true;
    cancel();
    killGroup(pid);
    cancel = clock.after(endedWithinMs, () => tooLate.resolve(undefined));
  };
  cancel = clock.after(leftMs, end);
  call.signal.addEventListener('abort', end);
  const exit = await Promise.race([exited, tooLate.promise]);
  cancel();
  call.signal.removeEventListener('abort', end);
  await lastWords(clock, streams, [stdout, stderr]);
  const name = basename(program);
  if (exit === undefined) return unknown('StillRuns', `${name} was to end, and still runs${quote(stderr.text())}`);
  if (isEnded) return unknown('TimedOut', `${name} did not end by itself, and was ended${quote(stderr.text())}`);
  if (exit.code === null) return unknown('Killed', `${name} was ended by ${exit.signal}${quote(stderr.text())}`);
  return exit.code === 0
    ? { kind: 'done', value: { stdout: stdout.text(), stderr: stderr.text() } }
    : refused('ExitCode', `${name} ended with exit code ${exit.code}${quote(stderr.text())}`);
}

function passedOn(): Record<string, string> {
  return Object.fromEntries(
    inherited.flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value] as const];
    }),
  );
}

interface KeptEnd {
  readonly isOver: Promise<void>;
  text(): string;
}

/** Reads on without end, or the program would wait; keeps the last of it. */
function keepEnd(stream: Readable): KeptEnd {
  let kept = Buffer.alloc(0);
  stream.on('data', (chunk: Buffer) => {
    kept = Buffer.concat([kept, chunk]).subarray(-keptBytes);
  });
  const isOver = new Promise<void>((resolve) => {
    stream.once('close', resolve);
    stream.once('error', () => resolve());
  });
  return { isOver, text: () => kept.toString('utf8') };
}

async function lastWords(clock: Clock, streams: readonly Readable[], ends: readonly KeptEnd[]): Promise<void> {
  const over = new AbortController();
  const patience = clock.sleep(lastWordsMs, over.signal).then(
    () => undefined,
    () => undefined,
  );
  await Promise.race([Promise.all(ends.map(({ isOver }) => isOver)), patience]);
  over.abort();
  for (const stream of streams) stream.destroy();
}

/** It and what it started, unless that made a group of its own. */
function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    // It ended by itself in this very moment, or runs as somebody else, as what sudo runs does: it is waited for, and not for ever.
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code !== 'ESRCH' && code !== 'EPERM') throw error;
  }
}

/** The last of what it said, in one line. */
function quote(stderr: string): string {
  const said = stderr.trim().slice(-quotedLetters).replaceAll(/\s+/g, ' ');
  return said === '' ? '' : `: ${said}`;
}

function refused(code: string, message: string): Reply<never> {
  return { kind: 'refused', error: { class: 'invalid', code, message } };
}

function unknown(code: string, message: string): Reply<never> {
  return { kind: 'unknown', error: { class: 'unknown', code, message } };
}
