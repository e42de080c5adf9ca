/** An answer that a drill makes late, or makes up: between the upstream's connection and the attempt that waits for it. */
import type { Dispatcher } from 'undici';

type Controller = Dispatcher.DispatchController;

/** What is held back until its time. */
export interface Held {
  readonly untilMonoMs: number;
  /** Lets it go on; again changes nothing. */
  go(): void;
}

/** Where the delay begins: `head`, all of the answer is late. `first-byte`: its head comes in time, what it says does not. */
export type DelayAt = 'head' | 'first-byte';

interface DelayTerms {
  readonly at: DelayAt;
  readonly delayMs: number;
  nowMs(): number;
  hold(held: Held): void;
}

/**
 * Passes on what the upstream says, its head or its first byte so much later. The connection is paused meanwhile: nothing is kept
 * in memory but one part. An upstream that breaks is heard of at once, as it would be.
 */
export function delayed(handler: Dispatcher.DispatchHandler, terms: DelayTerms): Dispatcher.DispatchHandler {
  let isDelayed = false;
  let isOver = false;
  const holdBack = (controller: Controller, deliver: () => void): void => {
    isDelayed = true;
    controller.pause();
    let isGone = false;
    terms.hold({
      untilMonoMs: terms.nowMs() + terms.delayMs,
      go() {
        if (isGone) return;
        isGone = true;
        if (isOver) return;
        deliver();
        controller.resume();
      },
    });
  };
  return {
    onRequestStart: (controller, context) => handler.onRequestStart?.(controller, context),
    onRequestUpgrade: (...given) => handler.onRequestUpgrade?.(...given),
    onResponseStart(controller, status, headers, message) {
      const deliver = (): void => void handler.onResponseStart?.(controller, status, headers, message);
      if (terms.at !== 'head' || isDelayed || status < 200) return deliver();
      holdBack(controller, deliver);
    },
    onResponseData(controller, chunk) {
      const deliver = (): void => void handler.onResponseData?.(controller, chunk);
      if (terms.at === 'head' || isDelayed) return deliver();
      holdBack(controller, deliver);
    },
    onResponseEnd: (controller, trailers) => handler.onResponseEnd?.(controller, trailers),
    onResponseError(controller, error) {
      isOver = true;
      handler.onResponseError?.(controller, error);
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
