/** What a world came to, and what was done for it: two worlds that differ in what went wrong on the way should come to the same. */
import type { Weights } from '../model/route.ts';
import type { World } from './world.ts';

export interface Outcome {
  readonly weights: Weights;
  /** By site: the slots that serve. */
  readonly serving: Readonly<Record<string, readonly number[]>>;
  /**
   * What was carried out, in the order it was opened: kind, trigger, source and end. Without starts: what is missing may be
   * started at once or one after the other, and counts where it was made.
   */
  readonly operations: readonly string[];
  /** By site, over the whole time: replicas that were made, and replicas that were stopped. */
  readonly starts: Readonly<Record<string, number>>;
  readonly stops: Readonly<Record<string, number>>;
  /** All weights that the gateway had, one after the other. */
  readonly weighed: readonly Weights[];
}

export function outcomeOf({ clouds, gateway, ghost, options }: World): Outcome {
  const sites = [...clouds.values()];
  const count = (verb: 'start' | 'stop'): Readonly<Record<string, number>> =>
    Object.fromEntries(
      sites.map(({ site }) => [
        site,
        ghost.cloudEvents.filter((event) => event.verb === verb && event.site === site).length,
      ]),
    );
  return {
    weights: gateway.entry?.weights ?? {},
    serving: Object.fromEntries(
      sites.map((cloud) => [
        cloud.site,
        cloud
          .serving()
          .map(({ replica }) => replica.slot)
          .sort(),
      ]),
    ),
    operations: [...ghost.operations.values()]
      .filter(({ plan }) => plan.kind !== 'start')
      .map(({ plan: { kind, trigger, from }, state }) => `${trigger} ${kind} from ${from} ${state}`),
    starts: count('start'),
    stops: count('stop'),
    // Whoever is told something half way has gone more or less far by then.
    weighed: options.script.some(({ about }) => about !== undefined) ? [] : ghost.weighed,
  };
}

/** After these all must come out as without them: crashes, delays, lost answers, a disk that fails once. */
const alike: ReadonlySet<string> = new Set([
  ...['before', 'in-flight', 'after', 'pause', 'kill', 'hang', 'lost', 'slow', 'stale'],
  ...['full', 'unsynced'],
]);
/** After these it may come out by another way or at another site, with no more than was made without them. */
const elsewhere: ReadonlySet<string> = new Set(['auth', 'throttled', 'transient', 'shortList']);

/**
 * What is wrong with an outcome, given the one of the same world without these decisions; empty: nothing. After what else
 * may happen (sold out, a gateway that forgot, somebody who meddles) the invariants alone say what is right.
 */
export function differencesOf(without: Outcome, decisions: readonly string[], outcome: Outcome): readonly string[] {
  // Nobody starts the process at a desk again: what it did not ask for any more is not done.
  if (decisions.some((decision) => decision.includes('/desk-'))) return [];
  const kinds = decisions.map((decision) => decision.slice(decision.lastIndexOf(':') + 1));
  if (kinds.every((kind) => alike.has(kind)))
    return (Object.keys(without) as (keyof Outcome)[]).flatMap((part) => {
      const [was, is] = [JSON.stringify(without[part]), JSON.stringify(outcome[part])];
      return was === is ? [] : [`${part}: ${is} instead of ${was}`];
    });
  if (!kinds.every((kind) => alike.has(kind) || elsewhere.has(kind))) return [];
  return (['starts', 'stops'] as const).flatMap((part) => {
    const [was, is] = [sum(without[part]), sum(outcome[part])];
    return is <= was ? [] : [`${part}: ${is} instead of ${was}`];
  });
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((all, each) => all + each, 0);
}
