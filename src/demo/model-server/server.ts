/** The built-in model server: speaks OpenAI's API with vLLM's health, metrics and shutdown behaviour, and breaks on demand. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { GodwitError, messageOf } from '../../errors.ts';
import { answerCompletion, sendError } from './completions.ts';
import { createTokenEngine } from './engine.ts';
import { renderMetrics } from './metrics.ts';
import { type Faults, type ModelServerOptions, noFaults, parseFaults, parseModelServerArgs } from './options.ts';
import { seeded } from './text.ts';

export interface ModelServer {
  readonly port: number;
  /** `abort` cuts what runs; `finish` refuses new requests and waits for it, at most `timeoutMs`. */
  close(how: 'abort' | 'finish', timeoutMs: number): Promise<void>;
}

/** Rejects with `ListenFailed` when the port is taken. */
export async function startModelServer(options: ModelServerOptions): Promise<ModelServer> {
  let faults: Faults = options.faults;
  let isClosing = false;
  const engine = createTokenEngine(options, () => faults);
  const deps = { options, engine, faults: () => faults, random: seeded(options.seed + 1) };
  const readyAtMs = performance.now() + options.loadMs;

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = request.url?.split('?')[0];
    if (path === '/faults') {
      faults = await changeFaults(request, response, faults);
      return;
    }
    if (isClosing || performance.now() < readyAtMs)
      return sendError(response, 503, 'unavailable', isClosing ? 'shutting down' : 'loading the model');
    if (request.method === 'POST' && (path === '/v1/chat/completions' || path === '/v1/completions'))
      return await answerCompletion(deps, request, response);
    if (request.method !== 'GET') return sendError(response, 405, 'invalid_request_error', 'method not allowed');
    if (path === '/health') return sendText(response, 'text/plain', '');
    if (path === '/metrics')
      return sendText(response, 'text/plain; version=0.0.4', renderMetrics(engine.metrics, options.model));
    if (path === '/v1/models')
      return sendText(response, 'application/json', listModels(faults.wrongModel ?? options.model));
    sendError(response, 404, 'not_found_error', 'no such path');
  };

  const server = createServer({ keepAliveTimeout: 60_000, noDelay: true }, (request, response) => {
    answer(request, response).catch((error: unknown) => {
      if (response.headersSent) response.destroy();
      else sendError(response, 500, 'internal_error', messageOf(error));
    });
  });
  await listen(server, options);
  return {
    port: (server.address() as AddressInfo).port,
    async close(how, timeoutMs) {
      isClosing = true;
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      if (how === 'abort') server.closeAllConnections();
      const timer = setTimeout(() => server.closeAllConnections(), timeoutMs);
      await closed;
      clearTimeout(timer);
      engine.close();
    },
  };
}

/** Runs until SIGTERM or SIGINT, as a process of its own. */
export async function runModelServer(argv: readonly string[]): Promise<void> {
  const options = parseModelServerArgs(argv);
  const server = await startModelServer(options);
  process.stdout.write(`model server ${options.name} listens on http://${options.host}:${server.port}\n`);
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve());
  });
  await server.close(options.onTerm, options.shutdownTimeoutMs);
}

function listen(server: Server, { host, port }: ModelServerOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) =>
      reject(new GodwitError('ListenFailed', `cannot listen on ${host}:${port}: ${error.message}`, { cause: error })),
    );
    server.listen({ host, port, backlog: 1024 }, () => resolve());
  });
}

/** `GET` shows them (and the process, for whoever wants to kill it), `POST` merges, `DELETE` clears. Always answers, also when hung. */
async function changeFaults(request: IncomingMessage, response: ServerResponse, before: Faults): Promise<Faults> {
  let after = before;
  if (request.method === 'DELETE') after = noFaults;
  if (request.method === 'POST') {
    const parts: Buffer[] = [];
    for await (const part of request as AsyncIterable<Buffer>) parts.push(part);
    try {
      after = parseFaults(Buffer.concat(parts).toString('utf8'), before);
    } catch (error) {
      sendError(response, 400, 'invalid_request_error', messageOf(error));
      return before;
    }
  }
  sendText(response, 'application/json', JSON.stringify({ ...after, pid: process.pid }));
  return after;
}

function listModels(model: string): string {
  return JSON.stringify({ object: 'list', data: [{ id: model, object: 'model', created: 0, owned_by: 'godwit' }] });
}

function sendText(response: ServerResponse, type: string, text: string): void {
  response.writeHead(200, { 'content-type': type, 'content-length': Buffer.byteLength(text) });
  response.end(text);
}
