/** One request, from its sending to its end. */
import { type Agent, request as send } from 'node:http';
import type { LoadRecord } from '../model/load.ts';
import type { LoadTarget } from '../ports/load.ts';
import type { PlannedRequest } from './schedule.ts';
import { createStreamReader } from './stream.ts';

/** What `why` says of a request that took too long. */
export const timedOut = 'timed out';

export interface AskedRequest {
  /** Never rejects: what went wrong is in the record. */
  readonly ended: Promise<LoadRecord>;
  /** Ends it as it is: `open`. */
  leave(): void;
}

/** Gaps kept of one stream: what a longer one would take of memory. */
const mostGaps = 4096;
/** The name of a site, as the config allows it: what else the header says is from no gateway of ours. */
const siteName = /^[a-z0-9][a-z0-9-]{0,62}$/;

/** Sends it now; `dueMs` is when it was to be sent. */
export function ask(
  agent: Agent,
  target: LoadTarget,
  { isStream, ...asked }: PlannedRequest,
  dueMs: number,
): AskedRequest {
  const sentMs = performance.now();
  const path = target.path ?? '/v1/chat/completions';
  const content = 'godwit '.repeat(asked.promptTokens).trim();
  const body = JSON.stringify({
    ...{ model: target.model, max_tokens: asked.outputTokens, stream: isStream },
    // As probes ask: what is no chat takes a prompt, and refuses messages.
    ...(path.endsWith('/chat/completions') ? { messages: [{ role: 'user', content }] } : { prompt: content }),
  });
  const { promise: ended, resolve } = Promise.withResolvers<LoadRecord>();
  const interTokenMs: number[] = [];
  let firstTokenMs: number | undefined;
  let lastTokenMs = 0;
  let status: number | undefined;
  let site: string | undefined;
  const stream = createStreamReader();
  const end = (outcome: LoadRecord['outcome'], why: string | undefined): void => {
    clearTimeout(timer);
    const endedMs = performance.now();
    resolve({ isStream, dueMs, sentMs, firstTokenMs, interTokenMs, endedMs, outcome, status, site, why });
    if (outcome !== 'ok') request.destroy();
  };
  const broke = (why: string): void => end(firstTokenMs === undefined ? 'failed' : 'cut', why);
  const take = (part: Buffer): void => {
    const nowMs = performance.now();
    const before = stream.tokens();
    if (isStream) stream.push(part);
    // Tokens that came in one piece came at one time: the gaps between them are nothing.
    for (let token = before; token < stream.tokens(); token += 1) {
      if (token > 0 && interTokenMs.length < mostGaps) interTokenMs.push(nowMs - lastTokenMs);
      lastTokenMs = nowMs;
    }
    if (!isStream || stream.tokens() > 0) firstTokenMs ??= nowMs;
    if (stream.hasError()) broke('error event');
  };
  const headers = {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    ...(target.host === undefined ? {} : { host: target.host }),
  };
  const request = send(new URL(path, target.url), { method: 'POST', agent, headers });
  const timer = setTimeout(() => broke(timedOut), target.timeoutMs);
  request.on('error', (error) => broke('code' in error ? String(error.code) : error.message));
  request.on('response', (response) => {
    status = response.statusCode;
    const named = response.headers['x-godwit-site'];
    site = typeof named === 'string' && siteName.test(named) ? named : undefined;
    response.on('data', (part: Buffer) => {
      if (status === 200) take(part);
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
  return { ended, leave: () => end('open', undefined) };
}
