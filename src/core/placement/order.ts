/** Puts the changes of a plan in an order in which no state between breaks a rule: make before break. */
import type { Allocation, PlacementProblem } from '../../model/placement-problem.ts';
import type { MovePart } from '../../model/rebalance-plan.ts';
import type { Weights } from '../../model/route.ts';
import { sameWeights } from '../../model/weights.ts';
import { allocationToday } from './allocation.ts';
import { type Course, createCourse } from './course.ts';
import { formulate } from './formulate.ts';

/** Changes that are tried before an order is given up. */
const mostTries = 20_000;
/** Slices of a move of traffic, when all of it at once finds no place in the order. */
const slices = 4;

/** Undefined: there is none, or none was found in as many tries as are made. What is whole is tried first, then replica by replica. */
export function orderParts(problem: PlacementProblem, after: Allocation): readonly MovePart[] | undefined {
  const formulated = formulate(problem);
  const begin = allocationToday(problem);
  const search = (parts: readonly MovePart[]): readonly MovePart[] | undefined =>
    searchOrder(parts, createCourse(problem.choices, formulated, begin));
  const whole = partsOf(problem, begin, after);
  const found = search(whole);
  if (found !== undefined) return found;
  const fine = search(whole.flatMap(sliced));
  return fine === undefined ? undefined : joined(fine);
}

/** First what is started, then the traffic, then what is stopped: the order that is tried first. */
function partsOf({ choices, loads }: PlacementProblem, begin: Allocation, after: Allocation): readonly MovePart[] {
  const counts = choices.flatMap(({ deployment, pool: { site, market, isOwn } }, choice): MovePart[] => {
    const [before, then] = [begin.replicas[choice] ?? 0, after.replicas[choice] ?? 0];
    if (before === then) return [];
    const kind = then > before ? 'start' : 'stop';
    return [{ kind, choice, deployment, site, ...(isOwn ? {} : { market }), before, after: then }];
  });
  const moves = loads.flatMap(({ deployment }): MovePart[] => {
    const [before, then] = [begin.weights[deployment] ?? {}, after.weights[deployment] ?? {}];
    return sameWeights(before, then) ? [] : [{ kind: 'weigh', deployment, before, after: then }];
  });
  return [...counts.filter(({ kind }) => kind === 'start'), ...moves, ...counts.filter(({ kind }) => kind === 'stop')];
}

/** Replica by replica, and the traffic in slices; the slices of one part come in their order. */
function sliced(part: MovePart): readonly MovePart[] {
  if (part.kind !== 'weigh') {
    const step = part.after > part.before ? 1 : -1;
    return Array.from({ length: Math.abs(part.after - part.before) }, (_, index) => {
      const before = part.before + step * index;
      return { ...part, before, after: before + step };
    });
  }
  if (Object.keys(part.before).length === 0) return [part];
  const vectors = Array.from({ length: slices + 1 }, (_, index) => between(part, index / slices));
  return vectors.slice(1).flatMap((after, index): MovePart[] => {
    const before = vectors[index] ?? part.before;
    return sameWeights(before, after) ? [] : [{ ...part, before, after }];
  });
}

/** Integers that sum to 100: rounded sums, so that no percent is lost or invented. */
function between({ before, after }: MovePart & { kind: 'weigh' }, ratio: number): Weights {
  const sites = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  let exact = 0;
  let given = 0;
  const weights = sites.map((site) => {
    exact += (before[site] ?? 0) * (1 - ratio) + (after[site] ?? 0) * ratio;
    const weight = Math.round(exact) - given;
    given += weight;
    return [site, weight] as const;
  });
  return Object.fromEntries(weights);
}

/** Depth first, without trying what was left open in the same state before. */
function searchOrder(parts: readonly MovePart[], course: Course): readonly MovePart[] | undefined {
  const order: number[] = [];
  const done = parts.map(() => false);
  const deadEnds = new Set<string>();
  let tries = 0;
  const state = (): string => done.map(Number).join('');
  const visit = (): boolean => {
    if (order.length === parts.length) return true;
    if (deadEnds.has(state())) return false;
    for (const [index, part] of parts.entries()) {
      if (done[index] === true || isEarlierOpen(parts, done, index)) continue;
      tries += 1;
      if (tries > mostTries) return false;
      if (!course.take(part)) continue;
      done[index] = true;
      order.push(index);
      if (visit()) return true;
      order.pop();
      done[index] = false;
      course.undo(part);
    }
    deadEnds.add(state());
    return false;
  };
  return visit() ? order.flatMap((index) => parts[index] ?? []) : undefined;
}

/** A slice of the same part that comes before it is still to be done. */
function isEarlierOpen(parts: readonly MovePart[], done: readonly boolean[], index: number): boolean {
  const [part, earlier] = [parts[index], parts[index - 1]];
  return part !== undefined && earlier !== undefined && isSame(earlier, part) && done[index - 1] === false;
}

function isSame(one: MovePart, other: MovePart): boolean {
  if (one.kind === 'weigh' || other.kind === 'weigh')
    return one.kind === other.kind && one.deployment === other.deployment;
  return one.kind === other.kind && one.choice === other.choice;
}

/** Slices that came to stand one behind the other are one change. */
function joined(parts: readonly MovePart[]): readonly MovePart[] {
  const whole: MovePart[] = [];
  for (const part of parts) {
    const last = whole.at(-1);
    if (last !== undefined && isSame(last, part))
      whole[whole.length - 1] = { ...part, before: last.before } as MovePart;
    else whole.push(part);
  }
  return whole;
}
