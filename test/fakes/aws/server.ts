/** A region of EC2 on loopback: the real SDK talks to it over HTTP. Time runs as the test's clock does, faster if wished. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { Clock } from '../../../src/ports/clock.ts';
import type { Machine } from './machines.ts';
import {
  isAction,
  type Refusal,
  RefusedError,
  readParams,
  writeAnswer,
  writeAnswerAs,
  writeRefusal,
} from './protocol.ts';
import { createRegion, modelled, type Region } from './region.ts';

/** What happens to the next calls of an action. `before`: nothing is done. `after`: it is done, and then this. */
export interface Fault {
  readonly action: string;
  readonly when: 'before' | 'after';
  /** An answer, or none: the connection ends, or stays silent. */
  readonly answer: (Refusal & { readonly headers?: Readonly<Record<string, string>> }) | 'drop' | 'hang';
  /** How many calls; default 1. */
  readonly times?: number;
}

export interface FakeEc2 {
  readonly url: string;
  readonly region: Region;
  /** Actions in the order they came. */
  readonly calls: readonly string[];
  fault(fault: Fault): void;
  /** What costs money now, whatever the lists say: machines that run or are about to. */
  billed(): readonly Machine[];
  close(): Promise<void>;
}

export interface FakeTerms {
  readonly clock: Clock;
  /** How many milliseconds pass in the region for one of the clock. */
  readonly speed: number;
  readonly region?: string;
}

/** Faults a region can have, ready to be used. */
export const answers = {
  throttled: { status: 503, code: 'RequestLimitExceeded', message: 'Request limit exceeded.' },
  expired: { status: 400, code: 'RequestExpired', message: 'Request has expired.' },
  internal: { status: 500, code: 'InternalError', message: 'An internal error has occurred' },
  quota: {
    status: 400,
    code: 'VcpuLimitExceeded',
    message: 'You have requested more vCPU capacity than your current vCPU limit allows.',
  },
} as const;

export const fakeTemplate = 'lt-0123456789abcdef0';

export async function startFakeEc2({ clock, speed, region: name = 'us-east-1' }: FakeTerms): Promise<FakeEc2> {
  const [beganMs, beganMonoMs] = [clock.nowMs(), clock.monoMs()];
  const nowMs = (): number => beganMs + (clock.monoMs() - beganMonoMs) * speed;
  const region = createRegion({
    nowMs,
    zones: ['a', 'b', 'c'].map((letter) => name + letter),
    templates: [fakeTemplate],
  });
  const calls: string[] = [];
  const faults: { readonly fault: Fault; left: number }[] = [];
  const take = (action: string): Fault | undefined => {
    const next = faults.find((each) => each.fault.action === action && each.left > 0);
    if (next !== undefined) next.left -= 1;
    return next?.fault;
  };
  const server = createServer((request, response) => {
    // A mistake of the fake's own: no answer EC2 could give.
    answer(request, response).catch((error: unknown) => {
      console.error(error);
      request.socket.destroy();
    });
  });
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const form = new URLSearchParams(await text(request));
    const action = form.get('Action') ?? '';
    const id = `req-${calls.length}`;
    calls.push(action);
    const send = (status: number, body: string, headers = {}): void => {
      response.writeHead(status, { 'content-type': 'text/xml;charset=UTF-8', ...headers }).end(body);
    };
    const give = (given: Fault['answer']): void => {
      if (given === 'drop') request.socket.destroy();
      else if (given !== 'hang') send(given.status, writeRefusal(given, id), given.headers);
    };
    const fault = take(action);
    if (fault?.when === 'before') return give(fault.answer);
    try {
      checkSigned(request, name);
      const body = carryOut(region, action, form, id);
      if (fault !== undefined) give(fault.answer);
      else send(200, body);
    } catch (error) {
      if (!(error instanceof RefusedError)) throw error;
      send(error.refusal.status, writeRefusal(error.refusal, id));
    }
  }
  await new Promise<void>((resolve) => server.listen({ port: 0, host: '127.0.0.1' }, resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    region,
    calls,
    fault: (fault) => faults.push({ fault, left: fault.times ?? 1 }),
    billed: () => region.machines.filter((each) => ['pending', 'running'].includes(region.stateOf(each) ?? '')),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function carryOut(region: Region, action: string, form: URLSearchParams, id: string): string {
  if (!isAction(action))
    throw new RefusedError(400, 'InvalidAction', `The action ${action} is not valid for this web service.`);
  const heeded = modelled[action];
  if (heeded === undefined) throw new RefusedError(501, 'NotModelled', `the fake does not model ${action}`);
  const params = readParams(action, form);
  const ignored = Object.keys(params).find((each) => !heeded.includes(each));
  if (ignored !== undefined)
    throw new RefusedError(501, 'NotModelled', `the fake does not model ${ignored} of ${action}`);
  const result = region.act(action, params);
  if (action === 'RunInstances') return writeAnswerAs(action, 'Reservation', result, id);
  return writeAnswer(action, result, id);
}

/** Signed for this region and service; who by is not asked. */
function checkSigned({ headers: { authorization = '' } }: IncomingMessage, region: string): void {
  if (!new RegExp(`^AWS4-HMAC-SHA256 Credential=[^/]+/\\d{8}/${region}/ec2/aws4_request,`).test(authorization))
    throw new RefusedError(401, 'AuthFailure', 'AWS was not able to validate the provided access credentials');
}
