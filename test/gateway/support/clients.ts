/** Clients for the gateway's tests: one that asks properly, and a bare socket that sends what it likes. */
import { type ClientRequest, type IncomingMessage, request as send } from 'node:http';
import { connect, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import { until } from './world.ts';

export interface Question {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string | string[]>>;
  readonly body?: string | Buffer;
}

export interface Answered {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
  readonly text: string;
}

export interface Asked {
  readonly request: ClientRequest;
  /** The answer's head. */
  readonly response: Promise<IncomingMessage>;
}

/** On a connection of its own. Whoever asks looks after the answer's body. */
export function ask(at: { readonly port: number }, question: Question = {}): Asked {
  const { method = 'GET', path = '/v1/chat/completions', headers = {}, body } = question;
  const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
  const request = send({
    host: '127.0.0.1',
    port: at.port,
    method,
    path,
    headers: { ...length, ...headers },
    agent: false,
  });
  onTestFinished(() => void request.destroy());
  const response = new Promise<IncomingMessage>((resolve, reject) => {
    request.on('response', resolve);
    request.on('error', reject);
  });
  // A test that destroys the request on purpose does not wait for this.
  response.catch(() => undefined);
  request.end(body);
  return { request, response };
}

/** The whole answer; rejects when it is cut. */
export async function call(at: { readonly port: number }, question: Question = {}): Promise<Answered> {
  return wholeOf(await ask(at, question).response);
}

export async function wholeOf(response: IncomingMessage): Promise<Answered> {
  const parts: Buffer[] = [];
  for await (const part of response) parts.push(part as Buffer);
  const body = Buffer.concat(parts);
  const { statusCode: status = 0, headers, rawHeaders } = response;
  return { status, headers, rawHeaders, body, text: body.toString('utf8') };
}

/** What arrives until it ends or breaks, and which of the two. */
export function readAll(response: IncomingMessage): {
  readonly text: () => string;
  readonly ended: Promise<'clean' | 'cut'>;
} {
  let text = '';
  response.on('data', (part: Buffer) => {
    text += part.toString('utf8');
  });
  const ended = new Promise<'clean' | 'cut'>((resolve) => {
    response.on('error', () => resolve('cut'));
    response.on('end', () => resolve('clean'));
  });
  return { text: () => text, ended };
}

export interface RawClient {
  readonly socket: Socket;
  /** All that came back, as latin1. */
  readonly text: () => string;
  readonly isClosed: () => boolean;
  send(bytes: string | Buffer): void;
  /** Until the answer says so, or the deadline. */
  says(what: string | RegExp): Promise<void>;
  closed(): Promise<void>;
}

/** `allowHalfOpen`: does not close when the gateway does. */
export async function rawClient(at: { readonly port: number }, allowHalfOpen = false): Promise<RawClient> {
  const socket = connect({ port: at.port, host: '127.0.0.1', allowHalfOpen });
  let text = '';
  let isClosed = false;
  socket.on('data', (part: Buffer) => {
    text += part.toString('latin1');
  });
  socket.on('error', () => socket.destroy());
  socket.on('close', () => {
    isClosed = true;
  });
  onTestFinished(() => void socket.destroy());
  await new Promise<void>((resolve) => socket.once('connect', () => resolve()));
  return {
    socket,
    text: () => text,
    isClosed: () => isClosed,
    send: (bytes) => void socket.write(bytes, 'latin1'),
    says: (what) =>
      until(`the answer has ${what}`, () => (typeof what === 'string' ? text.includes(what) : what.test(text))),
    closed: () => until('the connection is closed', () => isClosed),
  };
}
