/** The gateway's own routes, forwards and sweeps on virtual time: minutes of load in a second, the same in every run. */
import { mkdtempSync, rmSync } from 'node:fs';
import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Dispatcher, Pool as UndiciPool } from 'undici';
import type { PoolReplica } from '../../../src/core/routing/pool.ts';
import { Attempt } from '../../../src/gateway/attempt.ts';
import { Forward } from '../../../src/gateway/forward.ts';
import type { Plant, Route } from '../../../src/gateway/route.ts';
import { sweep, sweepMs } from '../../../src/gateway/sweep.ts';
import { RouteTable } from '../../../src/gateway/table.ts';
import type { RouteEntry } from '../../../src/model/route.ts';
import { createSeededRandom } from '../../../src/testkit/seeded-random.ts';
import { EventHeap } from './event-heap.ts';

/** What a site's replicas do with a request. */
export type Behaviour =
  /** The first byte comes after this, milliseconds, and everything with it. */
  | { readonly kind: 'answers'; readonly afterMs: (random: () => number) => number }
  /** Its connection takes this long, milliseconds; then it hangs. */
  | { readonly kind: 'connects'; readonly afterMs: number }
  | { readonly kind: 'errors' | 'hangs' | 'refuses' };

/** One request as its client saw it, monotonic milliseconds. */
export interface Answered {
  readonly startedMs: number;
  readonly tookMs: number;
  readonly status: number;
}

const streamBody = Buffer.from('{"model":"tiny","stream":true}');
const plainBody = Buffer.from('{"model":"tiny"}');

export class VirtualGateway {
  nowMs = 0;
  /** Requests that upstreams got, second sendings included. */
  dispatched = 0;
  /** Of these, sent over a connection that took its time. */
  connected = 0;
  readonly answered: Answered[] = [];
  readonly route: Route;
  readonly behaviour = new Map<string, Behaviour>();
  readonly #events = new EventHeap();
  readonly #folder = mkdtempSync(join(tmpdir(), 'godwit-virtual-'));
  readonly #random: () => number;
  readonly #plant: Plant;
  readonly #pools = new Map<PoolReplica, UndiciPool>();
  readonly #socket = new Socket();

  constructor(entry: RouteEntry, seed: number) {
    const random = createSeededRandom(seed);
    this.#random = () => random.next();
    const nowMs = (): number => this.nowMs;
    const path = join(this.#folder, 'routes.json');
    const table = new RouteTable({ path, bootId: 'boot', retryRatio: 0.1, nowMs, pinOf: () => undefined }, []);
    const end = table.put(entry);
    const [route] = table.routes;
    if (route === undefined) throw new Error(`the entry was not accepted: ${JSON.stringify(end)}`);
    this.route = route;
    this.#plant = {
      nowMs,
      random: this.#random,
      limits: { firstByteTimeoutMs: 60_000, stallTimeoutMs: 60_000, slowReaderTimeoutMs: 60_000 },
      hold: { maxWaitMs: 30_000, maxRequests: 1000 },
      replay: { maxBodyBytes: 1_048_576, maxTotalBytes: 67_108_864 },
      bufferedBytes: 0,
      replayBytes: 0,
      upstreamOf: (_, replica) => this.#poolOf(replica),
    };
  }

  close(): void {
    rmSync(this.#folder, { recursive: true });
  }

  at(atMs: number, run: () => void): void {
    this.#events.push(atMs, run);
  }

  /** A steady load, half of it streams, until every request has ended; sweeps come as often as in the real process. */
  run(perSecond: number, forMs: number): void {
    for (let count = 0; count < (perSecond * forMs) / 1000; count += 1)
      this.at((count * 1000) / perSecond, () => this.#request(count % 2 === 0));
    const sweepOnce = (): void => {
      sweep([this.route], this.#plant);
      if (this.#events.size > 0) this.at(this.nowMs + sweepMs, sweepOnce);
    };
    this.at(0, sweepOnce);
    for (let event = this.#events.pop(); event !== undefined; event = this.#events.pop()) {
      this.nowMs = event.atMs;
      event.run();
    }
  }

  #request(isStream: boolean): void {
    const request = new IncomingMessage(this.#socket);
    const response = new ServerResponse(request);
    const startedMs = this.nowMs;
    const end = response.end.bind(response);
    // Nothing is connected: what matters is when the gateway begins to answer, and with what.
    response.end = (...given: readonly unknown[]) => {
      this.answered.push({ startedMs, tookMs: this.nowMs - startedMs, status: response.statusCode });
      return given.length === 0 ? end() : end(given[0]);
    };
    new Forward(this.#plant, this.route, request, response, isStream ? streamBody : plainBody).send();
  }

  #poolOf(replica: PoolReplica): UndiciPool {
    const known = this.#pools.get(replica);
    if (known !== undefined) return known;
    const made = new VirtualPool(replica.url, (attempt) => this.#serve(replica.site, attempt));
    this.#pools.set(replica, made);
    return made;
  }

  #serve(site: string, attempt: Attempt): void {
    this.dispatched += 1;
    const behaviour = this.behaviour.get(site) ?? { kind: 'hangs' };
    const controller = new Controller();
    if (behaviour.kind === 'connects')
      return this.at(this.nowMs + behaviour.afterMs, () => {
        attempt.onRequestStart(controller);
        if (!controller.aborted) this.connected += 1;
      });
    attempt.onRequestStart(controller);
    const answer = (afterMs: number, status: number): void =>
      this.at(this.nowMs + afterMs, () => {
        if (controller.aborted) return;
        attempt.onResponseStart(controller, status, {});
        attempt.onResponseData(controller, Buffer.from('tokens'));
        attempt.onResponseEnd();
      });
    if (behaviour.kind === 'answers') answer(behaviour.afterMs(this.#random), 200);
    if (behaviour.kind === 'errors') answer(5, 500);
    if (behaviour.kind !== 'refuses') return;
    const error = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
    this.at(this.nowMs + 1, () => attempt.onResponseError(controller, error));
  }
}

class VirtualPool extends UndiciPool {
  readonly #serve: (attempt: Attempt) => void;

  constructor(url: string, serve: (attempt: Attempt) => void) {
    super(url);
    this.#serve = serve;
  }

  override dispatch(_options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    if (!(handler instanceof Attempt)) throw new Error('only attempts are dispatched');
    this.#serve(handler);
    return true;
  }
}

class Controller implements Dispatcher.DispatchController {
  aborted = false;
  paused = false;
  reason: Error | null = null;
  rawHeaders = null;
  rawTrailers = null;

  abort(reason: Error): void {
    this.aborted = true;
    this.reason = reason;
  }

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    this.paused = false;
  }
}
