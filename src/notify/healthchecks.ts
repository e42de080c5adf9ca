/**
 * Tells Healthchecks (hosted or self-hosted) that a run began and how it ended, so that somebody is told when none does. Its pinging
 * API: https://healthchecks.io/docs/http_api/, checked 2026-11-28.
 */
import { assert } from '../errors.ts';
import type { Clock } from '../ports/clock.ts';
import type { Random } from '../ports/random.ts';
import { lastLines } from './last-lines.ts';
import { sendPing } from './send-ping.ts';

export interface PingTerms {
  /** Of the check, with its UUID or its key and slug. Who knows it can ping: it is never told, but for its host. */
  readonly url: URL;
  /** A UUID: pairs the end of a run with its beginning where runs overlap. */
  readonly runId: string;
  readonly clock: Pick<Clock, 'after' | 'sleep'>;
  readonly random: Pick<Random, 'next'>;
  /** Called at most once, whatever failed. */
  readonly warn: (message: string) => void;
}

export interface Pinger {
  /** The run need not wait for it. Never rejects. */
  start(): Promise<void>;
  /** `log`: its last lines are sent along. Resolves when it was told, or given up within a minute or so. Never rejects. */
  end(exitCode: number, log: string): Promise<void>;
}

/** Before the second try, the third and the fourth, in milliseconds; half of each is chance. */
const waitsMs = [1000, 3000, 9000];

/** What a self-hosted Healthchecks stores of a body: its first bytes. */
const mostBodyBytes = 10_000;

/** A ping that fails is told once, and fails nothing. */
export function createPinger({ url, runId, clock, random, warn }: PingTerms): Pinger {
  const ended = new AbortController();
  let isTold = false;
  let starting: Promise<void> = Promise.resolve();
  const ping = async (what: string, word: string, body: string, until: AbortSignal): Promise<void> => {
    const target = endpointOf(url, word, runId);
    for (const waitMs of [...waitsMs, undefined]) {
      const sent = await sendPing(target, body, clock);
      if (sent.kind === 'done') return;
      const isLast = sent.isFinal || waitMs === undefined;
      if (isLast || (await isCutShort(waitMs * (0.5 + random.next() / 2), until))) {
        if (!isTold) warn(`Healthchecks at ${url.host} was not told ${what}: ${sent.why}`);
        isTold = true;
        return;
      }
    }
  };
  const isCutShort = (ms: number, until: AbortSignal): Promise<boolean> =>
    clock.sleep(ms, until).then(
      () => false,
      () => true,
    );
  return {
    start() {
      starting = ping('that the run began', 'start', '', ended.signal);
      return starting;
    },
    async end(exitCode, log) {
      assert(Number.isInteger(exitCode) && exitCode >= 0 && exitCode <= 255, `${exitCode} is no exit code`);
      // Were the start to arrive after the end, the run would count as one that never ends.
      ended.abort();
      await starting;
      await ping('how the run ended', String(exitCode), lastLines(log, mostBodyBytes), new AbortController().signal);
    },
  };
}

/** Below the check's own address, whose parameters are kept: `create=1` makes a check that is not there yet. */
function endpointOf(url: URL, word: string, runId: string): URL {
  const target = new URL(url);
  target.pathname = `${url.pathname.replace(/\/+$/, '')}/${word}`;
  target.searchParams.set('rid', runId);
  return target;
}
