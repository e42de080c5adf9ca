/** What is to be sent, and when: the n-th request is due at a time that nothing before it changes. */
import type { TokenSpread } from '../model/drill.ts';
import type { Random } from '../ports/random.ts';

export interface PlannedRequest {
  readonly isStream: boolean;
  readonly promptTokens: number;
  readonly outputTokens: number;
}

export interface Schedule {
  /** Of the n-th request, counted from 0: milliseconds after the start. Never less than that of the one before. */
  dueMs(n: number): number;
  /** Asked once for each request, in order. */
  request(n: number): PlannedRequest;
}

export interface GeneratedTerms {
  readonly requestsPerSecond: number;
  readonly streamShare: number;
  readonly promptTokens: TokenSpread;
  readonly outputTokens: TokenSpread;
}

/** Evenly in time; streams evenly among them; lengths by chance. */
export function scheduleGenerated(terms: GeneratedTerms, random: Random): Schedule {
  const { requestsPerSecond, streamShare, promptTokens, outputTokens } = terms;
  return {
    dueMs: (n) => (n * 1000) / requestsPerSecond,
    request: (n) => ({
      isStream: isStreamAt(n, streamShare),
      promptTokens: drawTokens(promptTokens, random),
      outputTokens: drawTokens(outputTokens, random),
    }),
  };
}

/** Whether the n-th is a stream: evenly among all. */
export function isStreamAt(n: number, streamShare: number): boolean {
  return Math.floor((n + 1) * streamShare) > Math.floor(n * streamShare);
}

/** One of a file of requests; `atMs` counts from any moment. */
export interface ReplayedRequest extends PlannedRequest {
  readonly atMs: number | undefined;
}

/** A round of a single request at its own time takes this long, milliseconds. */
const lonelyRoundMs = 1000;

/**
 * Again from the beginning when all were sent. Without a rate, at their own times, which all of them must have, in order;
 * between two rounds is the mean gap of one.
 */
export function scheduleReplay(requests: readonly ReplayedRequest[], requestsPerSecond: number | undefined): Schedule {
  const firstMs = requests[0]?.atMs ?? 0;
  const spanMs = (requests.at(-1)?.atMs ?? 0) - firstMs;
  const roundMs = spanMs > 0 ? (spanMs * requests.length) / (requests.length - 1) : lonelyRoundMs;
  const at = (n: number): ReplayedRequest => {
    const request = requests[n % requests.length];
    if (request === undefined) throw new RangeError('a replay without requests');
    return request;
  };
  return {
    dueMs: (n) =>
      requestsPerSecond === undefined
        ? Math.floor(n / requests.length) * roundMs + (at(n).atMs ?? 0) - firstMs
        : (n * 1000) / requestsPerSecond,
    request: at,
  };
}

/** The normal distribution's 95th percentile, in standard deviations. */
const z95 = 1.6448536269514722;
/** No prompt or answer is longer, tokens: the tail of a wide spread would be. */
const mostTokens = 100_000;

/** Log-normal, as lengths of real traffic nearly are: its median is `p50`, and 5 % are over `p95`. */
export function drawTokens({ p50, p95 }: TokenSpread, random: Random): number {
  const sigma = Math.log(Math.max(p95, p50) / p50) / z95;
  // Box and Muller (1958); 1 - u, since u may be 0.
  const normal = Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
  return Math.min(mostTokens, Math.max(1, Math.round(p50 * Math.exp(sigma * normal))));
}
