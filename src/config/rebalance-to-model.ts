/** Turns `rebalance`, and what sites say for it, into the model. */
import { resolve } from 'node:path';
import { assert } from '../errors.ts';
import { markets } from '../model/error-verdict.ts';
import type { RebalancePolicy, SiteCapacity } from '../model/rebalance-policy.ts';
import type { Part } from './part.ts';
import { parseRate } from './units.ts';
import { parseWeekWindow } from './week-window.ts';

/** `given`: with every default. `dir`: the folder relative paths start from. */
export function rebalanceOf(given: Part, dir: string): RebalancePolicy {
  const [objective, constraints, maxChange] = [
    given.get('objective'),
    given.get('constraints'),
    given.get('maxChange'),
  ];
  const responses = given.get('responseSize');
  const survive = constraints.get('survive').text;
  const budget = constraints.get('budget', 'amount').maybeNumber;
  const spot = constraints.get('spot');
  const replicas = maxChange.get('replicasPerRun').maybeNumber;
  const costs = maxChange.get('costPerRun', 'amount').maybeNumber;
  return {
    objective: {
      latencyUsdPerMsHour: objective.get('latency', 'amount').number,
      moveUsd: objective.get('move', 'amount').number,
      paybackMs: objective.get('payback').ms,
    },
    constraints: {
      vendorMaxRatio: Object.fromEntries(
        constraints.get('vendorShare').entries.map(([vendor, each]) => [vendor, each.get('max').ratio]),
      ),
      headroomRatio: constraints.get('headroom').ratio,
      minimumSites: constraints.get('minimumSites').number,
      ...(survive === 'off' ? {} : { survive: survive === 'site' ? 'site' : 'failureDomain' }),
      ...(budget === undefined ? {} : { budgetUsdPerHour: budget }),
      ...(spot.get('max').isThere ? { spotMaxRatio: spot.get('max').ratio } : {}),
      ...(spot.get('onlyFor').isThere ? { spotOnlyFor: spot.get('onlyFor').texts } : {}),
    },
    maxChange: {
      ...(maxChange.get('trafficPerRun').isThere ? { trafficRatio: maxChange.get('trafficPerRun').ratio } : {}),
      ...(replicas === undefined ? {} : { replicas }),
      ...(costs === undefined ? {} : { usdPerHour: costs }),
    },
    demandRps: Object.fromEntries(
      given.get('demand').entries.map(([name, each]) => [name, parseRate(each.text) ?? Number.NaN]),
    ),
    ...(responses.isThere
      ? { responseBytes: Object.fromEntries(responses.entries.map(([name, each]) => [name, each.number])) }
      : {}),
    priceMaxAgeMs: given.get('prices', 'maxAge').ms,
    ...(given.get('windows').isThere ? { windows: windowsOf(given.get('windows')) } : {}),
    run: runOf(given.get('run'), dir),
    minimumGainUsdPerHour: given.get('minimumGain', 'amount').number,
  };
}

function windowsOf(given: Part): NonNullable<RebalancePolicy['windows']> {
  return {
    allow: given.get('allow').texts.flatMap((text) => parseWeekWindow(text) ?? []),
    timezone: given.get('timezone').maybeText ?? 'UTC',
  };
}

function runOf(given: Part, dir: string): RebalancePolicy['run'] {
  const [textfileDir, pingUrl] = [given.get('textfileDir').maybeText, given.get('ping').maybeText];
  const logFile = given.get('logFile').maybeText;
  return {
    everyMs: given.get('every').ms,
    ...(given.get('deadline').isThere ? { deadlineMs: given.get('deadline').ms } : {}),
    jitterMs: given.get('jitter').ms,
    ...(given.get('onlyIf').isThere ? { onlyIf: 'idle' as const } : {}),
    idleBelowRatio: given.get('idleBelow').ratio,
    lockStaleAfterMs: given.get('lockStaleAfter').ms,
    ...(textfileDir === undefined ? {} : { textfileDir: resolve(dir, textfileDir) }),
    ...(logFile === undefined ? {} : { logFile: resolve(dir, logFile) }),
    ...(pingUrl === undefined ? {} : { pingUrl }),
  };
}

/** One line of a site's `capacity`. */
export function capacityOf(given: Part): SiteCapacity {
  const market = markets.find((each) => each === given.get('market').text);
  assert(market !== undefined, `the schema lets no market ${given.get('market').text} through`);
  const [price, machines] = [given.get('price'), given.get('machines')];
  const usdPerHour = price.get('amount').maybeNumber;
  return {
    accelerator: given.get('accelerator').text,
    market,
    count: given.get('count').number,
    ...(usdPerHour === undefined ? {} : { usdPerHour }),
    ...(price.get('source').maybeText === 'provider' ? { priceSource: 'provider' as const } : {}),
    ...(machines.isThere ? { machines: machines.texts } : {}),
  };
}
