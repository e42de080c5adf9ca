/** Serves the controller's metrics on this machine. Whatever becomes of it, the controller goes on. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { MetricsWatch } from '../cli/app.ts';
import { messageOf } from '../errors.ts';
import { isLoopback, type Listen } from '../model/listen.ts';
import { span } from '../model/words.ts';
import type { Clock } from '../ports/clock.ts';
import { contentType } from '../report/prometheus/exposition.ts';

interface MetricsDeps extends MetricsWatch {
  readonly clock: Clock;
}

/** A scraper sends a few short headers and reads at once; nobody else has any business here. Milliseconds and bytes. */
const limits = { headersTimeout: 5000, requestTimeout: 5000, connectionsCheckingInterval: 1000, maxHeaderSize: 8192 };
const maxConnections = 16;
const maxHeaders = 50;
/** A client that takes nothing for this long is cut, in milliseconds. */
const idleMs = 10_000;
/** Between tries to listen, in milliseconds: a controller that has just ended may still hold the port. */
const againMs = 10_000;

/** Resolves after the first try to listen; tries again, and serves, until the signal fires. */
export async function serveMetrics(listen: Listen, deps: MetricsDeps, signal: AbortSignal): Promise<void> {
  const server = createServer(limits, (request, response) => answer(request, response, deps));
  server.maxConnections = maxConnections;
  server.maxHeadersCount = maxHeaders;
  server.setTimeout(idleMs);
  // A name is looked up before it is listened at, and the signal may come meanwhile: it must not keep the process alive.
  server.unref();
  signal.addEventListener('abort', () => {
    server.close();
    server.closeAllConnections();
  });
  if (signal.aborted || (await listenOnce(server, listen, deps, true))) return;
  tryAgain(server, listen, deps, signal).catch((error: unknown) => {
    // The signal ends the wait between two tries.
    if (!signal.aborted) deps.warn(`are not served: ${messageOf(error)}`);
  });
}

async function tryAgain(server: Server, listen: Listen, deps: MetricsDeps, signal: AbortSignal): Promise<void> {
  let isUp = false;
  while (!isUp && !signal.aborted) {
    await deps.clock.sleep(againMs, signal);
    isUp = await listenOnce(server, listen, deps, false);
  }
}

async function listenOnce(
  server: Server,
  { host, port }: Listen,
  deps: MetricsDeps,
  isFirst: boolean,
): Promise<boolean> {
  server.listen({ host, port });
  try {
    // Rejects with the error when that comes first.
    await once(server, 'listening');
  } catch (error) {
    const later = `the deployments are watched all the same, and it is tried again every ${span(againMs)}`;
    if (isFirst) deps.warn(`cannot be served: ${messageOf(error)}; ${later}`);
    return false;
  }
  server.on('error', (error) => deps.warn(`met an error: ${error.message}`));
  deps.note(`are served on http://${nameOf(server.address())}/metrics`);
  return true;
}

function nameOf(address: AddressInfo | string | null): string {
  if (address === null || typeof address === 'string') return String(address);
  return address.family === 'IPv6' ? `[${address.address}]:${address.port}` : `${address.address}:${address.port}`;
}

async function answer(request: IncomingMessage, response: ServerResponse, deps: MetricsDeps): Promise<void> {
  const { method, url = '', headers } = request;
  // A page in a browser here may give itself a name that leads to this machine; it cannot give itself an address.
  if (!isLoopback((headers.host ?? '').replace(/:\d+$/, '').replace(/^\[|\]$/g, '')))
    return say(response, 421, 'ask by the address, such as 127.0.0.1');
  if (url.replace(/\?.*$/, '') !== '/metrics') return say(response, 404, 'there is only /metrics');
  if (method !== 'GET' && method !== 'HEAD') return say(response, 405, 'only GET', { allow: 'GET, HEAD' });
  try {
    const text = await deps.scrape();
    response.writeHead(200, { 'content-type': contentType, 'content-length': Buffer.byteLength(text) });
    response.end(method === 'HEAD' ? undefined : text);
  } catch (error) {
    deps.warn(`could not be told: ${messageOf(error)}`);
    say(response, 500, 'see the controller’s own output');
  }
}

function say(response: ServerResponse, status: number, text: string, headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', ...headers });
  response.end(`${text}\n`);
}
