/** One HTTP exchange of a probe: its own connection, no redirects, bounded in size and time. */
import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { ProbeReason } from '../model/observation.ts';
import { forbiddenCode, lookupAllowed } from './allowed-target.ts';
import type { CheckTerms, Finding } from './probe.ts';

/** Unless the exchange says otherwise. */
const maxAnswerBytes = 64 * 1024;

export interface Exchange {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: string;
  /** Of the answer. Default: 64 KiB. */
  readonly maxBytes?: number;
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
  'EACCES',
  'EPERM',
  forbiddenCode,
]);

/** A timer that fires this much late tells of a busy or stopped process, ours, milliseconds. */
const ownLatenessMs = 500;

export function exchange(url: URL, what: Exchange, terms: CheckTerms): Promise<Finding> {
  return new Promise((resolve) => {
    const send = url.protocol === 'https:' ? requestHttps : requestHttp;
    const headers =
      what.body === undefined
        ? {}
        : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(what.body) };
    // `agent: false`: a connection of its own, so that a listener that is gone is noticed.
    const request = send(below(url, what.path), {
      method: what.method,
      agent: false,
      headers,
      lookup: lookupAllowed,
    });
    const { maxBytes = maxAnswerBytes } = what;
    let size = 0;
    const end = (finding: Finding): void => {
      clearTimeout(timer);
      terms.signal.removeEventListener('abort', abort);
      resolve(finding);
      request.destroy();
    };
    const abort = (): void =>
      end({ outcome: 'unknown', reason: 'CannotSee', detail: 'given up before an answer came' });
    const timer = setTimeout(() => end(ofLateness(terms, what.onLate)), terms.timeoutMs);
    terms.signal.addEventListener('abort', abort, { once: true });
    if (terms.signal.aborted) abort();
    request.on('error', (error) => end(ofError(error)));
    request.on('response', (response) => {
      const judged = what.onHead(response);
      if (judged !== undefined) return end(judged);
      response.on('data', (part: Buffer) => {
        size += part.length;
        if (size > maxBytes) return end({ outcome: 'bad', reason: 'BadAnswer', detail: `more than ${maxBytes} bytes` });
        const found = what.onData(part);
        if (found !== undefined) end(found);
      });
      response.on('end', () => end(what.onEnd()));
      response.on('error', (error) => end(ofError(error)));
    });
    request.end(what.body);
  });
}

/** The path under the replica's address. Not `new URL(path, base)`: that lets a path such as `//elsewhere` name a host. */
function below(url: URL, path: string): URL {
  const target = new URL(url);
  const [pathname = '', ...query] = path.split('?');
  target.pathname = `${url.pathname.replace(/\/$/, '')}/${pathname.replace(/^\//, '')}`;
  target.search = query.join('?');
  return target;
}

/** What no answer in time says: nothing about the replica when the time was cut short, or the clock was not looked at. */
export function ofLateness(terms: CheckTerms, finding: () => Finding): Finding {
  const unseen = (detail: string): Finding => ({ outcome: 'unknown', reason: 'CannotSee', detail });
  if (terms.isCutShort) return unseen(`only ${Math.round(terms.timeoutMs)} ms were left to look`);
  const lateMs = terms.elapsedMs() - terms.timeoutMs;
  return lateMs > ownLatenessMs ? unseen(`this process itself was ${Math.round(lateMs)} ms late`) : finding();
}

/** What a failed connection says. */
export function ofError(error: Error): Finding {
  const code = 'code' in error ? String(error.code) : '';
  if (ourTrouble.has(code)) return { outcome: 'unknown', reason: 'CannotSee', detail: code };
  const reason = reasonOf(code);
  return { outcome: 'bad', reason, detail: code || 'connection broke' };
}

function reasonOf(code: string): ProbeReason {
  if (code === 'ECONNREFUSED') return 'Refused';
  if (code === 'ETIMEDOUT') return 'TimedOut';
  return code.startsWith('HPE_') ? 'BadAnswer' : 'Reset';
}

/** What a status says on its own; undefined for 200. */
export function ofStatus(status: number): Finding | undefined {
  if (status === 200) return undefined;
  const detail = `status ${status}`;
  // Not let in is not the same as down: credentials may be the trouble.
  if (status === 401 || status === 403 || status === 429) return { outcome: 'unknown', reason: 'CannotSee', detail };
  return { outcome: 'bad', reason: status === 503 ? 'Loading' : 'BadStatus', detail };
}
