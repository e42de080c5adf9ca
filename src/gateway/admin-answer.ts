/** What all parts of the admin API share: JSON in, JSON out. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { messageOf } from '../errors.ts';
import { readBody } from './body.ts';

const maxBodyBytes = 4 * 1024 * 1024;

/** The whole answer in one write. */
export function send(response: ServerResponse, status: number, value: unknown): void {
  const text = JSON.stringify(value);
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
  response.end(text);
}

/** Calls back with what the body says; answers 400 itself to one that says nothing. `what`: is expected. */
export function readJson(
  request: IncomingMessage,
  response: ServerResponse,
  what: string,
  done: (value: unknown) => void,
): void {
  readBody(request, { maxBytes: maxBodyBytes, reserve: () => true }, (end) => {
    if (end.kind !== 'read' || end.body === undefined)
      return send(response, 400, { message: `${what} of at most 4 MiB is expected` });
    const value = parse(end.body);
    if (value === undefined) return send(response, 400, { message: `${what} as JSON is expected` });
    done(value);
  });
}

/** 507 for what the disk does not take. */
export function keeping(response: ServerResponse, what: string, work: () => void): void {
  try {
    work();
  } catch (error) {
    send(response, 507, { message: `${what} could not be kept: ${messageOf(error)}` });
  }
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
