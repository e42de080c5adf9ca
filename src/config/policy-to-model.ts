/** Turns a deployment's `failover` into the policy in force. */
import { assert } from '../errors.ts';
import type { FailoverPolicy, FreezeWindow, SafetyPolicy } from '../model/policy.ts';
import { expressionsOf } from './expressions-of.ts';
import type { Part } from './part.ts';
import { parseShare } from './units.ts';

/** `given`: a deployment's `failover`, with every default. */
export function policyOf(given: Part): FailoverPolicy {
  const [detector, move, manual] = [given.get('detector'), given.get('move'), given.get('manual')];
  const mode = given.get('mode').text;
  assert(mode === 'off' || mode === 'advise' || mode === 'auto', `the schema lets no mode ${mode} through`);
  return {
    mode,
    detector: {
      evaluateEveryMs: detector.get('evaluateEvery').ms,
      failuresInARow: detector.get('failures').number,
      successesInARow: detector.get('successes').number,
      windowMs: detector.get('window').ms,
      badRatio: detector.get('badShare').ratio,
      minimumSamples: detector.get('minimumSamples').number,
      slowPhi: detector.get('slowPhi').number,
      failAfterMs: detector.get('failAfter').ms,
      staleAfterMs: detector.get('staleAfter').ms,
      quorum: detector.get('quorum').number,
      unhealthyWhen: expressionsOf(detector.get('unhealthyWhen'), 'detector'),
      trafficMinimum: detector.get('trafficMinimum').number,
    },
    proof: { completions: given.get('proof', 'completions').number, maxAgeMs: given.get('proof', 'maxAge').ms },
    move: {
      stepsPct: move.get('steps').texts.map((step) => parseShare(step) ?? 100),
      holdEachMs: move.get('holdEach').ms,
      promoteWhen: expressionsOf(move.get('promoteWhen'), 'gate'),
      deadlineMs: move.get('deadline').ms,
    },
    failback: {
      mode: given.get('failback', 'mode').text === 'auto' ? 'auto' : 'never',
      afterMs: given.get('failback', 'after').ms,
    },
    safety: safetyOf(given.get('safety')),
    manual: {
      defaultExpiryMs: manual.get('defaultExpiry').ms,
      maxExpiryMs: manual.get('maxExpiry').ms,
      warnBeforeMs: manual.get('warnBefore').ms,
      requiresReason: manual.get('requireReason').flag,
    },
  };
}

function safetyOf(given: Part): SafetyPolicy {
  const maxUsdPerHour = given.get('maxUsdPerHour').maybeNumber;
  return {
    brakeRatio: given.get('brake').ratio,
    coolDownMs: given.get('coolDown').ms,
    maxFailoversPerDay: given.get('maxPerDay').number,
    dwellMs: given.get('dwell').ms,
    minReadyRatio: given.get('minReady').ratio,
    headroomRatio: given.get('headroom').ratio,
    removalWindowMs: given.get('removalWindow').ms,
    vendorMaxRatio: Object.fromEntries(given.get('vendorShare').entries.map(([vendor, most]) => [vendor, most.ratio])),
    ...(maxUsdPerHour === undefined ? {} : { maxUsdPerHour }),
    freeze: given.get('freeze').items.map(freezeOf),
  };
}

function freezeOf(given: Part): FreezeWindow {
  return {
    fromMs: given.get('from').instantMs,
    untilMs: given.get('until').instantMs,
    reason: given.get('reason').text,
    // What no list holds is the only thing there is to allow.
    allow: given.get('allow').isThere ? given.get('allow').texts.map(() => 'emergency') : ['emergency'],
  };
}
