/** A process that outlives the one that runs a drill, and undoes it when that one dies. */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import type { Guard } from '../engine/drill/rehearsal.ts';
import { GodwitError } from '../errors.ts';
import type { Config } from '../model/config.ts';

/** How long it may take to begin, in milliseconds. */
const startMs = 15_000;
/** How often a runner says that it lives, in milliseconds. */
const beatEveryMs = 2000;
/** One that says nothing for so long counts as dead, in milliseconds. */
export const silentMs = 30_000;
/** What the guard prints once it watches. */
export const watchingWord = 'watching';
/** What it is told when the run has its end. */
export const doneWord = 'done';

/** Resolves once it watches. It hears of this process by a pipe, which nothing keeps open when this one is gone. */
export async function startGuard(config: Config, run: string): Promise<Guard> {
  if (config.path === '-')
    throw new GodwitError('UsageInvalid', 'a drill needs a configuration that is a file', {
      hint: 'whoever undoes it should this process die reads it too: --config FILE',
    });
  const folder = join(config.stateDir, 'drills');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const log = openSync(join(folder, 'watchdog.log'), 'a', 0o600);
  const words = ['drill', 'undo', run, '--when-gone', '--config', config.path];
  const child = spawn(process.execPath, [process.argv[1] ?? '', ...words], {
    detached: true,
    stdio: ['pipe', 'pipe', log],
  });
  closeSync(log);
  await begun(child);
  // A guard that is gone ends nothing here: what is armed ends by itself all the same.
  child.stdin?.on('error', () => undefined);
  const beat = setInterval(() => child.stdin?.write('.\n'), beatEveryMs);
  beat.unref();
  child.unref();
  for (const stream of [child.stdin, child.stdout])
    if (stream !== null && 'unref' in stream && typeof stream.unref === 'function') stream.unref();
  return {
    release() {
      clearInterval(beat);
      child.stdin?.end(`${doneWord}\n`);
    },
  };
}

function begun(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (why: string): void => {
      clearTimeout(timer);
      child.kill();
      reject(
        new GodwitError('OperationFailed', `whoever would undo the drill did not start: ${why}`, {
          hint: 'drills/watchdog.log in the state directory says more; nothing was broken',
        }),
      );
    };
    const timer = setTimeout(() => fail(`it says nothing for ${startMs / 1000}s`), startMs);
    let said = '';
    child.once('error', (error) => fail(error.message));
    child.once('exit', (code) => fail(`it ended with ${code}`));
    child.stdout?.on('data', (part: Buffer) => {
      said += part.toString('utf8');
      if (!said.includes(watchingWord)) return;
      clearTimeout(timer);
      child.removeAllListeners('exit');
      child.stdout?.removeAllListeners('data');
      child.stdout?.resume();
      resolve();
    });
  });
}

/** In the guard itself: resolves when the runner is gone, with how it went; `done`: it has come to its end. */
export function waitForRunner(input: NodeJS.ReadableStream): Promise<'done' | 'gone' | 'silent'> {
  return new Promise((resolve) => {
    let heard = '';
    let timer = setTimeout(() => resolve('silent'), silentMs);
    input.on('data', (part: Buffer) => {
      clearTimeout(timer);
      timer = setTimeout(() => resolve('silent'), silentMs);
      heard = (heard + part.toString('utf8')).slice(-64);
    });
    const end = (): void => {
      clearTimeout(timer);
      resolve(heard.includes(doneWord) ? 'done' : 'gone');
    };
    input.once('end', end);
    input.once('error', end);
  });
}
