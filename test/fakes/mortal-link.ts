/** The way of one session's process to a cloud on loopback, over which the process dies at a call of the test's choice. */
import { createServer, type IncomingMessage, type ServerResponse, request as sendOn } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type { Death } from '../../src/testkit/provider/cloud-subject.ts';

export interface MortalLink {
  readonly url: string;
  readonly death: Promise<void>;
  close(): Promise<void>;
}

/**
 * Passes calls on until the one at which it dies; from then on it passes nothing on and answers nothing. `atDeath` runs in
 * that very moment, before anybody can do anything more. Calls come one after the other or side by side: they are counted
 * as they arrive.
 */
export async function openMortalLink(to: string, { calls, when }: Death, atDeath: () => void): Promise<MortalLink> {
  const { promise: death, resolve } = Promise.withResolvers<void>();
  let arrived = 0;
  let isDead = false;
  const die = (): void => {
    isDead = true;
    atDeath();
    resolve();
  };
  async function pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(request);
    if (isDead) return;
    arrived += 1;
    const isLast = arrived === calls;
    if (isLast && when === 'before') return die();
    const answer = await exchange(to, request, body);
    if (isLast) return die();
    if (!isDead) response.writeHead(answer.status, answer.headers).end(answer.body);
  }
  const server = createServer((request, response) => {
    // The cloud gave no answer: neither does the way to it.
    pass(request, response).catch(() => request.socket.destroy());
  });
  await new Promise<void>((listening) => server.listen({ port: 0, host: '127.0.0.1' }, listening));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    death,
    async close() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}

function exchange(to: string, { method, url = '/', headers }: IncomingMessage, body: Buffer) {
  return new Promise<{ status: number; headers: IncomingMessage['headers']; body: Buffer }>((resolve, reject) => {
    const asked = sendOn(new URL(url, to), { method, headers: { ...headers, host: new URL(to).host } }, (answer) => {
      buffer(answer).then((whole) => {
        const { 'transfer-encoding': _, ...passed } = answer.headers;
        resolve({ status: answer.statusCode ?? 500, headers: passed, body: whole });
      }, reject);
    });
    asked.on('error', reject).end(body);
  });
}
