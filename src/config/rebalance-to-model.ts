/** Turns `rebalance`, and what sites say for it, into the model. */
import { assert } from '../errors.ts';
import { markets } from '../model/error-verdict.ts';
import type { RebalancePolicy, SiteCapacity } from '../model/rebalance-policy.ts';
import type { Part } from './part.ts';
import { parseRate } from './units.ts';

/** `given`: with every default. */
export function rebalanceOf(given: Part): RebalancePolicy {
  const [objective, constraints, maxChange] = [
    given.get('objective'),
    given.get('constraints'),
    given.get('maxChange'),
  ];
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
    minimumGainUsdPerHour: given.get('minimumGain', 'amount').number,
  };
}

/** One line of a site's `capacity`. */
export function capacityOf(given: Part): SiteCapacity {
  const market = markets.find((each) => each === given.get('market').text);
  assert(market !== undefined, `the schema lets no market ${given.get('market').text} through`);
  return {
    accelerator: given.get('accelerator').text,
    market,
    count: given.get('count').number,
    usdPerHour: given.get('price', 'amount').number,
  };
}
