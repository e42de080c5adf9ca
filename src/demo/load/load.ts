/** Steady load, open loop: requests leave on their schedule whether or not the ones before were answered. */
import { Agent, request as send } from 'node:http';
import type { LoadRecord } from './record.ts';
import { createStreamReader } from './stream.ts';

export interface LoadOptions {
  readonly url: string;
  readonly model: string;
  readonly requestsPerSecond: number;
  /** Share of streams, 0–1. */
  readonly streamShare: number;
  readonly maxTokens: number;
  /** A request that takes longer has failed, milliseconds. */
  readonly timeoutMs: number;
}

/** More than this many unanswered at once are not sent: the load itself would be the fault. */
const maxInFlight = 2000;
/** Requests sent in all; at 100 a second this is more than two hours. */
const maxRequests = 1_000_000;

export interface Load {
  /** Finished requests so far, in order of their end. */
  records(): readonly LoadRecord[];
  /** Requests left out: 2,000 were unanswered at the time, or a million had been sent. */
  skipped(): number;
  /** Sends nothing more; resolves when everything sent has ended. */
  stop(): Promise<void>;
}

export function startLoad(options: LoadOptions): Load {
  const agent = new Agent({ keepAlive: true, maxSockets: maxInFlight });
  const records: LoadRecord[] = [];
  const inFlight = new Set<Promise<void>>();
  const startedMs = performance.now();
  let sent = 0;
  let skipped = 0;

  const one = async (isStream: boolean): Promise<void> => {
    records.push(await askOnce(agent, options, isStream));
  };
  const tick = (): void => {
    const due = Math.floor(((performance.now() - startedMs) * options.requestsPerSecond) / 1000);
    for (; sent + skipped < due; ) {
      if (inFlight.size >= maxInFlight || sent >= maxRequests) {
        skipped += 1;
        continue;
      }
      const isStream = Math.floor((sent + 1) * options.streamShare) > Math.floor(sent * options.streamShare);
      sent += 1;
      const asked = one(isStream).finally(() => inFlight.delete(asked));
      inFlight.add(asked);
    }
  };
  const timer = setInterval(tick, 5);
  return {
    records: () => records,
    skipped: () => skipped,
    async stop() {
      clearInterval(timer);
      await Promise.all(inFlight);
      agent.destroy();
    },
  };
}

/** Never rejects: what went wrong is in the record. */
function askOnce(agent: Agent, options: LoadOptions, isStream: boolean): Promise<LoadRecord> {
  const startedMs = performance.now();
  const body = JSON.stringify({
    model: options.model,
    max_tokens: options.maxTokens,
    stream: isStream,
    messages: [{ role: 'user', content: 'Where does the godwit fly?' }],
  });
  return new Promise((resolve) => {
    let firstTokenMs: number | undefined;
    let status: number | undefined;
    const stream = createStreamReader();
    const end = (outcome: LoadRecord['outcome'], why: string | undefined): void => {
      clearTimeout(timer);
      resolve({ isStream, startedMs, firstTokenMs, endedMs: performance.now(), outcome, status, why });
      if (outcome !== 'ok') request.destroy();
    };
    const broke = (why: string): void => end(firstTokenMs === undefined ? 'failed' : 'cut', why);
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    const request = send(new URL('/v1/chat/completions', options.url), { method: 'POST', agent, headers });
    const timer = setTimeout(() => broke('timed out'), options.timeoutMs);
    request.on('error', (error) => broke('code' in error ? String(error.code) : error.message));
    request.on('response', (response) => {
      status = response.statusCode;
      response.on('data', (part: Buffer) => {
        if (status !== 200) return;
        if (isStream) stream.push(part);
        if (!isStream || stream.hasContent()) firstTokenMs ??= performance.now();
        if (stream.hasError()) broke('error event');
      });
      response.on('error', (error) => broke(error.message));
      response.on('end', () => {
        if (status !== 200) return end('failed', `status ${status}`);
        if (isStream && !stream.isDone()) return broke('no end mark');
        if (firstTokenMs === undefined) return broke('no content');
        end('ok', undefined);
      });
    });
    request.end(body);
  });
}
