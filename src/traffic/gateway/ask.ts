/** Asks the gateway's admin API over its Unix socket. */
import { request as send } from 'node:http';
import { messageOf } from '../../errors.ts';
import type { ProviderError } from '../../model/provider-error.ts';

const maxAnswerBytes = 16 * 1024 * 1024;

/** Nobody listened: the request was never sent. */
const neverSent = new Set(['ENOENT', 'ECONNREFUSED', 'EACCES']);

interface Answered {
  readonly kind: 'answered';
  readonly status: number;
  readonly value: unknown;
}

interface Unanswered {
  readonly kind: 'not-sent' | 'lost';
  readonly error: ProviderError;
}

/** What came of one question. */
export type Answer = Answered | Unanswered;

/** One request on a connection of its own; never rejects. */
export function ask(
  socketPath: string,
  method: string,
  path: string,
  body: unknown,
  signal: AbortSignal,
): Promise<Answer> {
  return new Promise((resolve) => {
    const text = body === undefined ? undefined : JSON.stringify(body);
    const headers =
      text === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) };
    const request = send({ socketPath, method, path, headers, agent: false, signal }, (response) => {
      const parts: Buffer[] = [];
      let size = 0;
      response.on('data', (part: Buffer) => {
        size += part.length;
        if (size > maxAnswerBytes) request.destroy(new Error(`more than ${maxAnswerBytes} bytes`));
        else parts.push(part);
      });
      response.on('error', (error) => resolve(failure(error)));
      response.on('end', () => resolve(parsed(response.statusCode ?? 0, Buffer.concat(parts).toString('utf8'))));
    });
    request.on('error', (error) => resolve(failure(error)));
    request.end(text);
  });
}

function failure(error: Error): Answer {
  const code = 'code' in error ? String(error.code) : 'Lost';
  if (neverSent.has(code))
    return {
      kind: 'not-sent',
      error: { class: 'transient', code: 'GatewayAbsent', message: `no gateway answers (${code})` },
    };
  return {
    kind: 'lost',
    error: { class: 'unknown', code, message: `the gateway's answer was lost: ${messageOf(error)}` },
  };
}

function parsed(status: number, text: string): Answer {
  try {
    return { kind: 'answered', status, value: JSON.parse(text) };
  } catch (error) {
    return failure(new Error(`not JSON: ${messageOf(error)}`));
  }
}

/** The gateway's own words, where it has some. */
export function textOf(value: unknown): string {
  return isObject(value) && 'message' in value ? String(value.message) : 'no message';
}

/** Not null; a list is one too. */
export function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** Whether all of these are there, as lists. */
export function hasLists(value: unknown, names: readonly string[]): boolean {
  return isObject(value) && names.every((name) => Array.isArray((value as Readonly<Record<string, unknown>>)[name]));
}
