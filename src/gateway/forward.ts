/** One client request on its way: finds a replica, tries again elsewhere while nothing was answered, waits when nobody is ready. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Dispatcher } from 'undici';
import { chooseReplica } from '../core/routing/choose.ts';
import type { Lateness } from '../core/routing/lateness.ts';
import type { PoolReplica } from '../core/routing/pool.ts';
import { burstOf } from '../core/routing/retry-budget.ts';
import { sendGatewayError } from './answer.ts';
import { Attempt } from './attempt.ts';
import { asksForStream } from './body.ts';
import { dispatchDrilled } from './faults.ts';
import { upstreamHeaders } from './headers.ts';
import { type Plant, type Route, waitingAt } from './route.ts';

/** Tries of one request in all. */
const maxAttempts = 5;
/** Between two looks for somebody who takes a request that waits, in milliseconds: from the first, doubled, to the longest. */
const firstKnockMs = 20;
const longestKnockMs = 500;

export class Forward {
  readonly plant: Plant;
  readonly route: Route;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly lateness: Lateness;
  readonly isStream: boolean;
  /** Monotonic milliseconds. */
  readonly startedMs: number;
  attempts = 0;
  /** When it began to wait for somebody to be ready, monotonic milliseconds. */
  heldSinceMs = 0;
  readonly #headers: string[];
  readonly #body: Buffer | undefined;
  readonly #isReplayable: boolean;
  #tried: PoolReplica[] = [];
  #current: Attempt | undefined;
  #retryAtMs = 0;
  #knocks = 0;
  #isFinished = false;

  constructor(
    plant: Plant,
    route: Route,
    request: IncomingMessage,
    response: ServerResponse,
    body: Buffer | undefined,
  ) {
    this.plant = plant;
    this.route = route;
    this.startedMs = plant.nowMs();
    this.response = response;
    this.request = request;
    this.#headers = upstreamHeaders(request.rawHeaders, request.headers.connection);
    this.#body = body;
    this.isStream = asksForStream(body);
    this.lateness = this.isStream ? route.pool.lateness.stream : route.pool.lateness.plain;
    const size = body?.length ?? 0;
    this.#isReplayable = size <= plant.replay.maxBodyBytes && plant.replayBytes + size <= plant.replay.maxTotalBytes;
    if (this.#isReplayable) plant.replayBytes += size;
    route.statistics.requests += 1;
    route.budget.earn();
  }

  /** Sends it to whoever can take it, or lets it wait. */
  send(): void {
    if (this.#isFinished) return;
    const { plant, route } = this;
    const nowMs = plant.nowMs();
    const replica = chooseReplica(route.pool, this.#tried, nowMs, plant.random());
    if (replica === undefined) return this.#hold(nowMs);
    this.attempts += 1;
    if (this.attempts === 2) route.statistics.retried += 1;
    const attempt = new Attempt(this, replica, nowMs);
    this.#current = attempt;
    const { method = 'GET', url = '/' } = this.request;
    const upstream = plant.upstreamOf(route, replica);
    const dispatch = (handler: Dispatcher.DispatchHandler): void => {
      upstream.dispatch({ path: url, method, headers: this.#headers, body: this.#body ?? null }, handler);
    };
    if (route.faults === undefined) return dispatch(attempt);
    const isCompletion = this.isStream || (method === 'POST' && url.includes('completions'));
    dispatchDrilled(route.faults, { attempt, plant, free: upstream.stats.free, isCompletion }, dispatch);
  }

  /** Whether another try was begun for an attempt that went wrong without a word to the client. */
  tryElsewhere(attempt: Attempt, isUnreached: boolean): boolean {
    if (this.#isFinished || !this.#isReplayable || this.attempts >= maxAttempts) return false;
    const { plant, route } = this;
    const tried = [...this.#tried, attempt.replica];
    if (chooseReplica(route.pool, tried, plant.nowMs(), plant.random()) === undefined) return false;
    const isFree = isUnreached || attempt.isTrial;
    if (!isFree && !route.budget.take(burstOf(route.waiting.size, route.pool.replicas.size))) return false;
    this.#tried = tried;
    this.send();
    return true;
  }

  failed(attempt: Attempt, isUnreached: boolean, code: string): void {
    if (this.#isFinished || this.tryElsewhere(attempt, isUnreached)) return;
    // Nobody else is there, and nothing was done yet: it waits for somebody to come up.
    if (isUnreached && this.#hasRoomToWait()) return this.#waitAgain();
    const status = code === 'first_byte_timeout' ? 504 : 502;
    sendGatewayError(this.response, {
      status,
      code: code || 'upstream_lost',
      message: 'the model server did not answer',
      retryAfterSeconds: 1,
    });
    this.finish('failed');
  }

  /** A replica was ejected: what waits there without a first byte goes elsewhere at once. */
  moveWaiting(replica: PoolReplica, except: Attempt | undefined): void {
    for (const attempt of waitingAt(this.route, replica)) if (attempt !== except) attempt.forward.move(attempt);
  }

  move(attempt: Attempt): void {
    if (attempt.mayMove && this.tryElsewhere(attempt, false)) attempt.abandon();
  }

  /** Its site is to be empty now: elsewhere, or it waits for somebody. False: it can be neither, and its client is told. */
  leaveSite(attempt: Attempt): boolean {
    const isMoved = this.tryElsewhere(attempt, true);
    const mayWait = !isMoved && this.#isReplayable && this.#hasRoomToWait();
    attempt.abandon(isMoved || mayWait ? 'moved' : 'cut');
    if (mayWait) this.#waitAgain();
    if (isMoved || mayWait) return true;
    sendGatewayError(this.response, {
      ...{ status: 503, code: 'site_drained', retryAfterSeconds: 1 },
      message: 'its site is taken out of service, and nobody else can take the request',
    });
    this.finish('failed');
    return false;
  }

  /** Looks whether somebody can take a held request now, or its time is over. */
  retryHeld(nowMs: number): void {
    const { route, plant } = this;
    if (nowMs - this.heldSinceMs >= plant.hold.maxWaitMs) return this.#refuse();
    if (nowMs < this.#retryAtMs) return;
    if (chooseReplica(route.pool, [], nowMs, plant.random()) === undefined) return;
    route.held.delete(this);
    this.send();
  }

  /** Another table came: whoever is in it may take what waits. */
  hasNewHope(): void {
    this.#retryAtMs = 0;
    this.#knocks = 0;
  }

  /** The connection closed. A client that went away is nobody's failure: the upstream is told to stop. */
  clientLeft(): void {
    if (this.#isFinished) return;
    this.route.held.delete(this);
    const current = this.#current;
    // Whoever leaves what a drill swallowed or stalled had waited for it.
    const isHeld = current?.isLost === true || current?.stalled !== undefined;
    if (isHeld || (current?.isLate === true && current.mayMove)) {
      this.route.statistics.gaveUp += 1;
      this.route.statistics.noteLost(this.startedMs);
    }
    current?.abandon('client-left');
    this.finish('ok');
  }

  finish(how: 'ok' | 'failed' | 'cut'): void {
    if (this.#isFinished) return;
    this.#isFinished = true;
    this.route.statistics[how] += 1;
    if (how !== 'ok') this.route.statistics.noteLost(this.startedMs);
    if (this.#isReplayable) this.plant.replayBytes -= this.#body?.length ?? 0;
  }

  #hasRoomToWait(): boolean {
    return this.route.held.size < this.plant.hold.maxRequests;
  }

  #waitAgain(): void {
    this.#tried = [];
    this.#hold(this.plant.nowMs());
  }

  #hold(nowMs: number): void {
    const { route, plant } = this;
    if (route.held.size >= plant.hold.maxRequests) return this.#refuse();
    if (this.heldSinceMs === 0) this.heldSinceMs = nowMs;
    // Each time nobody took it, it waits longer: thousands that knock together keep a server from coming up.
    this.#retryAtMs = nowMs + Math.min(longestKnockMs, firstKnockMs * 2 ** this.#knocks);
    this.#knocks += 1;
    route.held.add(this);
  }

  #refuse(): void {
    this.route.held.delete(this);
    sendGatewayError(this.response, {
      status: 503,
      code: 'no_replica_ready',
      message: `no replica of ${this.route.deployment} is ready`,
      retryAfterSeconds: 2,
    });
    this.finish('failed');
  }
}
