/** Makes tokens in time: one timer for all running completions, however many there are. */
import { createMetrics, type Metrics, observe } from './metrics.ts';
import type { Faults, ModelServerOptions } from './options.ts';
import { logNormal, seeded } from './text.ts';

/** How often tokens are handed out, in milliseconds. */
const tickMs = 5;

export interface Job {
  readonly tokens: readonly string[];
  /** Called with the tokens due since the last call, in order. */
  readonly emit: (tokens: readonly string[], isLast: boolean) => void;
}

interface Running extends Job {
  readonly arrivedMs: number;
  firstAtMs: number;
  sent: number;
  isCancelled: boolean;
}

export interface TokenEngine {
  readonly metrics: Metrics;
  /** Queues a completion; the returned function gives it up. */
  run(job: Job): () => void;
  close(): void;
}

/** `faults` is read anew for every completion and every tick. */
export function createTokenEngine(options: ModelServerOptions, faults: () => Faults): TokenEngine {
  const metrics = createMetrics();
  const random = seeded(options.seed);
  const running = new Set<Running>();
  const waiting: Running[] = [];
  let timer: NodeJS.Timeout | undefined;

  const begin = (job: Running): void => {
    running.add(job);
    const { firstTokenMs } = faults();
    job.firstAtMs =
      performance.now() + (firstTokenMs ?? logNormal(options.firstTokenMs, options.firstTokenSigma, random));
    // No delay asked for: answered at once, without waiting for a tick.
    if (options.tokensPerSecond === 0 && job.firstAtMs <= performance.now()) advance(job, performance.now());
  };

  const advance = (job: Running, nowMs: number): void => {
    const upTo = countDue(job, nowMs, options.tokensPerSecond, faults());
    if (upTo === undefined) return;
    if (job.sent === 0) observe(metrics.firstToken, (nowMs - job.arrivedMs) / 1000);
    else observe(metrics.interToken, 1 / Math.max(1, options.tokensPerSecond), upTo - job.sent);
    const fresh = job.tokens.slice(job.sent, upTo);
    job.sent = upTo;
    metrics.tokens += fresh.length;
    const isLast = upTo === job.tokens.length;
    job.emit(fresh, isLast);
    if (!isLast) return;
    metrics.succeeded += 1;
    leave(job);
  };

  const leave = (job: Running): void => {
    running.delete(job);
    const next = waiting.shift();
    if (next !== undefined) begin(next);
    count();
  };

  const count = (): void => {
    metrics.running = running.size;
    metrics.waiting = waiting.length;
    if (running.size > 0) timer ??= setInterval(() => tick(), tickMs);
    else if (timer !== undefined) {
      clearInterval(timer);
      timer = undefined;
    }
  };

  const tick = (nowMs = performance.now()): void => {
    for (const job of running) advance(job, nowMs);
  };

  return {
    metrics,
    run(wanted) {
      const job: Running = { ...wanted, arrivedMs: performance.now(), firstAtMs: 0, sent: 0, isCancelled: false };
      if (running.size < options.concurrency) begin(job);
      else waiting.push(job);
      count();
      return () => {
        if (job.isCancelled) return;
        job.isCancelled = true;
        const place = waiting.indexOf(job);
        if (place >= 0) waiting.splice(place, 1);
        if (running.has(job)) leave(job);
        else count();
      };
    },
    close: () => clearInterval(timer),
  };
}

/** How many tokens are due in all; undefined when nothing is to be said now. */
function countDue(
  job: Running,
  nowMs: number,
  tokensPerSecond: number,
  { hang, stallAfterTokens }: Faults,
): number | undefined {
  if (hang || nowMs < job.firstAtMs) return undefined;
  const made =
    tokensPerSecond === 0 ? job.tokens.length : 1 + Math.floor(((nowMs - job.firstAtMs) * tokensPerSecond) / 1000);
  const upTo = Math.min(job.tokens.length, made, stallAfterTokens ?? Number.POSITIVE_INFINITY);
  // A text that a stop word ends at once has no token, and still an end.
  return upTo > job.sent || job.tokens.length === 0 ? upTo : undefined;
}
