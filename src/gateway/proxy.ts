/** The client side: an HTTP/1.1 server with strict limits that hands each request to its route. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { matchRoute, needsModel } from '../core/routing/match.ts';
import type { GatewaySettings } from '../model/config.ts';
import { sendGatewayError } from './answer.ts';
import { modelOf, readBody } from './body.ts';
import { Forward } from './forward.ts';
import { defectOfHeaders } from './headers.ts';
import type { Plant, Route } from './route.ts';

const maxHeaderCount = 100;

export function createProxyServer(settings: GatewaySettings, plant: Plant, routes: readonly Route[]): Server {
  const { limits } = settings;
  const server = createServer(
    {
      maxHeaderSize: limits.maxHeaderBytes,
      headersTimeout: limits.headersTimeoutMs,
      requestTimeout: limits.requestTimeoutMs,
      connectionsCheckingInterval: 1000,
      keepAliveTimeout: 60_000,
      noDelay: true,
      insecureHTTPParser: false,
      requireHostHeader: true,
    },
    (request, response) => accept(settings, plant, routes, request, response),
  );
  server.maxConnections = limits.maxConnections;
  server.maxHeadersCount = maxHeaderCount * 2;
  const perAddress = new Map<string, number>();
  server.on('connection', (socket) => limitPerAddress(perAddress, limits.maxConnectionsPerAddress, socket));
  // Neither is model traffic, and both would tunnel past every rule here.
  server.on('upgrade', (_request, socket) => socket.end('HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n'));
  server.on('connect', (_request, socket) => socket.end('HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n'));
  server.on('clientError', (_error, socket) => {
    if (socket.writable) socket.end('HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n');
    else socket.destroy();
  });
  return server;
}

function accept(
  settings: GatewaySettings,
  plant: Plant,
  routes: readonly Route[],
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const { limits } = settings;
  const url = request.url ?? '/';
  const defect =
    url.length > limits.maxUrlBytes
      ? 'the URL is too long'
      : url.startsWith('/')
        ? defectOfHeaders(request.rawHeaders, maxHeaderCount)
        : 'the target must be a path';
  if (defect !== undefined) return refuse(response, 400, 'bad_request', defect);
  response.on('error', () => response.destroy());
  readBody(request, limits.maxBodyBytes, (end) => {
    if (end.kind === 'too-large')
      return refuse(response, 413, 'too_large', `the body is larger than ${limits.maxBodyBytes} bytes`);
    const route = routeOf(routes, request, url, end.body);
    if (route !== undefined) return new Forward(plant, route, request, response, end.body).send();
    if (routes.length === 0)
      return sendGatewayError(response, {
        status: 503,
        code: 'no_route',
        message: 'no deployment is routed yet',
        retryAfterSeconds: 2,
      });
    return sendGatewayError(response, {
      status: 404,
      code: 'no_route',
      message: 'no deployment answers to this path, host or model',
    });
  });
}

function routeOf(
  routes: readonly Route[],
  request: IncomingMessage,
  path: string,
  body: Buffer | undefined,
): Route | undefined {
  const [only] = routes;
  const host = request.headers.host?.replace(/:\d+$/, '').toLowerCase();
  const model = needsModel(routes) ? modelOf(body) : undefined;
  if (routes.length === 1 && only !== undefined && only.match.host === undefined && only.match.pathPrefix === undefined)
    return only;
  return matchRoute(routes, { host, path, model });
}

/** The connection may hold the rest of what was refused: it is closed with the answer. */
function refuse(response: ServerResponse, status: number, code: string, message: string): void {
  response.shouldKeepAlive = false;
  sendGatewayError(response, { status, code, message });
}

function limitPerAddress(counts: Map<string, number>, most: number, socket: Socket): void {
  const address = socket.remoteAddress ?? '';
  const count = (counts.get(address) ?? 0) + 1;
  if (count > most) return void socket.destroy();
  counts.set(address, count);
  socket.once('close', () => {
    const left = (counts.get(address) ?? 1) - 1;
    if (left > 0) counts.set(address, left);
    else counts.delete(address);
  });
}
