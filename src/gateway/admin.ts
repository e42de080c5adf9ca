/** The admin API on a Unix socket: route table in, statistics and changes out. Only its owner can reach the socket. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { keeping, readJson, send } from './admin-answer.ts';
import { answerFaults } from './admin-faults.ts';
import { answerPins } from './admin-pins.ts';
import { beginDrain, cutSite, drainedAt, runningAt } from './drain.ts';
import { isWholeEntry } from './entry-shape.ts';
import type { PinBook } from './pin-book.ts';
import type { PutEnd, RouteTable } from './table.ts';

/** Waiting for one listener; above it the listener is let go. */
const maxUnheardBytes = 4 * 1024 * 1024;
/** Listeners to changes at once. */
const maxWatchers = 32;

export interface AdminDeps {
  readonly table: RouteTable;
  readonly book: PinBook;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly nowMs: () => number;
  /** Wall clock, for people. */
  readonly wallMs: () => number;
  readonly port: () => number;
}

/**
 * `GET /v1/health` · `GET|PUT /v1/routes/<deployment>` · `POST /v1/routes/<deployment>/stamp?epoch=N` ·
 * `GET /v1/routes/<deployment>/traffic` · `GET …/running?site=S` · `POST …/drain?site=S&operation=ID&epoch=N` ·
 * `GET …/drained?site=S&operation=ID` · `POST …/cut?site=S&epoch=N` · `…/pins` and `…/faults` (see there) ·
 * `GET /v1/events` (SSE). 409 says why in `code`: `Stale` (an older epoch or route version), `Pinned`, `HasWeight`, `Busy`.
 */
export function createAdminServer(deps: AdminDeps): Server {
  let watchers = 0;
  return createServer((request, response) => {
    const target = targetOf(request.url ?? '/');
    if (target === undefined) return send(response, 400, { message: 'the target is no path' });
    const { version, collection, name } = target;
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
    const about = { deployment: name, rest: target.rest };
    if (target.action === 'pins') return answerPins(deps, about, request, response);
    if (target.action === 'faults') return answerFaults(deps, about, request, response);
    if (request.method === 'GET') return answerRead(deps, name, target, response);
    answerChange(deps, name, target, request, response);
  });
}

/** What changes something and has no body. */
const posts: ReadonlySet<string | undefined> = new Set(['stamp', 'drain', 'cut']);

function answerChange(
  { table, nowMs, wallMs }: AdminDeps,
  name: string,
  { action, epoch, site, operation }: Target,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  if (request.method === 'PUT' && action === undefined) return put(table, name, request, response);
  if (request.method !== 'POST' || !posts.has(action)) return send(response, 405, { message: 'method not allowed' });
  if (!Number.isSafeInteger(epoch) || epoch < 1) return send(response, 400, { message: 'epoch is a whole number' });
  if (action === 'stamp') return answer(response, () => table.stamp(name, epoch));
  if (site === null) return send(response, 400, { message: 'site names the site to empty' });
  const route = table.find(name);
  if (route === undefined) return send(response, 404, { message: `no route for ${name}`, epoch: table.epochOf(name) });
  keeping(response, 'the epoch', () => {
    const end = table.stamp(name, epoch);
    if (end.kind !== 'accepted') return send(response, 409, { code: codeOf[end.kind], message: end.message });
    if (action === 'drain') {
      beginDrain(route, site, operation, { monoMs: nowMs(), wallMs: wallMs() });
      return send(response, 200, {});
    }
    const cut = cutSite(route, site);
    if (cut === undefined) return send(response, 409, { code: 'HasWeight', message: `${site} still has weight` });
    return send(response, 200, cut);
  });
}

function answerRead({ table, nowMs, wallMs }: AdminDeps, name: string, target: Target, response: ServerResponse): void {
  const { action, site, operation } = target;
  const route = table.find(name);
  if (route === undefined) return send(response, 404, { message: `no route for ${name}`, epoch: table.epochOf(name) });
  if (action === undefined) return send(response, 200, route.pool.entry);
  if (action === 'traffic')
    return send(response, 200, route.statistics.snapshot({ pool: route.pool, held: route.held.size }, nowMs()));
  if (action !== 'running' && action !== 'drained') return send(response, 404, { message: 'no such path' });
  if (site === null) return send(response, 400, { message: 'site names the site to look at' });
  if (action === 'running') return send(response, 200, runningAt(route, site, wallMs() - nowMs()));
  const account = drainedAt(route, site, operation);
  if (account !== undefined) return send(response, 200, account);
  const message = 'the gateway has no list of this drain: it was started anew, or was not told when it began';
  return send(response, 404, { message });
}

interface Target {
  readonly version: string | undefined;
  readonly collection: string | undefined;
  readonly name: string | undefined;
  readonly action: string | undefined;
  readonly rest: readonly string[];
  readonly epoch: number;
  readonly site: string | null;
  readonly operation: string;
}

function targetOf(text: string): Target | undefined {
  try {
    const { pathname, searchParams } = new URL(text, 'http://admin');
    const [, version, collection, name, action, ...rest] = pathname.split('/').map(decodeURIComponent);
    const epoch = Number(searchParams.get('epoch') ?? Number.NaN);
    const operation = searchParams.get('operation') ?? '';
    return { version, collection, name, action, rest, epoch, operation, site: searchParams.get('site') };
  } catch (error) {
    // What URL and decodeURIComponent say to something that is neither.
    if (error instanceof TypeError || error instanceof URIError) return undefined;
    throw error;
  }
}

function put(table: RouteTable, name: string, request: IncomingMessage, response: ServerResponse): void {
  readJson(request, response, 'an entry', (entry) => {
    if (!isWholeEntry(entry) || entry.deployment !== name)
      return send(response, 400, { message: `not a route entry for ${name}` });
    answer(response, () => table.put(entry));
  });
}

/** Of a conflict, by its kind. */
const codeOf = { stale: 'Stale', pinned: 'Pinned', invalid: 'Invalid' } as const;

function answer(response: ServerResponse, work: () => PutEnd): void {
  keeping(response, 'the table', () => {
    const end = work();
    if (end.kind === 'accepted') return send(response, 200, {});
    return send(response, end.kind === 'invalid' ? 422 : 409, { code: codeOf[end.kind], message: end.message });
  });
}

function watch(table: RouteTable, response: ServerResponse, ended: () => void): void {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
  response.write(': open\n\n');
  const stop = table.watch((entry) => {
    // A listener that does not listen is let go instead of filling our memory.
    if (response.writableLength > maxUnheardBytes) response.destroy();
    else response.write(`data: ${JSON.stringify(entry)}\n\n`);
  });
  response.on('close', () => {
    stop();
    ended();
  });
}
