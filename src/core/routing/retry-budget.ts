/** Keeps retries from becoming the outage: a tenth of the requests, plus once what is in flight when a site dies. */

/** Never less than this many retries at once. */
const leastBurst = 10;
/** Ten tenths are not quite one in binary: this much too much is none. */
const rounding = 1e-9;

export interface RetryBudget {
  /** A request came in: it earns its share of a retry. */
  earn(): void;
  /** Takes one retry out, if there is one. `inFlight`: requests under way, all of which may have to move at once. */
  take(inFlight: number): boolean;
}

/** `ratio`: retries per request, such as 0.1. What never reached a replica (refused connections) must not be counted. */
export function createRetryBudget(ratio: number): RetryBudget {
  let spent = 0;
  return {
    earn() {
      spent = Math.max(0, spent - ratio);
    },
    take(inFlight) {
      if (spent + 1 > Math.max(leastBurst, inFlight) + rounding) return false;
      spent += 1;
      return true;
    },
  };
}
