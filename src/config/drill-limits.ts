/** What a healthy system keeps in a drill, by the configuration's own numbers. */
import type { Deployment } from '../model/deployment.ts';

/** The gateway's statistics reach back this far, milliseconds: so long it may take until they are of the fault alone. */
const trafficWindowMs = 10_000;
/** First bytes that the gateway must have seen before it knows what is late. */
const learnedRequests = 50;
/** Enough for these within seconds, and little beside real traffic. */
const leastRps = 5;

/** Times in milliseconds, shares 0–1. */
export interface DrillLimits {
  /** From a fault at a site to an actionable diagnosis. */
  readonly detectMs: number;
  /** From the fault to the moment from which the target has all the traffic, when nothing comes of the site any more. */
  readonly recoverMs: number;
  /** The same when it still serves, and the traffic moves in steps. */
  readonly stepwiseMs: number;
  /** Requests a second without which the gateway has nothing to say of the site. */
  readonly requestsPerSecond: number;
  /** How long they go on before the fault. */
  readonly observeMs: number;
  /** How long all must be calm at the end. */
  readonly settleMs: number;
}

/**
 * Each is the longest time that the parts of it may take one after the other: the probes that must fail, and the last good one that may
 * just have been sent; or the gateway's window; how long it must last; two looks of the loop; the proof of the target; the move.
 */
export function drillLimits({ failover, probes, firstTokenLimitMs }: Deployment): DrillLimits {
  const { detector, proof, move } = failover;
  const completion = probes.find(({ kind }) => kind === 'completion');
  const probeMs = Math.max(completion?.everyMs ?? 0, completion?.timeoutMs ?? 0);
  const requestsPerSecond = Math.max(leastRps, Math.ceil((2 * detector.trafficMinimum * 1000) / trafficWindowMs));
  const probedMs = (detector.failuresInARow + 1) * probeMs;
  const judgedMs = trafficWindowMs + firstTokenLimitMs;
  const loopMs = 2 * detector.evaluateEveryMs;
  const detectMs = Math.max(probedMs, judgedMs) + detector.failAfterMs + loopMs;
  const recoverMs = detectMs + proof.completions * probeMs + loopMs;
  return {
    detectMs: rounded(detectMs),
    recoverMs: rounded(recoverMs),
    stepwiseMs: rounded(
      recoverMs + move.stepsPct.length * (move.holdEachMs + detector.evaluateEveryMs) + trafficWindowMs,
    ),
    requestsPerSecond,
    observeMs: rounded(Math.max(trafficWindowMs, (2 * learnedRequests * 1000) / requestsPerSecond)),
    settleMs: rounded(Math.max(trafficWindowMs, 2 * probeMs)),
  };
}

/** Up to what people would write: whole seconds, from half a minute on in steps of five. */
function rounded(ms: number): number {
  const stepMs = ms < 30_000 ? 1000 : 5000;
  return Math.ceil(ms / stepMs) * stepMs;
}
