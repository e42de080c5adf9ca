/** Servers that misbehave on the wire, and a probe with the real clock. */
import { type Socket } from 'node:net';
import type { Observation } from '../../src/model/observation.ts';
import type { ProbeSpec } from '../../src/model/probe-spec.ts';
import type { Replica } from '../../src/model/replica.ts';
import type { Clock } from '../../src/ports/clock.ts';
/** `speak` is called with each connection once its first bytes came. Resolves to the server's address. */
export declare function listen(speak: (socket: Socket, request: string) => void): Promise<string>;
/** The head of an event stream whose length is not told. */
export declare const streamHead = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n";
export declare function replicaAt(url: string | undefined): Replica;
export declare const realClock: Clock;
export interface Looking {
    readonly leftMs?: number;
    readonly signal?: AbortSignal;
    readonly clock?: Clock;
}
export declare function look(url: string | undefined, spec: ProbeSpec, looking?: Looking): Promise<Observation>;
