/** Rules of rebalancing: names that must name something, and numbers without which nothing can be compared. */
import type { Placement } from '../model/deployment.ts';
import type { SiteCapacity } from '../model/rebalance-policy.ts';
import { suggestion } from './nearest.ts';
import { eachDeployment, type Rule } from './rule.ts';

const knownVendors: Rule = ({ source, config: { rebalance, sites }, isSure }) => {
  const path = ['rebalance', 'constraints', 'vendorShare'];
  if (rebalance === undefined || !isSure(['sites'], path)) return [];
  const known = [...new Set(sites.map(({ vendor, provider }) => vendor ?? provider))];
  return Object.keys(rebalance.constraints.vendorMaxRatio)
    .filter((vendor) => !known.includes(vendor))
    .map((vendor) =>
      source.findingAtKey(path, vendor, `no site is of the vendor "${vendor}"`, suggestion(vendor, known)),
    );
};

const knownSpotUsers: Rule = ({ source, config: { rebalance, deployments }, isSure }) => {
  const path = ['rebalance', 'constraints', 'spot', 'onlyFor'];
  const known = deployments.map(({ name }) => name);
  return (rebalance?.constraints.spotOnlyFor ?? []).flatMap((name, index) =>
    known.includes(name) || !isSure(['deployments'], [...path, index])
      ? []
      : [source.findingAt([...path, index], `deployment "${name}" is not defined`, suggestion(name, known))],
  );
};

/** Of what is written by deployment. */
const knownDeployments: Rule = ({ source, config: { rebalance, deployments }, isSure }) => {
  const known = deployments.map(({ name }) => name);
  const written = { demand: rebalance?.demandRps, responseSize: rebalance?.responseBytes };
  return Object.entries(written).flatMap(([key, each = {}]) => {
    const path = ['rebalance', key];
    if (!isSure(['deployments'], path)) return [];
    return Object.keys(each)
      .filter((name) => !known.includes(name))
      .map((name) => source.findingAtKey(path, name, `deployment "${name}" is not defined`, suggestion(name, known)));
  });
};

/** Two lines about the same would be two prices for one thing. */
const capacityOnce: Rule = ({ source, config, isSure }) =>
  config.sites.flatMap(({ name, capacity = [] }) =>
    capacity.flatMap(({ accelerator, market }, index) => {
      const path = ['sites', name, 'capacity'];
      const isTwice = capacity
        .slice(0, index)
        .some((each) => each.accelerator === accelerator && each.market === market);
      return isTwice && isSure(path)
        ? [
            source.findingAt(
              [...path, index],
              `${name} has ${market} ${accelerator} twice: write one line with the sum`,
            ),
          ]
        : [];
    }),
  );

/** Lines whose price is the provider's. */
function askedLines(capacity: readonly SiteCapacity[] = []) {
  return capacity.flatMap((line, index) => (line.priceSource === 'provider' ? [{ line, index }] : []));
}

const reservedIsWritten: Rule = ({ source, config, isSure }) =>
  config.sites.flatMap(({ name, capacity }) =>
    askedLines(capacity).flatMap(({ line: { market }, index }) => {
      const path = ['sites', name, 'capacity', index, 'price', 'source'];
      if (market !== 'reserved' || !isSure(path)) return [];
      const hint = 'write amount, currency and per, as the contract has them';
      return [source.findingAt(path, 'no provider says what a reservation costs', hint)];
    }),
  );

/** Of a site with several accelerators nobody could say which machine's price is whose. */
const machinesTold: Rule = ({ source, config, isSure }) =>
  config.sites.flatMap(({ name, capacity = [] }) =>
    askedLines(capacity).flatMap(({ line: { accelerator, machines }, index }) => {
      const path = ['sites', name, 'capacity'];
      const isAlone = capacity.every((each) => each.accelerator === accelerator);
      if (isAlone || machines !== undefined || !isSure(path)) return [];
      const message = `${name} has several accelerators: say which machines have ${accelerator}`;
      return [source.findingAt([...path, index], message, 'write machines: [p5.48xlarge], as the site names them')];
    }),
  );

/** One that is named and that the site does not have would be no capacity at all. */
const acceleratorThere = eachDeployment(({ source, config, isSure }, { name, placements }) =>
  placements.flatMap(({ site, use }) => {
    const capacity = config.sites.find((each) => each.name === site)?.capacity ?? [];
    const path = ['deployments', name, 'sites', site, 'use'];
    if (use === undefined || !isSure(path, ['sites', site, 'capacity'])) return [];
    const known = [...new Set(capacity.map(({ accelerator }) => accelerator))];
    if (known.includes(use.accelerator)) return [];
    const message = `${site} has no capacity of ${use.accelerator}`;
    const hint =
      suggestion(use.accelerator, known) ??
      `write sites.${site}.capacity: [{ accelerator: ${use.accelerator}, market: on-demand, count: 8, price: ... }]`;
    return [source.findingAt(path, message, hint)];
  }),
);

/** What one replica serves, and what it costs: without either nothing is cheaper than anything. */
const comparable = eachDeployment(({ source, config, isSure }, { name, placements }) => {
  if (config.rebalance === undefined) return [];
  return placements.flatMap((placement) => {
    const { site } = placement;
    const [lack, hint] = lackOf(placement);
    if (lack === undefined || !isSure(['deployments', name, 'sites', site], ['rebalance'])) return [];
    return [source.findingAtKey(['deployments', name, 'sites'], site, `rebalance needs ${lack} of ${site}`, hint)];
  });
});

function lackOf({ ratedRps, usdPerHour, use }: Placement): readonly [lack?: string, hint?: string] {
  if (ratedRps === undefined) return ['what one replica serves', 'write rated: { requestsPerSecond: 14 }'];
  if (usdPerHour === undefined && use === undefined)
    return ['the price', 'write price: { amount: 2.95, currency: USD, per: hour }, or use: H100:8 with sites.capacity'];
  return [];
}

/** More sites than a deployment lists would be found out when it is planned, as a rule that cannot be kept. */
const sitesEnough = eachDeployment(({ source, config, isSure }, { name, placements }) => {
  const { minimumSites } = config.rebalance?.constraints ?? {};
  const path = ['rebalance', 'constraints', 'minimumSites'];
  if (minimumSites === undefined || placements.length >= minimumSites) return [];
  if (!isSure(path, ['deployments', name, 'sites'])) return [];
  const has = placements.length === 1 ? 'one site' : `${placements.length} sites`;
  const message = `${name} has ${has}, and each deployment needs ${minimumSites}: nothing could be planned`;
  return [source.findingAt(path, message, `write minimumSites: ${placements.length}, or give ${name} more sites`)];
});

/** All of them. */
export const rebalanceRules: readonly Rule[] = [
  knownVendors,
  knownSpotUsers,
  knownDeployments,
  ...[capacityOnce, reservedIsWritten, machinesTold],
  acceleratorThere,
  comparable,
  sitesEnough,
];
