/** The embedded gateway as a traffic driver: its admin API over the Unix socket. */
import { request as send } from 'node:http';
import { messageOf } from '../../errors.ts';
import type { Reply, Seen } from '../../model/outcome.ts';
import type { ProviderError } from '../../model/provider-error.ts';
import type { RouteEntry } from '../../model/route.ts';
import type { DeploymentTraffic } from '../../model/traffic-stats.ts';
import type { ReadCall, WriteCall } from '../../ports/call.ts';
import type { Clock } from '../../ports/clock.ts';
import type { TrafficDriver } from '../../ports/traffic-driver.ts';

const maxAnswerBytes = 16 * 1024 * 1024;

/** Nobody listened: the request was never sent. */
const neverSent = new Set(['ENOENT', 'ECONNREFUSED', 'EACCES']);

interface Answered {
  readonly kind: 'answered';
  readonly status: number;
  readonly value: unknown;
}

interface Unanswered {
  readonly kind: 'not-sent' | 'lost';
  readonly error: ProviderError;
}

type Answer = Answered | Unanswered;

export function createGatewayDriver({
  socketPath,
  clock,
}: {
  readonly socketPath: string;
  readonly clock: Clock;
}): TrafficDriver {
  const routePath = (deployment: string): string => `/v1/routes/${encodeURIComponent(deployment)}`;
  const read = async <T>(
    path: string,
    call: ReadCall,
    ofStatus: (status: number, value: unknown) => T | undefined,
  ): Promise<Seen<T>> => {
    const answer = await ask(socketPath, 'GET', path, undefined, call.signal);
    if (answer.kind !== 'answered') return { kind: 'unknown', error: answer.error };
    const value = ofStatus(answer.status, answer.value);
    if (value === undefined)
      return {
        kind: 'unknown',
        error: { class: 'unknown', code: `Status${answer.status}`, message: textOf(answer.value) },
      };
    return { kind: 'seen', value, asOfMs: clock.nowMs() };
  };
  const write = async (method: 'PUT' | 'POST', path: string, body: unknown, call: WriteCall): Promise<Reply<void>> => {
    const answer = await ask(socketPath, method, path, body, call.signal);
    if (answer.kind === 'answered') return replyOf(answer.status, answer.value);
    return { kind: answer.kind === 'not-sent' ? 'refused' : 'unknown', error: answer.error };
  };
  return {
    atomicUnit: 'vector',
    stamp: (deployment, call) => write('POST', `${routePath(deployment)}/stamp?epoch=${call.epoch}`, undefined, call),
    async read(deployment, call) {
      const seen = await read(
        routePath(deployment),
        call,
        (status, value): { entry: RouteEntry | undefined } | undefined => {
          // A gateway that has none says what it was stamped with; another 404 comes from somebody else.
          if (status === 404 && isObject(value) && 'epoch' in value) return { entry: undefined };
          return status === 200 && isAbout(deployment, value) ? { entry: value as RouteEntry } : undefined;
        },
      );
      return seen.kind === 'seen' ? { ...seen, value: seen.value.entry } : seen;
    },
    write: (entry, call) => write('PUT', routePath(entry.deployment), entry, call),
    traffic: (deployment, call) =>
      read(`${routePath(deployment)}/traffic`, call, (status, value) =>
        status === 200 && isAbout(deployment, value) ? (value as DeploymentTraffic) : undefined,
      ),
  };
}

/** Asks whether a gateway answers, and for its process and port. Undefined when none does. */
export async function findGateway(
  socketPath: string,
  signal: AbortSignal,
): Promise<{ readonly pid: number; readonly port: number } | undefined> {
  const answer = await ask(socketPath, 'GET', '/v1/health', undefined, signal);
  return answer.kind === 'answered' && answer.status === 200
    ? (answer.value as { pid: number; port: number })
    : undefined;
}

function replyOf(status: number, value: unknown): Reply<void> {
  if (status === 200) return { kind: 'done', value: undefined };
  const error = { code: `Status${status}`, message: textOf(value) };
  if (status === 409) return { kind: 'refused', error: { ...error, class: 'conflict', code: 'Stale' } };
  return { kind: 'refused', error: { ...error, class: status >= 500 ? 'transient' : 'invalid' } };
}

function textOf(value: unknown): string {
  return isObject(value) && 'message' in value ? String(value.message) : 'no message';
}

/** Whoever else answers on the socket is not believed. */
function isAbout(deployment: string, value: unknown): boolean {
  return isObject(value) && 'sites' in value && 'deployment' in value && value.deployment === deployment;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** One request on a connection of its own; never rejects. */
function ask(socketPath: string, method: string, path: string, body: unknown, signal: AbortSignal): Promise<Answer> {
  return new Promise((resolve) => {
    const text = body === undefined ? undefined : JSON.stringify(body);
    const headers =
      text === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) };
    const request = send({ socketPath, method, path, headers, agent: false, signal }, (response) => {
      const parts: Buffer[] = [];
      let size = 0;
      response.on('data', (part: Buffer) => {
        size += part.length;
        if (size > maxAnswerBytes) request.destroy(new Error(`more than ${maxAnswerBytes} bytes`));
        else parts.push(part);
      });
      response.on('error', (error) => resolve(failure(error)));
      response.on('end', () => resolve(parsed(response.statusCode ?? 0, Buffer.concat(parts).toString('utf8'))));
    });
    request.on('error', (error) => resolve(failure(error)));
    request.end(text);
  });
}

function failure(error: Error): Answer {
  const code = 'code' in error ? String(error.code) : 'Lost';
  if (neverSent.has(code))
    return {
      kind: 'not-sent',
      error: { class: 'transient', code: 'GatewayAbsent', message: `no gateway answers (${code})` },
    };
  return {
    kind: 'lost',
    error: { class: 'unknown', code, message: `the gateway's answer was lost: ${messageOf(error)}` },
  };
}

function parsed(status: number, text: string): Answer {
  try {
    return { kind: 'answered', status, value: JSON.parse(text) };
  } catch (error) {
    return failure(new Error(`not JSON: ${messageOf(error)}`));
  }
}
