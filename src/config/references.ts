/** Names that must name something. */
import type { Path, Source } from './document.ts';
import type { Finding } from './finding.ts';
import { partOf } from './keep-shape.ts';
import { suggestion } from './nearest.ts';

/** Judged on the names as written, whatever else is wrong with the value; what is no map is the shape's to say. */
export function checkReferences(source: Source, value: unknown): readonly Finding[] {
  const names = (...path: Path): readonly string[] | undefined => {
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
  return [...placements, ...routes, ...weights];
}
