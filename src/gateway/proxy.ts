/** The client side: an HTTP/1.1 server with strict limits. */
import { createServer, type Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { GatewaySettings } from '../model/config.ts';
import { accept, maxHeaderCount } from './accept.ts';
import type { Plant, Route } from './route.ts';
import { mayRefuse } from './turns.ts';

/** How long a connection that was turned away may stay half open, in milliseconds. */
const lingerMs = 1000;

export function createProxyServer(settings: GatewaySettings, plant: Plant, routes: readonly Route[]): Server {
  const { limits } = settings;
  const entrance = { limits, plant, routes };
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
      // Java's HttpClient offers HTTP/2 with every request; an offer may be passed over (RFC 9110 section 7.8).
      shouldUpgradeCallback: ({ headers }) => headers.upgrade?.toLowerCase() !== 'h2c',
    },
    (request, response) => accept(entrance, request, response),
  );
  server.maxConnections = limits.maxConnections;
  server.maxHeadersCount = maxHeaderCount * 2;
  const perAddress = new Map<string, number>();
  server.on('connection', (socket) => limitPerAddress(perAddress, limits.maxConnectionsPerAddress, socket));
  // Neither is model traffic, and both would tunnel past every rule here.
  server.on('upgrade', (_request, socket) => turnAway(socket));
  server.on('connect', (_request, socket) => turnAway(socket));
  server.on('clientError', ({ code = '' }: NodeJS.ErrnoException, socket) =>
    mayRefuse(socket) ? turnAway(socket, statusOf[code]) : socket.destroy(),
  );
  return server;
}

/** By the parser's code; everything else is a bad request. */
const statusOf: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
};

/** The server has let go of the socket: without a listener here one reset would end the process. */
function turnAway(socket: Duplex, status = '400 Bad Request'): void {
  socket.on('error', () => socket.destroy());
  if (!socket.writable) return void socket.destroy();
  socket.resume();
  socket.end(`HTTP/1.1 ${status}\r\nconnection: close\r\n\r\n`);
  const linger = setTimeout(() => socket.destroy(), lingerMs);
  socket.once('close', () => clearTimeout(linger));
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
