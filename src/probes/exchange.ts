/** One HTTP exchange of a probe: its own connection, no redirects, bounded in size and time. */
import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { ProbeReason } from '../model/observation.ts';
import type { CheckTerms, Finding } from './probe.ts';

const maxAnswerBytes = 64 * 1024;

export interface Exchange {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: string;
  /** Judges the head: a finding ends the exchange. */
  readonly onHead: (response: IncomingMessage) => Finding | undefined;
  /** Called with each part of the body; a finding ends the exchange. */
  readonly onData: (part: Buffer) => Finding | undefined;
  /** What it means that the answer ended, or broke, without a finding. */
  readonly onEnd: () => Finding;
  /** Late: no answer, or one that does not end. */
  readonly onLate: () => Finding;
}

/** Trouble on our own side: says nothing about the replica. */
const ourTrouble = new Set([
  'EMFILE',
  'ENFILE',
  'ENETUNREACH',
  'EADDRNOTAVAIL',
  'ENETDOWN',
  'EAI_AGAIN',
  'ENOTFOUND',
  'ENOBUFS',
]);

export function exchange(url: URL, what: Exchange, terms: CheckTerms): Promise<Finding> {
  return new Promise((resolve) => {
    const send = url.protocol === 'https:' ? requestHttps : requestHttp;
    const headers =
      what.body === undefined
        ? {}
        : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(what.body) };
    const request = send(new URL(what.path, url), { method: what.method, agent: false, headers });
    let size = 0;
    const end = (finding: Finding): void => {
      clearTimeout(timer);
      terms.signal.removeEventListener('abort', abort);
      resolve(finding);
      request.destroy();
    };
    const abort = (): void =>
      end({ outcome: 'unknown', reason: 'CannotSee', detail: 'given up before an answer came' });
    const timer = setTimeout(() => end(what.onLate()), terms.timeoutMs);
    terms.signal.addEventListener('abort', abort, { once: true });
    if (terms.signal.aborted) abort();
    request.on('error', (error) => end(ofError(error)));
    request.on('response', (response) => {
      const judged = what.onHead(response);
      if (judged !== undefined) return end(judged);
      response.on('data', (part: Buffer) => {
        size += part.length;
        if (size > maxAnswerBytes)
          return end({ outcome: 'bad', reason: 'BadAnswer', detail: `more than ${maxAnswerBytes} bytes` });
        const found = what.onData(part);
        if (found !== undefined) end(found);
      });
      response.on('end', () => end(what.onEnd()));
      response.on('error', (error) => end(ofError(error)));
    });
    request.end(what.body);
  });
}

/** What a failed connection says. */
export function ofError(error: Error): Finding {
  const code = 'code' in error ? String(error.code) : '';
  if (ourTrouble.has(code)) return { outcome: 'unknown', reason: 'CannotSee', detail: code };
  const reason: ProbeReason = code === 'ECONNREFUSED' ? 'Refused' : 'Reset';
  return { outcome: 'bad', reason, detail: code || 'connection broke' };
}

/** What a status says on its own; undefined for 200. */
export function ofStatus(status: number): Finding | undefined {
  if (status === 200) return undefined;
  const detail = `status ${status}`;
  // Not let in is not the same as down: credentials may be the trouble.
  if (status === 401 || status === 403 || status === 429) return { outcome: 'unknown', reason: 'CannotSee', detail };
  return { outcome: 'bad', reason: status === 503 ? 'Loading' : 'BadStatus', detail };
}
