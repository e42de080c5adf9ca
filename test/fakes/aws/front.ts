/** The HTTP side of all that stand in for EC2 on loopback: who signs, what is asked, and the faults of the script. */
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { createFaultScript } from '../fault-script.ts';
import type { Fault } from './faults.ts';
import { RefusedError, writeRefusal } from './protocol.ts';

/** One call of EC2's query protocol. */
export interface Asked {
  readonly action: string;
  readonly form: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly requestId: string;
}

export interface Answer {
  readonly status: number;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Front {
  readonly url: string;
  /** Actions in the order they came. */
  readonly calls: readonly string[];
  /** What it gives takes the fault back. */
  fault(fault: Fault): () => void;
  close(): Promise<void>;
}

export interface FrontTerms {
  readonly region: string;
  /** Does what is asked and says how it went; a refusal is thrown or answered. */
  carryOut(asked: Asked): Answer | Promise<Answer>;
}

export async function openFront({ region, carryOut }: FrontTerms): Promise<Front> {
  const calls: string[] = [];
  const script = createFaultScript<Fault>();
  const server = createServer((request, response) => {
    // A mistake of the stand-in's own: no answer EC2 could give.
    answer(request, response).catch((error: unknown) => {
      console.error(error);
      request.socket.destroy();
    });
  });
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const form = new URLSearchParams(await text(request));
    const action = form.get('Action') ?? '';
    const requestId = `req-${calls.length}`;
    calls.push(action);
    const send = ({ status, body, headers }: Answer): void => {
      response.writeHead(status, { 'content-type': 'text/xml;charset=UTF-8', ...headers }).end(body);
    };
    const give = (given: Fault['answer']): void => {
      if (given === 'drop') request.socket.destroy();
      else if (given !== 'hang') send({ ...given, body: writeRefusal(given, requestId) });
    };
    const fault = script.take(action);
    if (fault?.when === 'before') return give(fault.answer);
    const end = await carriedOut({ action, form, headers: request.headers, requestId });
    // What was refused was not done, so there is nothing for a fault to come after.
    if (fault !== undefined && end.status < 400) give(fault.answer);
    else send(end);
  }
  async function carriedOut(asked: Asked): Promise<Answer> {
    try {
      checkSigned(asked.headers, region);
      return await carryOut(asked);
    } catch (error) {
      if (!(error instanceof RefusedError)) throw error;
      return { status: error.refusal.status, body: writeRefusal(error.refusal, asked.requestId) };
    }
  }
  await new Promise<void>((resolve) => server.listen({ port: 0, host: '127.0.0.1' }, resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    fault: script.add,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Signed for this region and service; who by is not asked. */
function checkSigned({ authorization = '' }: IncomingHttpHeaders, region: string): void {
  if (!new RegExp(`^AWS4-HMAC-SHA256 Credential=[^/]+/\\d{8}/${region}/ec2/aws4_request,`).test(authorization))
    throw new RefusedError(401, 'AuthFailure', 'AWS was not able to validate the provided access credentials');
}
