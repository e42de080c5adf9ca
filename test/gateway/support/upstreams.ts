/** Model servers for the gateway's tests: some answer by script, some misbehave on the bare socket. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createRawServer, type Server, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

export interface SeenRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

export interface Upstream {
  readonly url: string;
  /** Whole requests, in the order they were complete. */
  readonly seen: SeenRequest[];
  /** Connections that were ever made, and those still open. */
  readonly sockets: Socket[];
  readonly open: () => number;
  /** Stops listening; what runs goes on. */
  readonly deafen: () => void;
  /** Stops listening and cuts what runs. */
  readonly stop: () => Promise<void>;
}

export type Answer = (request: SeenRequest, response: ServerResponse) => void;

/** Answers every whole request by the script; `port` to come back where another one was. */
export async function upstream(answer: Answer = saying('ok'), port = 0): Promise<Upstream> {
  const seen: SeenRequest[] = [];
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      const whole = { method, url, headers, body: Buffer.concat(parts) };
      seen.push(whole);
      answer(whole, response);
    });
  });
  // Longer than any test: a connection that closes was closed by the gateway.
  server.keepAliveTimeout = 60_000;
  return { ...(await listening(server, port)), seen };
}

export function saying(text: string, status = 200): Answer {
  return (_request, response) => {
    response.writeHead(status, { 'content-type': 'text/plain', 'content-length': Buffer.byteLength(text) });
    response.end(text);
  };
}

export interface RawUpstream extends Omit<Upstream, 'seen'> {
  /** Everything each connection ever sent, as latin1. */
  readonly heard: string[];
}

/** On the bare socket, called when the head of a request is complete, once per connection. */
export async function rawUpstream(onHead: (socket: Socket) => void): Promise<RawUpstream> {
  const heard: string[] = [];
  const server = createRawServer((socket) => {
    const index = heard.push('') - 1;
    let isHead = true;
    socket.on('data', (part: Buffer) => {
      heard[index] += part.toString('latin1');
      if (!isHead || !heard[index]?.includes('\r\n\r\n')) return;
      isHead = false;
      onHead(socket);
    });
  });
  return { ...(await listening(server, 0)), heard };
}

/** Closes the connection with a reset as soon as it has the head of a request. */
export const resetting = (): Promise<RawUpstream> => rawUpstream((socket) => socket.resetAndDestroy());

/** Where nobody listens (any more). */
export async function nobody(): Promise<string> {
  const { url, stop } = await upstream();
  await stop();
  return url;
}

async function listening(server: Server, port: number): Promise<Omit<Upstream, 'seen'>> {
  const sockets: Socket[] = [];
  server.on('connection', (socket: Socket) => {
    sockets.push(socket);
    socket.on('error', () => socket.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const stop = async (): Promise<void> => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  onTestFinished(stop);
  const deafen = (): void => void server.close();
  return { url, sockets, deafen, open: () => sockets.filter((socket) => !socket.destroyed).length, stop };
}
