/** One ping: its own connection, no redirects, bounded in time and size. */
import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { messageOf } from '../errors.ts';
import type { Clock } from '../ports/clock.ts';
import { lookupAllowed, refuseTarget } from '../probes/allowed-target.ts';

/** For one try, in milliseconds. */
const timeoutMs = 10_000;

/** An honest answer is a word or two. */
const mostAnswerBytes = 1024;

export type PingSent =
  | { readonly kind: 'done' }
  /** `isFinal`: another try would end the same. */
  | { readonly kind: 'failed'; readonly why: string; readonly isFinal: boolean };

/** Never rejects. */
export function sendPing(url: URL, body: string, clock: Pick<Clock, 'after'>): Promise<PingSent> {
  const refusal = refuseTarget(url);
  if (refusal !== undefined) return Promise.resolve({ kind: 'failed', why: refusal, isFinal: true });
  return new Promise((resolve) => {
    const send = url.protocol === 'https:' ? requestHttps : requestHttp;
    const request = send(url, {
      method: 'POST',
      agent: false,
      headers: { 'content-type': 'text/plain; charset=utf-8', 'content-length': Buffer.byteLength(body) },
      lookup: lookupAllowed,
    });
    const settle = (sent: PingSent): void => {
      stopTimer();
      resolve(sent);
      request.destroy();
    };
    const stopTimer = clock.after(timeoutMs, () => settle(failed('no answer within 10s')));
    request.on('error', (error) => settle(failed(messageOf(error))));
    request.on('response', (response) => {
      readAnswer(response).then(
        (answer) => settle(judge(response.statusCode ?? 0, answer)),
        (error: unknown) => settle(failed(messageOf(error))),
      );
    });
    request.end(body);
  });
}

function failed(why: string, isFinal = false): PingSent {
  return { kind: 'failed', why, isFinal };
}

async function readAnswer(response: IncomingMessage): Promise<string> {
  let answer = '';
  for await (const part of response.setEncoding('latin1')) {
    answer += part;
    if (answer.length > mostAnswerBytes) break;
  }
  return answer;
}

/** A check that is not there, and a ping too many, are answered with 200 as well. */
function judge(status: number, answer: string): PingSent {
  const [, but] = /^OK \(([a-z ]{1,40})\)/.exec(answer) ?? [];
  if (status === 200 && but !== undefined) return failed(`its answer is "${but}"`, true);
  if (status >= 200 && status < 300) return { kind: 'done' };
  return failed(`status ${status}`, status < 500 && status !== 429);
}
