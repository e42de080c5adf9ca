/** A project of Compute Engine on loopback: the real SDK talks to it over HTTP. Time runs as the test's clock does, faster if wished. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { Clock } from '../../../src/ports/clock.ts';
import { createFaultScript } from '../fault-script.ts';
import { answers, type Fault } from './faults.ts';
import type { Machine } from './machines.ts';
import { createProject, type Project } from './project.ts';
import { RefusedError, writeRefusal } from './refusal.ts';
import { mistakeIn, readCall } from './spec.ts';

export interface FakeGcp {
  readonly url: string;
  readonly project: Project;
  /** Methods in the order they came. */
  readonly calls: readonly string[];
  /** What it gives takes the fault back. */
  fault(fault: Fault): () => void;
  /** What costs money now, whatever the lists say: machines that run or are about to. */
  billed(): readonly Machine[];
  /** Disks that exist, whether their machine does or not. */
  disks(): readonly Machine[];
  close(): Promise<void>;
}

export interface FakeTerms {
  readonly clock: Clock;
  /** How many milliseconds pass in the project for one of the clock. */
  readonly speed: number;
  /** Called when a call is left without an answer: for a clock that somebody must move. */
  readonly onSilence?: () => void;
}

export const fakeTemplate = 'vllm-h100-v18';
export const fakeProject = 'inference-prod';

export async function startFakeGcp({ clock, speed, onSilence }: FakeTerms): Promise<FakeGcp> {
  const [beganMs, beganMonoMs] = [clock.nowMs(), clock.monoMs()];
  const nowMs = (): number => beganMs + (clock.monoMs() - beganMonoMs) * speed;
  const project = createProject({
    project: fakeProject,
    nowMs,
    zones: ['europe-west4-a', 'europe-west4-b', 'europe-west4-c', 'us-central1-a'],
    templates: [fakeTemplate],
  });
  const calls: string[] = [];
  const script = createFaultScript<Fault>();
  const server = createServer((request, response) => {
    // A mistake of the fake's own: no answer Compute Engine could give.
    answer(request, response).catch((error: unknown) => {
      console.error(error);
      request.socket.destroy();
    });
  });
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(request);
    const send = (status: number, content: string, headers = {}): void => {
      response.writeHead(status, { 'content-type': 'application/json; charset=UTF-8', ...headers }).end(content);
    };
    const give = (given: Fault['answer']): void => {
      if (given === 'hang') onSilence?.();
      else if (given === 'drop') request.socket.destroy();
      else if (given === 'html')
        send(502, '<html><title>502 Bad Gateway</title></html>', { 'content-type': 'text/html' });
      else send(given.status, writeRefusal(given));
    };
    try {
      const call = readCall(request.method ?? '', new URL(request.url ?? '', 'http://127.0.0.1'), body);
      calls.push(call.method);
      const fault = script.take(call.method);
      if (fault?.when === 'before') return give(fault.answer);
      if (!/^Bearer \S+$/.test(request.headers.authorization ?? '')) return give(answers.expired);
      const value = project.act(call);
      const mistake = mistakeIn(call.responseType, value, call.responseType);
      if (mistake !== undefined) throw new Error(`the fake would answer what the API cannot: ${mistake}`);
      if (fault !== undefined) give(fault.answer);
      else send(200, JSON.stringify(value));
    } catch (error) {
      if (!(error instanceof RefusedError)) throw error;
      send(error.refusal.status, writeRefusal(error.refusal));
    }
  }
  await new Promise<void>((resolve) => server.listen({ port: 0, host: '127.0.0.1' }, resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    project,
    calls,
    fault: (fault) => script.add(fault),
    billed: () => project.machines.filter((each) => each.isBilledAt(nowMs())),
    disks: () => project.machines.filter((each) => each.hasDiskAt(nowMs())),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
