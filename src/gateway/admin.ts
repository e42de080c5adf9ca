/** The admin API on a Unix socket: route table in, statistics and changes out. Only its owner can reach the socket. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { messageOf } from '../errors.ts';
import type { RouteEntry } from '../model/route.ts';
import { readBody } from './body.ts';
import { isWholeEntry } from './entry-shape.ts';
import type { RouteTable } from './table.ts';

const maxBodyBytes = 4 * 1024 * 1024;
/** Listeners to changes at once. */
const maxWatchers = 32;

export interface AdminDeps {
  readonly table: RouteTable;
  readonly nowMs: () => number;
  readonly port: () => number;
}

/**
 * `GET /v1/health` · `GET|PUT /v1/routes/<deployment>` · `POST /v1/routes/<deployment>/stamp?epoch=N` ·
 * `GET /v1/routes/<deployment>/traffic` · `GET /v1/events` (SSE). 409: an older epoch or route version.
 */
export function createAdminServer(deps: AdminDeps): Server {
  let watchers = 0;
  return createServer((request, response) => {
    const target = targetOf(request.url ?? '/');
    if (target === undefined) return send(response, 400, { message: 'the target is no path' });
    const { version, collection, name, action, epoch } = target;
    if (version !== 'v1') return send(response, 404, { message: 'no such path' });
    if (collection === 'health') return send(response, 200, { pid: process.pid, port: deps.port() });
    if (collection === 'events' && request.method === 'GET') {
      if (watchers >= maxWatchers) return send(response, 503, { message: `more than ${maxWatchers} listeners` });
      watchers += 1;
      return watch(deps.table, response, () => {
        watchers -= 1;
      });
    }
    if (collection !== 'routes' || name === undefined) return send(response, 404, { message: 'no such path' });
    if (request.method === 'PUT' && action === undefined) return put(deps.table, name, request, response);
    if (request.method === 'POST' && action === 'stamp') {
      if (!Number.isSafeInteger(epoch) || epoch < 1) return send(response, 400, { message: 'epoch is a whole number' });
      return answer(response, () => deps.table.stamp(name, epoch));
    }
    const route = deps.table.find(name);
    if (request.method !== 'GET') return send(response, 405, { message: 'method not allowed' });
    if (route === undefined)
      return send(response, 404, { message: `no route for ${name}`, epoch: deps.table.epochOf(name) });
    if (action === undefined) return send(response, 200, route.pool.entry);
    if (action === 'traffic')
      return send(response, 200, route.statistics.snapshot({ pool: route.pool, held: route.held.size }, deps.nowMs()));
    return send(response, 404, { message: 'no such path' });
  });
}

interface Target {
  readonly version: string | undefined;
  readonly collection: string | undefined;
  readonly name: string | undefined;
  readonly action: string | undefined;
  readonly epoch: number;
}

function targetOf(text: string): Target | undefined {
  try {
    const { pathname, searchParams } = new URL(text, 'http://admin');
    const [, version, collection, name, action] = pathname.split('/').map(decodeURIComponent);
    return { version, collection, name, action, epoch: Number(searchParams.get('epoch') ?? Number.NaN) };
  } catch (error) {
    // What URL and decodeURIComponent say to something that is neither.
    if (error instanceof TypeError || error instanceof URIError) return undefined;
    throw error;
  }
}

function put(table: RouteTable, name: string, request: IncomingMessage, response: ServerResponse): void {
  readBody(request, { maxBytes: maxBodyBytes, reserve: () => true }, (end) => {
    if (end.kind !== 'read' || end.body === undefined)
      return send(response, 400, { message: 'an entry of at most 4 MiB is expected' });
    const entry = parseEntry(end.body);
    if (entry === undefined || entry.deployment !== name)
      return send(response, 400, { message: `not a route entry for ${name}` });
    answer(response, () => table.put(entry));
  });
}

function parseEntry(body: Buffer): RouteEntry | undefined {
  try {
    const entry: unknown = JSON.parse(body.toString('utf8'));
    return isWholeEntry(entry) ? entry : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function answer(response: ServerResponse, work: () => ReturnType<RouteTable['put']>): void {
  try {
    const end = work();
    if (end.kind === 'accepted') return send(response, 200, {});
    return send(response, end.kind === 'stale' ? 409 : 422, { message: end.message });
  } catch (error) {
    return send(response, 507, { message: `the table could not be kept: ${messageOf(error)}` });
  }
}

function watch(table: RouteTable, response: ServerResponse, ended: () => void): void {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
  response.write(': open\n\n');
  const stop = table.watch((entry) => {
    // A listener that does not listen is let go instead of filling our memory.
    if (response.writableLength > maxBodyBytes) response.destroy();
    else response.write(`data: ${JSON.stringify(entry)}\n\n`);
  });
  response.on('close', () => {
    stop();
    ended();
  });
}

function send(response: ServerResponse, status: number, value: unknown): void {
  const text = JSON.stringify(value);
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
  response.end(text);
}
