/** Open loop: requests leave on their schedule whether or not the ones before were answered. */
import { Agent } from 'node:http';
import type { LoadRecord } from '../model/load.ts';
import type { LoadTarget } from '../ports/load.ts';
import { type AskedRequest, ask } from './ask.ts';
import type { Schedule } from './schedule.ts';

/** More than this many unanswered at once are not sent: the load itself would be the fault. */
const maxInFlight = 2000;
/** Requests sent in all; at 2,000 a second, the most there is, this is more than half a day, and no drill is as long. */
const maxRequests = 100_000_000;

/** What is told of each request; times on the monotonic clock, milliseconds. */
export interface SendingWatch {
  onDue(dueMs: number): void;
  onSkip(dueMs: number): void;
  onEnd(record: LoadRecord): void;
}

export interface Sending {
  /** All that was due before this moment was sent or skipped. */
  sentBeforeMs(): number;
  /** Sends nothing more; resolves when everything sent has ended. */
  finish(): Promise<void>;
  /** Sends nothing more; what has no end is left as it is. */
  leave(): Promise<void>;
}

/** The schedule counts from `startedMs`, on the monotonic clock. */
export function startSending(schedule: Schedule, target: LoadTarget, startedMs: number, watch: SendingWatch): Sending {
  const agent = new Agent({ keepAlive: true, maxSockets: maxInFlight });
  const inFlight = new Map<AskedRequest, Promise<void>>();
  let next = 0;
  let sent = 0;
  let timer: NodeJS.Timeout | undefined;
  let isStopped = false;

  const sendOne = (n: number, dueMs: number): void => {
    watch.onDue(dueMs);
    if (inFlight.size >= maxInFlight || sent >= maxRequests) return watch.onSkip(dueMs);
    sent += 1;
    const asked = ask(agent, target, schedule.request(n), dueMs);
    const ended = asked.ended.then((record) => {
      inFlight.delete(asked);
      watch.onEnd(record);
    });
    inFlight.set(asked, ended);
  };
  const tick = (): void => {
    const nowMs = performance.now();
    for (; startedMs + schedule.dueMs(next) <= nowMs; next += 1) sendOne(next, startedMs + schedule.dueMs(next));
    timer = setTimeout(tick, Math.max(1, startedMs + schedule.dueMs(next) - performance.now()));
  };
  const finish = async (): Promise<void> => {
    clearTimeout(timer);
    // What was due by now still counts, however late this process is.
    if (!isStopped) tick();
    isStopped = true;
    clearTimeout(timer);
    await Promise.all(inFlight.values());
    agent.destroy();
  };
  tick();
  return {
    sentBeforeMs: () => startedMs + schedule.dueMs(next),
    finish,
    leave() {
      const finished = finish();
      for (const asked of inFlight.keys()) asked.leave();
      return finished;
    },
  };
}
