/** Names that must name something. */
import type { Path, Source } from './document.ts';
import type { Finding } from './finding.ts';
import { partOf, sureBut } from './keep-shape.ts';
import { suggestion } from './nearest.ts';

/** The keys of the map at a path. */
type Names = (...path: Path) => readonly string[] | undefined;

/**
 * Judged on the names as written, whatever else is wrong with the value; what is no map is the shape's to say.
 * `open`: paths whose value is not known yet.
 */
export function checkReferences(source: Source, value: unknown, open: readonly Path[]): readonly Finding[] {
  const names: Names = (...path) => {
    const map = path.reduce(partOf, value);
    return map !== null && typeof map === 'object' && !Array.isArray(map) ? Object.keys(map) : undefined;
  };
  const unknown = (path: Path, known: readonly string[] | undefined, message: (name: string) => string) =>
    (known === undefined ? [] : (names(...path) ?? []))
      .filter((name) => known?.includes(name) === false)
      .map((name) => source.findingAtKey(path, name, message(name), suggestion(name, known ?? [])));

  const [sites, deployments] = [names('sites'), names('deployments')];
  const placements = (deployments ?? []).flatMap((name) => {
    const path = ['deployments', name, 'sites'];
    return names(...path)?.length === 0
      ? [source.findingAt(path, `${name} needs at least one site`)]
      : unknown(path, sites, (site) => `site "${site}" is not defined`);
  });
  const routes = unknown(['traffic', 'routes'], deployments, (name) => `deployment "${name}" is not defined`);
  const weights = (names('traffic', 'routes') ?? [])
    .filter((name) => deployments?.includes(name))
    .flatMap((name) =>
      unknown(
        ['traffic', 'routes', name, 'weights'],
        names('deployments', name, 'sites'),
        (site) => `${name} does not run at "${site}"`,
      ),
    );
  return [...placements, ...routes, ...weights, ...checkDrills(source, value, open, names)];
}

/** Names that stand as values, and so may come from the environment: a message has them as the file writes them. */
function checkDrills(source: Source, value: unknown, open: readonly Path[], names: Names): readonly Finding[] {
  const isSure = sureBut(open);
  const unknownAt = (path: Path, known: readonly string[] | undefined, message: (name: string) => string) => {
    const name = path.reduce(partOf, value);
    // One that has no site at all is told so where it stands.
    if (known === undefined || known.length === 0 || typeof name !== 'string') return [];
    if (known.includes(name) || !isSure(path)) return [];
    return [source.findingAt(path, message(String(path.reduce(partOf, source.value))), suggestion(name, known))];
  };
  return (names('drills') ?? []).flatMap((drill) => {
    const path = ['drills', drill, 'deployment'];
    const deployment = path.reduce(partOf, value);
    const faults = ['drills', drill, 'fault'].reduce(partOf, value);
    const sites = typeof deployment === 'string' ? names('deployments', deployment, 'sites') : undefined;
    return [
      ...unknownAt(path, names('deployments'), (name) => `deployment "${name}" is not defined`),
      ...(Array.isArray(faults) ? faults : []).flatMap((fault, index) =>
        sitePaths(fault, ['drills', drill, 'fault', index]).flatMap((at) =>
          unknownAt(at, sites, (site) => `${deployment} does not run at "${site}"`),
        ),
      ),
    ];
  });
}

/** Of one fault: its site, or its sites. */
function sitePaths(fault: unknown, path: Path): readonly Path[] {
  const sites = partOf(fault, 'sites');
  return [[...path, 'site'], ...(Array.isArray(sites) ? sites.map((_, index) => [...path, 'sites', index]) : [])];
}
