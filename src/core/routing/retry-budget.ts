/** Keeps retries from becoming the outage: a tenth of the requests, plus once what is in flight when a site dies. */

import { answersToConvict } from './suspicion.ts';

/** Never less than this many retries at once. */
const leastBurst = 10;
/** Ten tenths are not quite one in binary: this much too much is none. */
const rounding = 1e-9;

/** Retries that may be made now: each request adds a share, each retry takes one. */
export interface RetryBudget {
  /** A request came in: it earns its share of a retry. */
  earn(): void;
  /** Takes one retry out, if there is one. `burst`: what one failure may need at once, see `burstOf`. */
  take(burst: number): boolean;
}

/** Requests under way may all have to move at once; and until every replica of a site is convicted, each takes some to be so. */
export function burstOf(inFlight: number, replicas: number): number {
  return Math.max(inFlight, answersToConvict * replicas);
}

/** `ratio`: retries per request, such as 0.1. What never reached a replica (refused connections) must not be counted. */
export function createRetryBudget(ratio: number): RetryBudget {
  let spent = 0;
  return {
    earn() {
      spent = Math.max(0, spent - ratio);
    },
    take(burst) {
      if (spent + 1 > Math.max(leastBurst, burst) + rounding) return false;
      spent += 1;
      return true;
    },
  };
}
