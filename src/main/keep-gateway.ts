/** Keeps a gateway running: its own process, in its own session, so that it outlives whoever started it. */
import { spawn } from 'node:child_process';
import { closeSync, fstatSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../errors.ts';
import type { Config } from '../model/config.ts';
import type { Clock } from '../ports/clock.ts';
import { findGateway } from '../traffic/gateway/driver.ts';

interface KeepDeps {
  readonly clock: Clock;
  /** Told of every start and end. */
  readonly note: (message: string) => void;
}

/** Between looks at a gateway that answers, and at one that is starting, in milliseconds. */
const everyMs = 500;
const startingEveryMs = 50;
/** One answer may take this long. */
const answerMs = 2000;
/** A start that takes longer is tried again. */
const startMs = 5000;
/** Between two starts: doubled after each that failed, up to the longest. */
const firstPauseMs = 100;
const longestPauseMs = 10_000;

/** Resolves when one answers, or after the first start that failed: a gateway that is away is no reason not to look. */
export async function keepGateway(config: Config, deps: KeepDeps, signal: AbortSignal): Promise<void> {
  const found = await answers(config, signal);
  if (found !== undefined) deps.note(`answers already (pid ${found}), kept as it is`);
  else await startOnce(config, deps, signal);
  watch(config, deps, signal).catch((error: unknown) => {
    // Only the signal ends it; anything else would be a bug that must not stay silent.
    if (!signal.aborted) deps.note(`is no longer watched: ${String(error)}`);
  });
}

async function watch(config: Config, deps: KeepDeps, signal: AbortSignal): Promise<void> {
  let pauseMs = firstPauseMs;
  while (!signal.aborted) {
    await deps.clock.sleep(everyMs, signal);
    if ((await answers(config, signal)) !== undefined || signal.aborted) continue;
    deps.note('does not answer, starting it again');
    const isUp = await startOnce(config, deps, signal).catch((error: unknown) => {
      // A full disk keeps the log from being opened; it may have room again later.
      deps.note(`did not start: ${messageOf(error)}`);
      return false;
    });
    if (!isUp) await deps.clock.sleep(pauseMs, signal);
    pauseMs = isUp ? firstPauseMs : Math.min(pauseMs * 2, longestPauseMs);
  }
}

async function answers(config: Config, signal: AbortSignal): Promise<number | undefined> {
  const found = await findGateway(config.gateway.adminSocket, AbortSignal.any([signal, AbortSignal.timeout(answerMs)]));
  return found?.pid;
}

/** Started with the program's own launcher; what it prints goes to `gateway.log` in the state directory. */
async function startOnce(config: Config, { clock, note }: KeepDeps, signal: AbortSignal): Promise<boolean> {
  mkdirSync(config.stateDir, { recursive: true, mode: 0o700 });
  const logPath = join(config.stateDir, 'gateway.log');
  const log = openSync(logPath, 'a', 0o600);
  const fromByte = fstatSync(log).size;
  const launcher = process.argv[1] ?? '';
  const child = spawn(process.execPath, [launcher, 'gateway', '--config', config.path], {
    detached: true,
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  let ended: string | undefined;
  child.once('error', (error) => {
    ended = error.message;
  });
  child.once('exit', (code, killedBy) => {
    ended ??= `it ended with ${killedBy ?? `exit code ${code}`}`;
  });
  child.unref();
  const deadlineMonoMs = clock.monoMs() + startMs;
  while (ended === undefined && clock.monoMs() < deadlineMonoMs && !signal.aborted) {
    const pid = await answers(config, signal);
    if (pid !== undefined) {
      note(`started (pid ${pid}), log ${logPath}`);
      return true;
    }
    await clock.sleep(startingEveryMs, signal).catch(() => undefined);
  }
  const why = ended === undefined ? `no answer in ${startMs / 1000}s` : (lastError(logPath, fromByte) ?? ended);
  if (!signal.aborted) note(`did not start: ${why}; see ${logPath}`);
  return false;
}

/** What it said itself, such as a port in use; undefined: nothing of the kind. */
function lastError(logPath: string, fromByte: number): string | undefined {
  const said = readFileSync(logPath).subarray(fromByte).toString('utf8');
  return /^error: (.+)$/m.exec(said)?.[1];
}
