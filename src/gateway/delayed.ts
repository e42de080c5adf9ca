/** An answer that a drill makes late, or makes up: between the upstream's connection and the attempt that waits for it. */
import type { Dispatcher } from 'undici';
import type { ArmedFaultKind } from '../model/fault.ts';
import type { Attempt } from './attempt.ts';
import { Holdback } from './holdback.ts';

/** What is held back until its time, and by what. */
export interface Held {
  readonly site: string;
  readonly kind: ArmedFaultKind;
  readonly untilMonoMs: number;
  /** Lets it go on; again changes nothing. */
  go(): void;
}

interface DelayTerms {
  readonly kind: ArmedFaultKind;
  readonly delayMs: number;
  nowMs(): number;
  hold(held: Held): void;
}

/**
 * Passes on what the upstream says, so much later from its first byte on (of an empty answer: its end). What comes behind that waits in
 * its order. An upstream that breaks before it says anything is heard of at once, as it would be.
 */
export function delayed(attempt: Attempt, terms: DelayTerms): Dispatcher.DispatchHandler {
  const held = new Holdback();
  let isDelayed = false;
  const begin = (): void => {
    isDelayed = true;
    terms.hold({
      site: attempt.replica.site,
      kind: terms.kind,
      untilMonoMs: terms.nowMs() + terms.delayMs,
      go: () => held.letGo(() => attempt.pausedSinceMs > 0),
    });
  };
  return {
    onRequestStart: (controller) => attempt.onRequestStart(controller),
    onResponseStart: (controller, status, headers) => attempt.onResponseStart(controller, status, headers),
    onResponseData(controller, chunk) {
      const deliver = (): void => attempt.onResponseData(controller, chunk);
      if (isDelayed && !held.isHolding) return deliver();
      held.hold(controller, deliver);
      if (!isDelayed) begin();
    },
    onResponseEnd() {
      const deliver = (): void => attempt.onResponseEnd();
      if (isDelayed && !held.isHolding) return deliver();
      held.holdEnd(deliver);
      if (!isDelayed) begin();
    },
    onResponseError(controller, error) {
      const deliver = (): void => attempt.onResponseError(controller, error);
      if (held.isHolding) held.holdEnd(deliver);
      else deliver();
    },
  };
}

const errorBody = Buffer.from(
  '{"error":{"message":"a drill answers with errors here","type":"server_error","code":"drill_error"}}',
);

/** As a model server that fails answers each request. Nothing is sent to the one there is: what it would do is not what is rehearsed. */
export function answerWithError(handler: Dispatcher.DispatchHandler): void {
  const headers = { 'content-type': 'application/json', 'content-length': String(errorBody.length) };
  const rawHeaders = Object.entries(headers).flatMap(([name, value]) => [Buffer.from(name), Buffer.from(value)]);
  let isAborted = false;
  const controller = {
    rawHeaders,
    get aborted() {
      return isAborted;
    },
    paused: false,
    reason: null,
    abort: () => {
      isAborted = true;
    },
    pause: () => undefined,
    resume: () => undefined,
  };
  // As from a network: never before whoever sent it has finished sending.
  setImmediate(() => {
    handler.onRequestStart?.(controller, undefined);
    if (!isAborted) handler.onResponseStart?.(controller, 500, headers, 'Internal Server Error');
    if (!isAborted) handler.onResponseData?.(controller, errorBody);
    if (!isAborted) handler.onResponseEnd?.(controller, {});
  });
}
