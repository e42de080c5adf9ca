/** Faults over the admin API: a drill arms them again and again, and they end when it does not. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type ArmedFaultKind, armedFaultKinds, type FaultRequest, longestFaultMs } from '../model/fault.ts';
import { mostReasonLetters } from '../model/pin.ts';
import { readJson, send } from './admin-answer.ts';
import { isCount, isObject } from './entry-shape.ts';
import type { Moment } from './fault-book.ts';
import { armFault, faultsOf, liftFaults } from './faults.ts';
import { actorOf, isActor, isDuration, isName, isReason } from './said.ts';
import type { RouteTable } from './table.ts';

export interface FaultDeps {
  readonly table: RouteTable;
  readonly random: () => number;
  readonly nowMs: () => number;
  /** Wall clock, for people. */
  readonly wallMs: () => number;
}

/** `GET …/faults` · `POST …/faults` · `POST …/faults/lift`. To look and to lift no route is needed: there are none then. */
export function answerFaults(
  deps: FaultDeps,
  { deployment, rest }: { readonly deployment: string; readonly rest: readonly string[] },
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const [first, ...more] = rest;
  if (more.length > 0 || (first !== undefined && first !== 'lift'))
    return send(response, 404, { message: 'no such path' });
  if (first === undefined && request.method === 'GET')
    return send(response, 200, faultsOf(deps.table.find(deployment), nowOf(deps)));
  if (request.method !== 'POST') return send(response, 405, { message: 'method not allowed' });
  if (first === undefined)
    return readJson(request, response, 'a fault', (value) => arm(deps, deployment, value, response));
  readJson(request, response, 'a reason', (value) => lift(deps, deployment, value, response));
}

function nowOf({ nowMs, wallMs }: FaultDeps): Moment {
  return { monoMs: nowMs(), wallMs: wallMs() };
}

const refusals = {
  busy: { status: 409, code: 'Busy' },
  lifted: { status: 409, code: 'Lifted' },
  'no-site': { status: 422, code: 'Invalid' },
  full: { status: 422, code: 'Invalid' },
} as const;

function arm(deps: FaultDeps, deployment: string, value: unknown, response: ServerResponse): void {
  const request = faultIn(deployment, value);
  if (typeof request === 'string') return send(response, 400, { message: request });
  const route = deps.table.find(deployment);
  if (route === undefined) return send(response, 404, { message: `no route for ${deployment}` });
  const end = armFault(route, request, nowOf(deps), deps.random);
  if (end.kind === 'armed') return send(response, 200, end.fault);
  const { status, code } = refusals[end.kind];
  send(response, status, { code, message: end.message });
}

function lift(deps: FaultDeps, deployment: string, value: unknown, response: ServerResponse): void {
  const { because, run }: Readonly<Record<string, unknown>> = isObject(value) ? value : {};
  if (!isReason(because) || because === '')
    return send(response, 400, { message: `because is a text of 1 to ${mostReasonLetters} characters` });
  if (run !== undefined && (!isName(run) || run === ''))
    return send(response, 400, { message: 'run names the run of a drill' });
  const route = deps.table.find(deployment);
  if (route !== undefined) liftFaults(route, { because, ...(run === undefined ? {} : { run }) }, nowOf(deps));
  send(response, 200, {});
}

/** The request, or what is wrong with it. */
function faultIn(deployment: string, value: unknown): FaultRequest | string {
  if (!isObject(value)) return 'a fault is an object';
  const { drill, run, kind, site, sharePct, delayMs, forMs, by } = value;
  if (!isName(drill) || drill === '') return 'drill names a drill';
  if (!isName(run) || run === '') return 'run names the run of a drill';
  if (!isFaultKind(kind)) return `kind is ${armedFaultKinds.join(' or ')}`;
  if (!isName(site) || site === '') return 'site names a site';
  if (!isCount(sharePct) || sharePct > 100) return 'sharePct is a whole number from 0 to 100';
  if (!isDuration(forMs, longestFaultMs)) return `forMs is a whole number of milliseconds from 1 to ${longestFaultMs}`;
  const isLate = kind === 'latency' || kind === 'slow-first-token';
  if (isLate ? !isDuration(delayMs, longestFaultMs) : delayMs !== undefined)
    return `delayMs is a whole number of milliseconds from 1 to ${longestFaultMs}, of latency and slow-first-token alone`;
  if (!isActor(by)) return 'by names a person or controller, its host and process';
  const request = { deployment, drill, run, kind, site, sharePct, forMs, by: actorOf(by) };
  return isDuration(delayMs, longestFaultMs) ? { ...request, delayMs } : request;
}

function isFaultKind(kind: unknown): kind is ArmedFaultKind {
  return armedFaultKinds.some((each) => each === kind);
}
