/** The log of a scheduler's runs: one line of JSON for each thing that happens, added to a file. */
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { messageOf } from '../errors.ts';

/** What one line may say beside when, of which run and how grave. */
export interface LogEvent {
  readonly level?: 'info' | 'error';
  readonly msg: 'start' | 'plan' | 'change' | 'skip' | 'end';
  readonly [key: string]: unknown;
}

export interface RunLog {
  /** In the order of the calls. Never throws. */
  write(event: LogEvent): void;
  /** Once all of it is in the file, or cannot be. Never rejects. */
  written(): Promise<void>;
}

export interface RunLogTerms {
  /** Undefined: nothing is written. */
  readonly path: string | undefined;
  /** Stands on each line. */
  readonly runId: string;
  readonly nowMs: () => number;
  /** Told once: a run does not fail for its log. */
  readonly warn: (line: string) => void;
}

/** Of one text, and of one list. */
const mostLetters = 1000;
const mostEntries = 50;

/** The file is opened for each line, so that it may be moved away between any two of them. */
export function createRunLog({ path, runId, nowMs, warn }: RunLogTerms): RunLog {
  let last = Promise.resolve();
  let isBroken = false;
  const add = async (line: string): Promise<void> => {
    if (path === undefined || isBroken) return;
    try {
      await append(path, line);
    } catch (error) {
      isBroken = true;
      warn(`${path} cannot be written: ${messageOf(error)}. The run goes on without its log (rebalance.run.logFile)`);
    }
  };
  return {
    write(event) {
      const line = { time: new Date(nowMs()).toISOString(), level: 'info', run: runId, ...event };
      const text = `${JSON.stringify(line, (_, value) => bounded(value))}\n`;
      last = last.then(() => add(text));
    },
    written: () => last,
  };
}

function bounded(value: unknown): unknown {
  if (typeof value === 'string' && value.length > mostLetters) return `${value.slice(0, mostLetters)}...`;
  if (Array.isArray(value) && value.length > mostEntries)
    return [...value.slice(0, mostEntries), `and ${value.length - mostEntries} more`];
  return value;
}

/** Its owner's alone; a pipe that nobody reads must not be waited for. */
async function append(path: string, text: string): Promise<void> {
  const file = await open(
    path,
    constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NONBLOCK,
    0o600,
  );
  try {
    await file.writeFile(text);
  } finally {
    await file.close();
  }
}
