/** Pins over the admin API: works with the store down, for the gateway keeps them itself. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Actor } from '../model/operation.ts';
import { mostReasonLetters, type PinKind, type PinRequest, type ReleaseRequest } from '../model/pin.ts';
import type { Weights } from '../model/route.ts';
import { keeping, readJson, send } from './admin-answer.ts';
import { isCount, isObject } from './entry-shape.ts';
import type { PinBook } from './pin-book.ts';
import { sightOf, takePin } from './pins.ts';
import { actorOf, isActor, isDuration, isReason } from './said.ts';
import type { RouteTable } from './table.ts';

/** A year: longer is a mistake in the unit. */
const maxForMs = 366 * 24 * 3600 * 1000;

export interface PinDeps {
  readonly table: RouteTable;
  readonly book: PinBook;
}

/** `GET …/pins` · `POST …/pins` · `POST …/pins/release` · `POST …/pins/<number>/merged`. */
export function answerPins(
  deps: PinDeps,
  { deployment, rest }: { readonly deployment: string; readonly rest: readonly string[] },
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const [first, second, ...more] = rest;
  if (more.length > 0) return send(response, 404, { message: 'no such path' });
  if (first === undefined && request.method === 'GET')
    return send(response, 200, sightOf(deps.table, deps.book, deployment));
  if (request.method !== 'POST') return send(response, 405, { message: 'method not allowed' });
  if (first === undefined)
    return readJson(request, response, 'a pin', (value) => take(deps, deployment, value, response));
  if (first === 'release' && second === undefined)
    return readJson(request, response, 'a release', (value) => release(deps, deployment, value, response));
  if (second !== 'merged' || !/^\d{1,15}$/.test(first)) return send(response, 404, { message: 'no such path' });
  keeping(response, 'the mark', () => {
    if (deps.book.merged(deployment, Number(first))) return send(response, 200, {});
    return send(response, 404, { message: `${deployment} has no pin ${first}` });
  });
}

const statusOf = { 'no-route': 404, invalid: 422, full: 503 } as const;

function take({ table, book }: PinDeps, deployment: string, value: unknown, response: ServerResponse): void {
  const request = pinIn(deployment, value);
  if (typeof request === 'string') return send(response, 400, { message: request });
  keeping(response, 'the pin', () => {
    const end = takePin(table, book, request);
    if (end.kind === 'taken') return send(response, 200, end.pin);
    return send(response, statusOf[end.kind], { message: end.message });
  });
}

function release({ book }: PinDeps, deployment: string, value: unknown, response: ServerResponse): void {
  const request = releaseIn(deployment, value);
  if (typeof request === 'string') return send(response, 400, { message: request });
  keeping(response, 'the release', () => send(response, 200, { released: book.release(request) }));
}

/** The request, or what is wrong with it. */
function pinIn(deployment: string, value: unknown): PinRequest | string {
  const said = isObject(value) ? saidIn(value) : 'a pin is an object';
  if (typeof said === 'string' || !isObject(value)) return String(said);
  const { kind, forMs, weights } = value;
  if (!isPinKind(kind)) return 'kind is pause, hold or return';
  if (forMs !== undefined && !isDuration(forMs, maxForMs))
    return 'forMs is a whole number of milliseconds, a year at most';
  if (kind === 'return' && !isWeights(weights)) return 'a return names weights by site';
  if (kind !== 'return' && weights !== undefined) return `a ${kind} leaves the weights as they are`;
  return { deployment, kind, ...said, forMs, weights: isWeights(weights) ? weights : undefined };
}

function releaseIn(deployment: string, value: unknown): ReleaseRequest | string {
  const said = isObject(value) ? saidIn(value) : 'a release is an object';
  if (typeof said === 'string' || !isObject(value)) return String(said);
  const { number } = value;
  if (number !== undefined && !isCount(number)) return 'number is the number of a pin';
  return { deployment, ...said, number };
}

/** Who said it, and why. */
function saidIn({
  by,
  reason,
}: Readonly<Record<string, unknown>>): { readonly by: Actor; readonly reason: string | undefined } | string {
  if (!isActor(by)) return 'by names a person or controller, its host and process';
  if (reason !== undefined && !isReason(reason)) return `reason is a text of at most ${mostReasonLetters} characters`;
  return { by: actorOf(by), reason };
}

function isPinKind(kind: unknown): kind is PinKind {
  return kind === 'pause' || kind === 'hold' || kind === 'return';
}

/** What they mean is judged where they are put in force. */
function isWeights(value: unknown): value is Weights {
  return isObject(value) && Object.values(value).every((weight) => typeof weight === 'number');
}
