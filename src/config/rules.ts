/** Rules between parts of a configuration; each gives its findings at the place to change. */
import type { Config } from '../model/config.ts';
import type { Deployment } from '../model/deployment.ts';
import type { Source } from './document.ts';
import type { Finding } from './finding.ts';

type Rule = (source: Source, config: Config) => readonly Finding[];

/** What needs every value in force. */
export function checkRules(source: Source, config: Config): readonly Finding[] {
  return rules.flatMap((rule) => rule(source, config));
}

const eachDeployment =
  (check: (source: Source, deployment: Deployment, config: Config) => readonly Finding[]): Rule =>
  (source, config) =>
    config.deployments.flatMap((deployment) => check(source, deployment, config));

/** A holder must be able to fail two renewals and still turn its loop before the lease is gone (Patroni's rule). */
const leaseTiming: Rule = (source, { lease, deployments }) => {
  const loopMs = Math.max(0, ...deployments.map(({ failover }) => failover.detector.evaluateEveryMs));
  const needMs = loopMs + 2 * lease.renewEveryMs;
  if (needMs <= lease.ttlMs) return [];
  return [
    source.findingAt(
      ['state', 'lease', 'ttl'],
      `the lease (${lease.ttlMs} ms) must last a loop and two renewals: ${loopMs} + 2 × ${lease.renewEveryMs} = ${needMs} ms`,
      `write ttl: ${Math.ceil(needMs / 1000)}s or more`,
    ),
  ];
};

const weightsSum = eachDeployment((source, { name, weights }) => {
  const sum = Object.values(weights).reduce((total, weight) => total + weight, 0);
  return sum === 100
    ? []
    : [source.findingAt(['traffic', 'routes', name, 'weights'], `weights of ${name} sum to ${sum}%, not 100%`)];
});

const weightsNeedReplicas = eachDeployment((source, { name, weights, placements }) =>
  placements
    .filter(({ site, replicas, standby }) => (weights[site] ?? 0) > 0 && (replicas === 0 || standby !== 'hot'))
    .map(({ site, standby, replicas }) =>
      source.findingAt(
        ['traffic', 'routes', name, 'weights', site],
        `${site} has weight but ${replicas === 0 ? 'no replicas' : `is a ${standby} standby`}`,
        'give it hot replicas, or weight 0%',
      ),
    ),
);

const commandNeeded = eachDeployment((source, { name, placements }, config) =>
  placements
    .filter(
      ({ site, launch }) =>
        launch.command.length === 0 && config.sites.find((each) => each.name === site)?.provider === 'local',
    )
    .map(({ site }) =>
      source.findingAt(['deployments', name], `${name} needs a command to run at the local site ${site}`),
    ),
);

const residency = eachDeployment((source, { name, placements, residency: allowed }, { sites }) =>
  placements.flatMap(({ site }) => {
    const found = sites.find((each) => each.name === site);
    if (allowed.length === 0 || found === undefined) return [];
    if (found.residency.length > 0 && found.residency.every((each) => allowed.includes(each))) return [];
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

const ports: Rule = (source, { sites, deployments }) => {
  const ranges = sites.flatMap(({ name, provider, settings }) => {
    const range =
      provider === 'local' && settings !== null && typeof settings === 'object' && 'ports' in settings
        ? rangeOf(settings.ports)
        : undefined;
    return range === undefined ? [] : [{ name, ...range }];
  });
  const overlapping = ranges.flatMap((range, index) => {
    const other = ranges.slice(0, index).find(({ first, last }) => first <= range.last && range.first <= last);
    return other === undefined
      ? []
      : [
          source.findingAt(
            ['sites', range.name, 'ports'],
            `ports overlap with those of ${other.name} (${other.first}-${other.last})`,
          ),
        ];
  });
  const small = ranges.flatMap((range) => {
    const wanted = deployments
      .flatMap(({ placements }) => placements.filter(({ site }) => site === range.name).map(({ replicas }) => replicas))
      .reduce((sum, each) => sum + each, 0);
    const has = range.last - range.first + 1;
    return wanted <= has
      ? []
      : [source.findingAt(['sites', range.name, 'ports'], `${has} ports for ${wanted} replicas`)];
  });
  return [...overlapping, ...small];
};

function rangeOf(value: unknown): { readonly first: number; readonly last: number } | undefined {
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  const [first = Number.NaN, last = first] = String(value).split('-').map(Number);
  return Number.isInteger(first) && Number.isInteger(last) ? { first, last } : undefined;
}

const probeTiming = eachDeployment((source, { name, probes, failover }) =>
  probes.flatMap((probe) => {
    const path = ['deployments', name, probe.kind === 'completion' ? 'probe' : 'probes'];
    const late = probe.kind === 'completion' && probe.firstTokenLimitMs > probe.timeoutMs;
    const { staleAfterMs } = failover.detector;
    const freshMs = probe.everyMs + probe.timeoutMs;
    return [
      ...(late
        ? [
            source.findingAt(
              [...path, 'ttft'],
              `the first-token limit is longer than the probe's time-out (${probe.timeoutMs} ms)`,
            ),
          ]
        : []),
      ...(freshMs > staleAfterMs
        ? [
            source.findingAt(
              [...path, 'every'],
              `an answer may be ${freshMs} ms old, but counts as stale after ${staleAfterMs} ms`,
              'raise failover.detector.staleAfter',
            ),
          ]
        : []),
    ];
  }),
);

const proofAge = eachDeployment((source, { name, probes, failover }) => {
  const everyMs = probes.find(({ kind }) => kind === 'completion')?.everyMs ?? 0;
  return failover.proof.maxAgeMs > 2 * everyMs
    ? []
    : [
        source.findingAt(
          ['deployments', name, 'failover', 'proof', 'maxAge'],
          `a proof of ${failover.proof.maxAgeMs} ms is gone before two probes renewed it (every ${everyMs} ms)`,
        ),
      ];
});

const steps = eachDeployment((source, { name, failover }) => {
  const { stepsPct } = failover.move;
  const rises = stepsPct.every((step, index) => step > (stepsPct[index - 1] ?? 0));
  return rises && stepsPct.at(-1) === 100
    ? []
    : [source.findingAt(['deployments', name, 'failover', 'move', 'steps'], 'steps must rise and end in 100%')];
});

const distinctRoutes: Rule = (source, { deployments }) =>
  deployments.flatMap(({ name, match }, index) => {
    const twin = deployments.slice(0, index).find((other) => JSON.stringify(other.match) === JSON.stringify(match));
    return twin === undefined
      ? []
      : [
          source.findingAt(
            ['deployments', name, 'model'],
            `requests for ${name} cannot be told from those for ${twin.name}`,
            'give one of them a host or path in traffic.routes',
          ),
        ];
  });

const nowhereToGo = eachDeployment((source, { name, placements, failover }) =>
  placements.length > 1 || failover.mode === 'off'
    ? []
    : [
        source.findingAt(
          ['deployments', name, 'sites'],
          `${name} has one site: nothing to fail over to`,
          undefined,
          'warning',
        ),
      ],
);

const publicListen: Rule = (source, { gateway }) => {
  const isLocal = gateway.host === '127.0.0.1' || gateway.host === 'localhost' || gateway.host === '::1';
  if (gateway.port > 65_535) return [source.findingAt(['traffic', 'listen'], `there is no port ${gateway.port}`)];
  const isMeant = (source.value as { traffic?: { public?: boolean } }).traffic?.public === true;
  return isLocal || isMeant
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
  residency,
  ports,
  probeTiming,
  proofAge,
  steps,
  distinctRoutes,
  nowhereToGo,
  publicListen,
];
