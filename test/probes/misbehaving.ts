/** Servers that misbehave on the wire, and a probe with the real clock. */
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import type { Observation } from '../../src/model/observation.ts';
import type { ProbeSpec } from '../../src/model/probe-spec.ts';
import type { Replica } from '../../src/model/replica.ts';
import type { Clock } from '../../src/ports/clock.ts';
import { createProbe } from '../../src/probes/probe.ts';

/** `speak` is called with each connection once its first bytes came. Resolves to the server's address. */
export async function listen(speak: (socket: Socket, request: string) => void): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    // Resets are what these servers are for.
    socket.on('error', () => socket.destroy());
    socket.once('data', (part) => speak(socket, part.toString()));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** The head of an event stream whose length is not told. */
export const streamHead = 'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n';

export function replicaAt(url: string | undefined): Replica {
  return {
    id: 'alpha-0',
    bootId: 'boot-1',
    deployment: 'chat',
    site: 'alpha',
    slot: 0,
    url,
    state: 'running',
    billed: 'no',
    startedAtMs: 0,
    startKey: 'key',
  };
}

export const realClock: Clock = {
  nowMs: () => 1000,
  monoMs: () => performance.now(),
  after: (ms, run) => {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
  sleep: async (ms, signal) => {
    await wait(ms, undefined, { signal });
  },
};

export interface Looking {
  readonly leftMs?: number;
  readonly signal?: AbortSignal;
  readonly clock?: Clock;
}

export function look(url: string | undefined, spec: ProbeSpec, looking: Looking = {}): Promise<Observation> {
  const { leftMs = 60_000, signal = new AbortController().signal, clock = realClock } = looking;
  const probe = createProbe({ clock, vantage: 'here' });
  return probe.check(spec, replicaAt(url), { signal, deadlineAtMonoMs: clock.monoMs() + leftMs });
}
