/** The built-in model server: speaks OpenAI's API with vLLM's health, metrics and shutdown behaviour, and breaks on demand. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { GodwitError, messageOf } from '../../errors.ts';
import { answerCompletion, readBody, sendError } from './completions.ts';
import { createTokenEngine } from './engine.ts';
import { renderMetrics } from './metrics.ts';
import { type Faults, type ModelServerOptions, noFaults, parseFaults, parseModelServerArgs } from './options.ts';
import { seeded } from './text.ts';

export interface ModelServer {
  readonly port: number;
  /** `abort` cuts what runs; `finish` answers new requests with 503 and waits for it, at most `timeoutMs`. */
  close(how: 'abort' | 'finish', timeoutMs: number): Promise<void>;
}

/** Rejects with `ListenFailed` when the port is taken. */
export async function startModelServer(options: ModelServerOptions): Promise<ModelServer> {
  let faults: Faults = options.faults;
  let isClosing = false;
  let open = 0;
  let onIdle = (): void => undefined;
  const engine = createTokenEngine(options, () => faults);
  const deps = { options, engine, faults: () => faults, random: seeded(options.seed + 1) };
  const readyAtMs = performance.now() + options.loadMs;

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = request.url?.split('?')[0];
    if (path === '/faults') return await answerFaults(request, response, (change) => (faults = change(faults)));
    if (isClosing || performance.now() < readyAtMs)
      return sendError(response, 503, 'unavailable', isClosing ? 'shutting down' : 'loading the model');
    if (request.method === 'POST' && (path === '/v1/chat/completions' || path === '/v1/completions')) {
      open += 1;
      response.once('close', () => {
        open -= 1;
        if (open === 0) onIdle();
      });
      return await answerCompletion(deps, path === '/v1/chat/completions', request, response);
    }
    if (request.method !== 'GET') return sendError(response, 405, 'invalid_request_error', 'method not allowed');
    if (path === '/health') return sendText(response, 'text/plain', '');
    if (path === '/metrics')
      return sendText(response, 'text/plain; version=0.0.4', renderMetrics(engine.metrics, options.model));
    if (path === '/v1/models')
      return sendText(response, 'application/json', listModels(faults.wrongModel ?? options.model));
    sendError(response, 404, 'not_found_error', 'no such path');
  };

  const server = createServer({ keepAliveTimeout: 60_000, noDelay: true }, (request, response) => {
    // The client left while its body came: nobody is there to be told.
    answer(request, response).catch(() => response.destroy());
  });
  await listen(server, options);
  return {
    port: (server.address() as AddressInfo).port,
    async close(how, timeoutMs) {
      isClosing = true;
      // Still listening: who comes while the last ones finish is told 503, not refused.
      if (how === 'finish' && open > 0) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, timeoutMs);
          onIdle = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
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

const maxFaultBytes = 64 * 1024;

/**
 * `GET` shows the switches (and the process, for whoever wants to kill it), `POST` merges, `DELETE` clears. Always answers,
 * also when hung or loading; to this machine only.
 */
async function answerFaults(
  request: IncomingMessage,
  response: ServerResponse,
  update: (change: (before: Faults) => Faults) => Faults,
): Promise<void> {
  if (!isLoopback(request.socket.remoteAddress))
    return sendError(response, 403, 'permission_error', 'faults are switched from this machine only');
  const body = (await readBody(request, maxFaultBytes)) ?? '';
  try {
    const after = update((before) => {
      if (request.method === 'DELETE') return noFaults;
      return request.method === 'POST' ? parseFaults(body, before) : before;
    });
    sendText(response, 'application/json', JSON.stringify({ ...after, pid: process.pid }));
  } catch (error) {
    sendError(response, 400, 'invalid_request_error', messageOf(error));
  }
}

/** Also as an IPv6 socket names it. */
export function isLoopback(address: string | undefined): boolean {
  return address !== undefined && /^(::1|(::ffff:)?127\.\d+\.\d+\.\d+)$/.test(address);
}

function listModels(model: string): string {
  return JSON.stringify({ object: 'list', data: [{ id: model, object: 'model', created: 0, owned_by: 'godwit' }] });
}

function sendText(response: ServerResponse, type: string, text: string): void {
  response.writeHead(200, { 'content-type': type, 'content-length': Buffer.byteLength(text) });
  response.end(text);
}
