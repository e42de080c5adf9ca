/** One request from its headers to its route: read within limits, matched, handed on or turned away. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { matchRoute, needsModel } from '../core/routing/match.ts';
import type { GatewaySettings } from '../model/config.ts';
import { sendGatewayError } from './answer.ts';
import { type BodyEnd, modelOf, readBody } from './body.ts';
import { Forward } from './forward.ts';
import { defectOfHeaders } from './headers.ts';
import type { Plant, Route } from './route.ts';
import { endTurn, takeTurn } from './turns.ts';

/** Headers of one request; Node cuts off above twice as many. */
export const maxHeaderCount = 100;

/** What every request meets. */
export interface Entrance {
  readonly limits: GatewaySettings['limits'];
  readonly plant: Plant;
  readonly routes: readonly Route[];
}

/** Answers, or hands the request to its route; whatever it holds is given back when the connection is done with it. */
export function accept({ limits, plant, routes }: Entrance, request: IncomingMessage, response: ServerResponse): void {
  const { socket } = request;
  let keptBytes = 0;
  let forward: Forward | undefined;
  const left = (): void => {
    endTurn(socket, left);
    plant.bufferedBytes -= keptBytes;
    keptBytes = 0;
    forward?.clientLeft();
  };
  response.on('error', () => response.destroy());
  response.on('close', left);
  if (!takeTurn(socket, response, left)) return;
  const defect = defectOf(limits, request);
  if (defect !== undefined) return refuse(response, { status: 400, code: 'bad_request', message: defect });
  const reserve = (bytes: number): boolean => {
    if (plant.bufferedBytes + bytes > limits.maxBufferedBytes) return false;
    plant.bufferedBytes += bytes;
    keptBytes += bytes;
    return true;
  };
  readBody(request, { maxBytes: limits.maxBodyBytes, reserve }, (end) => {
    if (end.kind !== 'read') return refuse(response, refusalOf(end, limits));
    const route = routeOf(routes, request, end.body);
    if (route === undefined) return sendGatewayError(response, routes.length === 0 ? nothingRouted : noSuchRoute);
    forward = new Forward(plant, route, request, response, end.body);
    forward.send();
  });
}

function defectOf(limits: GatewaySettings['limits'], { url = '/', rawHeaders }: IncomingMessage): string | undefined {
  if (url.length > limits.maxUrlBytes) return 'the URL is too long';
  return url.startsWith('/') ? defectOfHeaders(rawHeaders, maxHeaderCount) : 'the target must be a path';
}

function routeOf(
  routes: readonly Route[],
  { url: path = '/', headers }: IncomingMessage,
  body: Buffer | undefined,
): Route | undefined {
  const [only] = routes;
  if (routes.length === 1 && only !== undefined && only.match.host === undefined && only.match.pathPrefix === undefined)
    return only;
  const host = headers.host?.replace(/:\d+$/, '').toLowerCase();
  const model = needsModel(routes) ? modelOf(body) : undefined;
  return matchRoute(routes, { host, path, model });
}

interface Refusal {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly retryAfterSeconds?: number;
}

const nothingRouted: Refusal = {
  status: 503,
  code: 'no_route',
  message: 'no deployment is routed yet',
  retryAfterSeconds: 2,
};
const noSuchRoute: Refusal = {
  status: 404,
  code: 'no_route',
  message: 'no deployment answers to this path, host or model',
};

function refusalOf({ kind }: Exclude<BodyEnd, { kind: 'read' }>, limits: GatewaySettings['limits']): Refusal {
  if (kind === 'too-large')
    return { status: 413, code: 'too_large', message: `the body is larger than ${limits.maxBodyBytes} bytes` };
  const message = `request bodies together are larger than ${limits.maxBufferedBytes} bytes`;
  return { status: 503, code: 'no_room', message, retryAfterSeconds: 1 };
}

/** The connection may hold the rest of what was refused: it is closed with the answer. */
function refuse(response: ServerResponse, refusal: Refusal): void {
  response.shouldKeepAlive = false;
  sendGatewayError(response, refusal);
}
