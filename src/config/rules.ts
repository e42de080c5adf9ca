/** Rules between parts of a configuration; each gives its findings at the place to change. */
import { isLoopback, mostPort } from '../model/listen.ts';
import { commandNeeded, launchHeeded } from './commands.ts';
import { containerValuesFit, imagePinned, shutdownWithinGrace } from './containers.ts';
import { drillRules } from './drill-rules.ts';
import type { Finding } from './finding.ts';
import { metricsListen } from './metrics-rules.ts';
import { policyRules } from './policy-rules.ts';
import { rebalanceRules } from './rebalance-rules.ts';
import { anyOf, eachDeployment, type Judged, type Rule, written } from './rule.ts';
import { leaseTiming, probeTiming, proofAge } from './timing-rules.ts';

/** What needs every value in force. */
export function checkRules(judged: Judged): readonly Finding[] {
  const found = rules.flatMap((rule) => rule(judged));
  // What the file says once for all deployments is wrong once.
  const keys = found.map(({ line, column, message }) => JSON.stringify([line, column, message]));
  return found.filter((_, index) => keys.indexOf(keys[index] ?? '') === index);
}

const weightsSum = eachDeployment(({ source, isSure }, { name, weights }) => {
  const path = ['traffic', 'routes', name, 'weights'];
  const sum = Object.values(weights).reduce((total, weight) => total + weight, 0);
  // What is not written gives everything to one site.
  return sum === 100 || source.lineOf(path) === undefined || !isSure(path)
    ? []
    : [source.findingAt(path, `weights of ${name} sum to ${sum}%, not 100%`)];
});

const weightsNeedReplicas = eachDeployment(({ source, isSure }, { name, weights, placements }) =>
  placements
    .filter(({ site, replicas, standby }) => (weights[site] ?? 0) > 0 && (replicas === 0 || standby !== 'hot'))
    .flatMap(({ site, standby, replicas }) => {
      const [weight, place] = [
        ['traffic', 'routes', name, 'weights', site],
        ['deployments', name, 'sites', site],
      ];
      if (!isSure(weight, place)) return [];
      return [
        source.findingAt(
          source.lineOf(weight) === undefined ? place : weight,
          `${site} has weight but ${replicas === 0 ? 'no replicas' : `is a ${standby} standby`}`,
          'give it hot replicas, or weight 0%',
        ),
      ];
    }),
);

const residency = eachDeployment(({ source, config, isSure }, { name, placements, residency: allowed }) =>
  placements.flatMap(({ site }) => {
    const found = config.sites.find((each) => each.name === site);
    if (allowed.length === 0 || found === undefined) return [];
    if (found.residency.length > 0 && found.residency.every((each) => allowed.includes(each))) return [];
    if (!isSure(['deployments', name, 'residency'], ['sites', site, 'residency'])) return [];
    const lies = found.residency.length === 0 ? 'states no residency' : `lies in ${found.residency.join(', ')}`;
    return [
      source.findingAtKey(
        ['deployments', name, 'sites'],
        site,
        `${site} ${lies}; ${name} is allowed in ${allowed.join(', ')} only`,
      ),
    ];
  }),
);

const portsApart: Rule = (judged) => {
  const ranges = portRanges(judged);
  return ranges.flatMap((range, index) => {
    const other = ranges.slice(0, index).find(({ first, last }) => first <= range.last && range.first <= last);
    if (other === undefined) return [];
    const message = `ports overlap with those of ${other.name} (${other.first}-${other.last})`;
    return [judged.source.findingAt(['sites', range.name, 'ports'], message)];
  });
};

const portsEnough: Rule = (judged) => {
  const { source, config, isSure } = judged;
  return portRanges(judged).flatMap(({ name, first, last }) => {
    const placed = config.deployments.flatMap(({ name: deployment, placements }) =>
      placements.filter(({ site }) => site === name).map(({ replicas }) => ({ deployment, replicas })),
    );
    const wanted = placed.reduce((sum, { replicas }) => sum + replicas, 0);
    const has = last - first + 1;
    const places = placed.map(({ deployment }) => ['deployments', deployment, 'sites', name]);
    return wanted <= has || !isSure(...places)
      ? []
      : [source.findingAt(['sites', name, 'ports'], `${has} ports for ${wanted} replicas`)];
  });
};

/** Of the local sites. */
function portRanges({ config: { sites }, isSure }: Judged) {
  return sites.flatMap(({ name, provider, settings }) => {
    const range =
      provider === 'local' && settings !== null && typeof settings === 'object' && 'ports' in settings
        ? rangeOf(settings.ports)
        : undefined;
    return range === undefined || !isSure(['sites', name, 'ports']) ? [] : [{ name, ...range }];
  });
}

function rangeOf(value: unknown): { readonly first: number; readonly last: number } | undefined {
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  const [first = Number.NaN, last = first] = String(value).split('-').map(Number);
  return Number.isInteger(first) && Number.isInteger(last) ? { first, last } : undefined;
}

const steps = eachDeployment(({ source, isSure }, { name, failover }) => {
  const { stepsPct } = failover.move;
  const rises = stepsPct.every((step, index) => step > (stepsPct[index - 1] ?? 0));
  return (rises && stepsPct.at(-1) === 100) || !isSure(...anyOf(name, 'failover', 'move', 'steps'))
    ? []
    : [source.findingAt(written(source, name, 'failover', 'move', 'steps'), 'steps must rise and end in 100%')];
});

const distinctRoutes: Rule = ({ source, config: { deployments }, isSure }) =>
  deployments.flatMap(({ name, match }, index) => {
    const twin = deployments.slice(0, index).find((other) => JSON.stringify(other.match) === JSON.stringify(match));
    if (twin === undefined) return [];
    const read = [name, twin.name].flatMap((each) => [
      ['deployments', each, 'model'],
      ['traffic', 'routes', each],
    ]);
    if (!isSure(...read)) return [];
    return [
      source.findingAt(
        ['deployments', name, 'model'],
        `requests for ${name} cannot be told from those for ${twin.name}`,
        'give one of them a host or path in traffic.routes',
      ),
    ];
  });

const nowhereToGo = eachDeployment(({ source, isSure }, { name, placements, failover }) =>
  placements.length === 1 &&
  failover.mode !== 'off' &&
  isSure(['deployments', name, 'sites'], ...anyOf(name, 'failover', 'mode'))
    ? [
        source.findingAt(
          ['deployments', name, 'sites'],
          `${name} has one site: nothing to fail over to`,
          undefined,
          'warning',
        ),
      ]
    : [],
);

const publicListen: Rule = ({ source, config: { gateway }, isSure }) => {
  if (!isSure(['traffic', 'listen'], ['traffic', 'public'])) return [];
  if (gateway.port > mostPort) return [source.findingAt(['traffic', 'listen'], `there is no port ${gateway.port}`)];
  const isMeant = (source.value as { traffic?: { public?: boolean } }).traffic?.public === true;
  return isLoopback(gateway.host) || isMeant
    ? []
    : [
        source.findingAt(
          ['traffic', 'listen'],
          `${gateway.host} can be reached from outside, and the gateway has neither TLS nor authentication`,
          'listen on 127.0.0.1, or say traffic.public: true',
        ),
      ];
};

const rules: readonly Rule[] = [
  leaseTiming,
  weightsSum,
  weightsNeedReplicas,
  commandNeeded,
  launchHeeded,
  imagePinned,
  containerValuesFit,
  shutdownWithinGrace,
  residency,
  portsApart,
  portsEnough,
  probeTiming,
  proofAge,
  steps,
  distinctRoutes,
  nowhereToGo,
  publicListen,
  metricsListen,
  ...policyRules,
  ...drillRules,
  ...rebalanceRules,
];
