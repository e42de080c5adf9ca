/** One try of one request at one replica: undici's dispatch handler. The client sees nothing before the first body byte. */
import type { Dispatcher } from 'undici';
import { noteAnswer, noteRefused, type PoolReplica } from '../core/routing/pool.ts';
import type { DrainedEnd } from '../model/drained.ts';
import { cutEvent, drainedEvent } from './answer.ts';
import { headOf, noHead } from './answer-head.ts';
import type { AttemptList } from './attempt-list.ts';
import type { DrainLedger } from './drain-ledger.ts';
import type { Forward } from './forward.ts';
import { writePart } from './frame.ts';
import { clientHeaders } from './headers.ts';
import type { Holdback } from './holdback.ts';
import { reachOf } from './unreached.ts';

export class Attempt implements Dispatcher.DispatchHandler {
  /** Since the gateway started. */
  static #made = 0;
  readonly forward: Forward;
  readonly replica: PoolReplica;
  readonly startedMs: number;
  readonly id: number;
  /** Of the body that came. */
  bytes = 0;
  /** Our own question whether an ejected replica is back: its user must not wait for the answer, budget or not. */
  readonly isTrial: boolean;
  /** The limit for a first byte passed; counted once. */
  isLate = false;
  /** When the client stopped taking, monotonic milliseconds; 0 while it takes. */
  pausedSinceMs = 0;
  lastDataMs = 0;
  /** A drill's black hole has it: whatever still comes is dropped, for going on would leave a hole in the answer. */
  isLost = false;
  /** A drill stalls it: once its stream has begun nothing more comes, until `goOn`. */
  stall: Holdback | undefined;
  /** Where it is linked in (see AttemptList), and where its end is written down. */
  list: AttemptList | undefined;
  previous: Attempt | undefined;
  next: Attempt | undefined;
  ledger: DrainLedger | undefined;
  #controller: Dispatcher.DispatchController | undefined;
  #head = noHead;
  #isWritten = false;
  #hasFirstByte = false;
  #isOver = false;

  constructor(forward: Forward, replica: PoolReplica, nowMs: number) {
    this.forward = forward;
    this.replica = replica;
    this.startedMs = nowMs;
    Attempt.#made += 1;
    this.id = Attempt.#made;
    replica.inFlight += 1;
    this.isTrial = replica.ejectedUntilMs > 0;
    if (this.isTrial) replica.onTrial = true;
    forward.route.waiting.add(this);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    // Given up, or lost, between queueing and connecting.
    if (this.#isOver || this.isLost) controller.abort(new Error('given up'));
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    headers: Record<string, string | string[] | undefined>,
  ): void {
    if (this.#isOver || this.isLost || status < 200) return;
    this.#head = headOf(controller, status, headers);
    if (status < 500) return;
    this.#judge(true);
    if (this.forward.tryElsewhere(this, false)) this.abandon();
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    // An empty frame would end the answer.
    if (this.#isOver || this.isLost || chunk.length === 0) return;
    if (this.stalled !== undefined) return this.stalled.hold(controller, () => this.onResponseData(controller, chunk));
    const { plant, response } = this.forward;
    this.bytes += chunk.length;
    this.lastDataMs = plant.nowMs();
    if (!this.#hasFirstByte) this.#begin();
    if (this.#head.announcedBytes === chunk.length && !this.#isWritten) return this.#finish(chunk);
    const sink = writePart(response, chunk, !this.#isWritten);
    this.#isWritten = true;
    if (sink === undefined) return;
    controller.pause();
    this.pausedSinceMs = this.lastDataMs;
    sink.once('drain', () => {
      this.pausedSinceMs = 0;
      this.lastDataMs = plant.nowMs();
      controller.resume();
    });
  }

  onResponseEnd(): void {
    if (this.#isOver || this.isLost) return;
    if (this.stalled !== undefined) return this.stalled.holdEnd(() => this.onResponseEnd());
    if (!this.#hasFirstByte) this.#begin();
    this.#finish(undefined);
  }

  onResponseError(controller: Dispatcher.DispatchController, error: Error): void {
    if (this.#isOver || this.isLost) return;
    if (this.stall?.isHolding === true) return this.stall.holdEnd(() => this.onResponseError(controller, error));
    if (this.#hasFirstByte) return this.#cut('upstream_broke');
    const { code, isOurs, isUnreached } = reachOf(error);
    if (!isUnreached) this.#judge(true);
    else if (!isOurs) this.#noteRefused();
    this.#leave('failed');
    this.forward.failed(this, isUnreached, code);
  }

  #noteRefused(): void {
    const { route, plant } = this.forward;
    route.statistics.note(this.replica.site, 'failed', plant.nowMs());
    if (noteRefused(route.pool, this.replica, plant.nowMs(), plant.random()))
      this.forward.moveWaiting(this.replica, this);
  }

  /** The first-byte limit passed. True when the replica was ejected for it. */
  markLate(nowMs: number): boolean {
    this.isLate = true;
    const { route, plant } = this.forward;
    route.statistics.note(this.replica.site, 'late', nowMs);
    return noteAnswer(route.pool, this.replica, true, nowMs, plant.random());
  }

  /** What a black hole took does not come back: tried again while nothing was answered, else cut. `isRefused`: it was never sent. */
  release(isRefused: boolean): void {
    if (this.#isOver) return;
    if (this.#hasFirstByte) return this.#cut('upstream_broke');
    if (isRefused) this.#noteRefused();
    this.abandon('failed');
    this.forward.failed(this, true, 'upstream_lost');
  }

  /** A stream that has begun and stands still. */
  get stalled(): Holdback | undefined {
    return this.#head.isEventStream && this.#isWritten ? this.stall : undefined;
  }

  /** What stalled it is over: from where it stood. */
  goOn(): void {
    const { stall } = this;
    this.stall = undefined;
    if (!this.#isOver) stall?.letGo(() => this.pausedSinceMs > 0);
  }

  /** Lets go of the upstream; whatever it still sends is dropped. */
  abandon(end: DrainedEnd = 'moved'): void {
    if (this.#isOver) return;
    this.#leave(end);
    this.#controller?.abort(new Error('given up'));
  }

  /** No first byte within the hard limit, or a silence inside the answer. */
  expire(): void {
    if (this.#hasFirstByte) return this.#cut('upstream_stalled');
    this.#judge(true);
    this.abandon('failed');
    this.forward.failed(this, false, 'first_byte_timeout');
  }

  get mayMove(): boolean {
    return !this.#isOver && !this.#hasFirstByte;
  }

  /** Its site is to be empty now: an event stream can say so and end, anything else can only break off. */
  endDrained(): void {
    this.#leave('cut');
    this.#controller?.abort(new Error('site drained'));
    const { response, route } = this.forward;
    if (this.#head.isEventStream && this.#head.announcedBytes < 0) this.#end(drainedEvent);
    else response.destroy();
    // Nobody's failure but ours: nothing is held against the replica.
    route.statistics.noteEnd(this.replica.site, 'cut', this.bytes);
    this.forward.finish('cut');
  }

  /** `last`: the whole body, when it came at once; head and body then leave in one write. */
  #finish(last: Buffer | undefined): void {
    const isGood = this.#head.status < 500;
    this.#leave(isGood ? 'finished' : 'failed');
    this.#end(last);
    if (isGood) this.forward.route.statistics.noteEnd(this.replica.site, 'finished', this.bytes);
    this.forward.finish(isGood ? 'ok' : 'failed');
  }

  #end(last: Buffer | string | undefined): void {
    const { response, plant } = this.forward;
    response.end(last);
    // From here on nobody looks at this answer any more: a client that does not take the rest is cut by its socket.
    if (response.writableLength > 0) response.setTimeout(plant.limits.slowReaderTimeoutMs, () => response.destroy());
  }

  #begin(): void {
    this.#hasFirstByte = true;
    const { forward, replica } = this;
    const { route, plant, response } = forward;
    const nowMs = plant.nowMs();
    const tookMs = nowMs - this.startedMs;
    this.lastDataMs = nowMs;
    route.waiting.remove(this);
    route.answering.add(this);
    replica.streaming += 1;
    // A plain answer's first byte comes when the whole of it is made: that says nothing of the first token.
    if (forward.isStream) route.statistics.noteFirstToken(replica.site, tookMs, nowMs);
    if (this.#head.status < 500) {
      // A late answer was held against the replica when it became late; it must not count as a good one now.
      if (this.isLate) route.statistics.note(replica.site, 'good', nowMs);
      else this.#judge(false);
      if (!this.isLate || route.pool.entry.sites.length === 1) forward.lateness.learn(tookMs);
    }
    const added = ['x-godwit-site', replica.site, 'x-godwit-attempts', String(forward.attempts)];
    response.writeHead(this.#head.status, clientHeaders(this.#head.rawHeaders, this.#head.connection, added));
  }

  /** Counts the attempt and lets the pool draw its conclusion. */
  #judge(isBad: boolean): void {
    const { route, plant } = this.forward;
    const nowMs = plant.nowMs();
    route.statistics.note(this.replica.site, isBad ? 'failed' : 'good', nowMs);
    // What waits there may still be answered, and if it fails it is tried elsewhere then: nothing is moved for an error.
    noteAnswer(route.pool, this.replica, isBad, nowMs, plant.random());
  }

  /** After the first byte nothing can be taken back: the client is told, and the connection closed without a clean end. */
  #cut(code: string): void {
    const { response, route, plant } = this.forward;
    this.#leave('failed');
    this.#controller?.abort(new Error(code));
    route.statistics.note(this.replica.site, 'failed', plant.nowMs());
    route.statistics.noteEnd(this.replica.site, 'cut', this.bytes);
    // In an answer of announced length it would be taken for the rest of it.
    if (this.#head.isEventStream && this.#head.announcedBytes < 0) response.write(cutEvent(code));
    this.forward.request.socket.destroySoon();
    this.forward.finish('cut');
  }

  #leave(end: DrainedEnd): void {
    this.#isOver = true;
    this.ledger?.end(this, end);
    this.replica.inFlight -= 1;
    if (this.replica.onTrial && !this.#hasFirstByte) this.replica.onTrial = false;
    if (this.#hasFirstByte) this.replica.streaming -= 1;
    this.list?.remove(this);
  }
}
