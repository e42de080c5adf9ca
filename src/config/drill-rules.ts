/** Rules of drills: what a rehearsal must leave standing. */
import type { PlannedFault } from '../model/drill.ts';
import { faultOf } from './drill-to-model.ts';
import { Part } from './part.ts';
import type { Rule } from './rule.ts';

/** A drill in which nothing can serve rehearses an outage: there is no move whose time it could measure. */
export const somewhereToGo: Rule = ({ source, config, tree, isSure }) =>
  new Part(tree).get('drills').entries.flatMap(([name, drill]) => {
    const deployment = config.deployments.find((each) => each.name === drill.get('deployment').text);
    if (deployment === undefined || !isSure(['drills', name], ['deployments', deployment.name, 'sites'])) return [];
    const sites = deployment.placements.map(({ site }) => site);
    // The model has them in the order of their times, which says nothing of where each is written.
    const items = drill.get('fault').items;
    const faults = items.map(faultOf);
    const [last] = faults
      .map(({ atMs }, index) => ({ atMs, index }))
      .filter(({ atMs }) => sites.length > 0 && sites.every((site) => isLost(site, faults, atMs)))
      .sort((a, b) => a.atMs - b.atMs || b.index - a.index);
    if (last === undefined) return [];
    const from = items[last.index]?.get('at').text;
    return [
      source.findingAt(
        ['drills', name, 'fault', last.index, 'site'],
        `from ${from} on every site of ${deployment.name} is black-holed: nothing would serve`,
        'leave one site, or let one fault end before the next begins',
      ),
    ];
  });

/** Whether nothing reaches the site at that time of the drill. */
function isLost(site: string, faults: readonly PlannedFault[], atMs: number): boolean {
  return faults.some(
    (each) => each.site === site && each.sharePct === 100 && each.atMs <= atMs && atMs < each.atMs + each.forMs,
  );
}

/** One site has one share at a time: of two faults that overlap there nobody could say which was in force. */
export const oneAtATime: Rule = ({ source, config, tree, isSure }) =>
  new Part(tree).get('drills').entries.flatMap(([name, drill]) => {
    if (!(config.drills ?? []).some((each) => each.name === name) || !isSure(['drills', name])) return [];
    const faults = drill.get('fault').items.map(faultOf);
    return faults.flatMap((one, index) => {
      const before = faults.findIndex((other, at) => at < index && other.site === one.site && isOverlap(one, other));
      if (before < 0) return [];
      const message = `overlaps with fault ${before + 1} at ${one.site}: only one share can be in force there`;
      return [source.findingAt(['drills', name, 'fault', index], message, 'let one end before the other begins')];
    });
  });

function isOverlap(one: PlannedFault, other: PlannedFault): boolean {
  return one.atMs < other.atMs + other.forMs && other.atMs < one.atMs + one.forMs;
}
