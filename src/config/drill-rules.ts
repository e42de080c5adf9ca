/** Rules of drills: what a rehearsal needs, and what it must leave standing. */
import type { Drill, PlannedFault } from '../model/drill.ts';
import { replicaFaultKinds, trafficFaultKinds } from '../model/fault.ts';
import type { Path } from './document.ts';
import { maxFaults } from './drill-fault-schema.ts';
import { faultsOf } from './drill-to-model.ts';
import type { Finding } from './finding.ts';
import { Part } from './part.ts';
import type { Judged, Rule } from './rule.ts';
import { isZone } from './zone.ts';

interface DrillAt {
  readonly drill: Drill;
  readonly path: Path;
  /** In the order they are written: the model has them in the order of their times. */
  readonly faults: readonly FaultAt[];
}

/** A fault at one site. */
interface FaultAt extends PlannedFault {
  /** Of the item of `fault` it comes from, which may name several sites. */
  readonly index: number;
  readonly sitePath: Path;
}

/** The rule for every drill whose own part is as its author meant it. */
const eachDrill =
  (check: (judged: Judged, at: DrillAt) => readonly Finding[]): Rule =>
  (judged) =>
    new Part(judged.tree).get('drills').entries.flatMap(([name, given]) => {
      const drill = judged.config.drills?.find((each) => each.name === name);
      const path = ['drills', name];
      if (drill === undefined || !judged.isSure(path)) return [];
      const faults = given
        .get('fault')
        .items.flatMap((item, index) => faultsAt(item, index, [...path, 'fault', index]));
      return check(judged, { drill, path, faults });
    });

function faultsAt(item: Part, index: number, path: Path): readonly FaultAt[] {
  // Nothing is said here of where programs are.
  return faultsOf(item, '/').map((fault, nth) => ({
    ...fault,
    index,
    sitePath: item.get('site').isThere ? [...path, 'site'] : [...path, 'sites', nth],
  }));
}

/** Each item of `fault` once. */
function itemsOf(faults: readonly FaultAt[]): readonly FaultAt[] {
  return faults.filter(({ index }, nth) => faults[nth - 1]?.index !== index);
}

/** Where nothing is really broken, anything may be. */
const isReal = ({ kind }: Drill): boolean => kind === 'live' || kind === 'canary';

/** Every drill breaks something, but for one that leaves a vendor. */
const somethingToDo = eachDrill(({ source, config, isSure }, { drill, path, faults }) => {
  const { kind, exit } = drill;
  if (kind !== 'provider-exit') {
    if (exit !== undefined)
      return [source.findingAt([...path, 'exit'], 'only a drill of kind provider-exit leaves a vendor', 'set kind')];
    return faults.length > 0 ? [] : [source.findingAt(path, 'a drill needs at least one fault')];
  }
  if (faults.length > 0)
    return [source.findingAt([...path, 'fault'], 'a drill of kind provider-exit breaks nothing: it moves away')];
  if (exit === undefined)
    return [source.findingAt(path, 'kind provider-exit needs `exit`', 'such as exit: { vendor: aws, stay: 30m }')];
  const deployment = config.deployments.find(({ name }) => name === drill.deployment);
  if (deployment === undefined || !isSure(['deployments', drill.deployment, 'sites'], ['sites'])) return [];
  const vendors = deployment.placements.map(({ site }) => config.sites.find(({ name }) => name === site)?.vendor);
  const at = [...path, 'exit', 'vendor'];
  if (!vendors.includes(exit.vendor))
    return [
      source.findingAt(at, `${drill.deployment} has no site of that vendor`, 'a site’s `vendor` says whose it is'),
    ];
  return vendors.every((each) => each === exit.vendor)
    ? [source.findingAt(at, `every site of ${drill.deployment} is that vendor’s: nothing would serve`)]
    : [];
});

/** What belongs to one kind of fault alone. */
const fitsItsKind = eachDrill(({ source }, { drill, path, faults }) =>
  itemsOf(faults).flatMap((fault) => {
    const at = [...path, 'fault', fault.index];
    const { kind, delayMs, exec, sharePct } = fault;
    const found: Finding[] = [];
    const isLate = kind === 'latency' || kind === 'slow-first-token';
    if (isLate && delayMs === undefined)
      found.push(source.findingAt(at, `${kind} needs \`delay\``, 'such as delay: 5s'));
    if (!isLate && delayMs !== undefined)
      found.push(source.findingAt([...at, 'delay'], 'only latency and slow-first-token have a delay'));
    if (kind === 'exec' && exec === undefined)
      found.push(source.findingAt(at, 'exec needs `run` and `undo`', 'what is broken must be undone'));
    if (kind !== 'exec' && exec !== undefined) found.push(source.findingAt([...at, 'run'], 'only exec runs a program'));
    if (sharePct < 100 && !isOfTraffic(kind))
      found.push(source.findingAt([...at, 'share'], `${kind} hits no requests: it has no share`));
    if (drill.kind === 'canary' && isOfTraffic(kind) && sharePct > canaryPct)
      found.push(
        source.findingAt(
          at,
          `a canary hits at most ${canaryPct}% of a site’s requests, not ${sharePct}%`,
          `share: ${canaryPct}%`,
        ),
      );
    if (drill.kind === 'canary' && !isOfTraffic(kind))
      found.push(source.findingAt([...at, 'type'], `${kind} cannot be done to a share: a canary hits requests alone`));
    return found;
  }),
);

/** Percent. */
const canaryPct = 25;

function isOfTraffic(kind: PlannedFault['kind']): boolean {
  return trafficFaultKinds.some((each) => each === kind);
}

/** Nobody can stop a cloud's machine where it stands. */
const canBeDone = eachDrill(({ source, config, isSure }, { drill, path, faults }) =>
  faults.flatMap(({ kind, site, index }) => {
    const provider = config.sites.find(({ name }) => name === site)?.provider;
    const needsHands = replicaFaultKinds.some((each) => each === kind);
    if (!isReal(drill) || !needsHands || provider === undefined || provider === 'local') return [];
    if (!isSure(['sites', site, 'provider'])) return [];
    const message = `${kind} is possible only at a local site; ${site} is ${provider}`;
    const hint = kind === 'hang' ? 'stalled-streams looks the same to users' : 'blackhole looks the same to users';
    return [source.findingAt([...path, 'fault', index, 'type'], message, hint)];
  }),
);

/** A drill in which nothing can serve rehearses an outage: there is no move whose time it could measure. */
const somewhereToGo = eachDrill(({ source, config, tree, isSure }, { drill, path, faults }) => {
  const deployment = config.deployments.find((each) => each.name === drill.deployment);
  if (!isReal(drill) || deployment === undefined || !isSure(['deployments', deployment.name, 'sites'])) return [];
  const sites = deployment.placements.map(({ site }) => site);
  const [last] = faults
    .filter(({ atMs }) => sites.length > 0 && sites.every((site) => isLost(site, faults, atMs)))
    .sort((a, b) => a.atMs - b.atMs || b.index - a.index);
  if (last === undefined) return [];
  const from = new Part(tree).get(...path.map(String), 'fault').items[last.index]?.get('at').text;
  return [
    source.findingAt(
      last.sitePath,
      `from ${from} on every site of ${deployment.name} is lost: nothing would serve`,
      'leave one site, or let one fault end before the next begins',
    ),
  ];
});

const losing = new Set<PlannedFault['kind']>(['blackhole', 'errors', 'stalled-streams', 'kill', 'hang']);

/** Whether nothing comes from the site at that time of the drill. */
function isLost(site: string, faults: readonly PlannedFault[], atMs: number): boolean {
  return faults.some(
    (each) =>
      each.site === site &&
      losing.has(each.kind) &&
      each.sharePct === 100 &&
      each.atMs <= atMs &&
      atMs < each.atMs + each.forMs,
  );
}

/** One kind has one share at a site at a time: of two that overlap there nobody could say which was in force. */
const oneAtATime = eachDrill(({ source }, { path, faults }) =>
  faults.flatMap((one, nth) => {
    const before = faults.slice(0, nth).find((other) => isSame(one, other) && isOverlap(one, other));
    if (before === undefined) return [];
    if (before.index === one.index) return [source.findingAt(one.sitePath, `${one.site} is named twice`)];
    const message = `overlaps with fault ${before.index + 1} at ${one.site}: only one ${one.kind} can be in force there`;
    return [source.findingAt([...path, 'fault', one.index], message, 'let one end before the other begins')];
  }),
);

/** Several sites in one item are as many faults. */
const notTooMany = eachDrill(({ source }, { path, faults }) =>
  faults.length <= maxFaults
    ? []
    : [
        source.findingAt(
          [...path, 'fault'],
          `a drill has at most ${maxFaults} faults, one a site; these are ${faults.length}`,
        ),
      ],
);

function isSame(one: PlannedFault, other: PlannedFault): boolean {
  return one.site === other.site && one.kind === other.kind;
}

function isOverlap(one: PlannedFault, other: PlannedFault): boolean {
  return one.atMs < other.atMs + other.forMs && other.atMs < one.atMs + one.forMs;
}

/** What a load of that source needs, and nothing of another. */
const loadFits = eachDrill(({ source, tree }, { drill, path }) => {
  const given = new Part(tree).get(...path.map(String), 'load');
  const at = [...path, 'load'];
  if (drill.load.source === 'generated' && !given.get('rate').isThere)
    return [source.findingAt(at, 'a generated load needs `rate`', 'such as rate: 20rps')];
  const spread = spreads.find((key) => isUpsideDown(drill.load, key));
  if (spread !== undefined) return [source.findingAt([...at, spread, 'p50'], 'p50 is above p95', 'change them over')];
  if (drill.load.source === 'replay' && !given.get('file').isThere)
    return [source.findingAt(at, 'a replayed load needs `file`', 'one JSON object a line')];
  const strange = (['file', 'streams', 'promptTokens', 'outputTokens', 'rate'] as const).find(
    (key) => given.get(key).isThere && !loadKeys[drill.load.source].includes(key),
  );
  return strange === undefined
    ? []
    : [source.findingAt([...at, strange], `a load of ${drill.load.source} has no ${strange}`)];
});

const spreads = ['promptTokens', 'outputTokens'] as const;

function isUpsideDown(load: Drill['load'], key: (typeof spreads)[number]): boolean {
  return load.source === 'generated' && load[key].p50 > load[key].p95;
}

const loadKeys: Readonly<Record<Drill['load']['source'], readonly string[]>> = {
  'live-traffic': [],
  generated: ['rate', 'streams', 'promptTokens', 'outputTokens'],
  replay: ['rate', 'file'],
};

const zoneKnown = eachDrill(({ source }, { drill: { schedule }, path }) =>
  schedule === undefined || isZone(schedule.timezone)
    ? []
    : [source.findingAt([...path, 'schedule', 'timezone'], 'there is no such time zone', 'such as Europe/Stockholm')],
);

/** All of them. */
export const drillRules: readonly Rule[] = [
  somethingToDo,
  fitsItsKind,
  canBeDone,
  somewhereToGo,
  oneAtATime,
  notTooMany,
  loadFits,
  zoneKnown,
];
