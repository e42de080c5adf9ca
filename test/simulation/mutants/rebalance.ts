/** Faults in rebalancing: under whose turn, of which world, within which rules, and whether it comes to rest. */
import { lines, type Mutant } from './mutant.ts';

const ask = 'src/engine/rebalance/ask-in-time.ts';
const run = 'src/engine/rebalance/run-rebalance.ts';
const rules = 'src/core/placement/rules-of.ts';
const requests = 'src/core/requests.ts';

export const rebalanceMutants: readonly Mutant[] = [
  {
    name: 'rebalance-answers-for-what-it-skips',
    file: 'src/core/wish-terms.ts',
    find: "wish.overrides === undefined || wish.trigger === 'rebalance' ?",
    replace: 'wish.overrides === undefined ?',
    breaks: ['I12'],
    why: 'overrides are a matter of the wish, whoever wishes',
  },
  {
    name: 'rebalance-cuts-nothing-in-pieces',
    file: 'src/engine/rebalance/plan-rebalance.ts',
    find: 'const parts = order && withinVelocity(problem, order, isLimited);',
    replace: 'const parts = order && withinVelocity(problem, order, (name) => name === "" && isLimited(name));',
    breaks: ['I24'],
    why: 'the engine refuses what takes too much anyway; so it does at every run, for good',
  },
  {
    name: 'rebalance-under-a-drill',
    file: requests,
    find: 'if (fault === undefined && mayBeDrilled !== true) return paused;',
    replace: 'if (fault === undefined || mayBeDrilled !== true) return paused;',
    breaks: ['I13'],
    why: 'whether a drill is held was looked at when it was planned',
  },
  {
    name: 'rebalance-while-paused',
    file: requests,
    find: 'const before = isLast ? againstRebalance(view, nowMs) : [];',
    replace: "const before = isLast ? againstRebalance(view, nowMs).filter(({ code }) => code !== 'Paused') : [];",
    breaks: ['I32'],
    why: 'a request is asked for, and a pause is only for what nobody asks for',
  },
  {
    name: 'rebalance-plans-where-it-may-not',
    file: rules,
    find: 'residency.length === 0 ? undefined : residency',
    replace: 'residency.length > 0 ? undefined : residency',
    breaks: ['I19'],
    why: 'the engine checks where traffic may lie anyway',
  },
  {
    name: 'rebalance-is-undone-by-failback',
    file: 'src/engine/rebalance/site-move.ts',
    find: 'keeps: true, ',
    replace: '',
    breaks: ['I24'],
    why: 'the move is done; that the file says other weights, and failback goes by them, is forgotten',
  },
  {
    name: 'rebalance-looks-before-its-turn-is-asked',
    file: ask,
    find: lines(
      '  const busy = await loadReason(run, move);',
      '  const moved = await movedReason(run, move.deployment);',
      '  return [...moved, ...busy, ...lateReason(run, move, 0)];',
    ),
    replace: lines(
      '  const late = lateReason(run, move, 0);',
      '  return [...late, ...(await movedReason(run, move.deployment)), ...(await loadReason(run, move))];',
    ),
    breaks: ['I1'],
    why: 'a look at the store takes no time; with a slow disk the lease is over when it is back',
  },
  {
    name: 'rebalance-of-another-world',
    file: ask,
    find: 'return other === undefined\n    ? []',
    replace: 'return other === undefined || deployment !== ""\n    ? []',
    breaks: ['I7'],
    why: 'each change is checked by the engine as it is asked for; what it was planned around is not',
  },
  {
    name: 'rebalance-goes-on-after-a-failure',
    file: run,
    find: "return end.kind === 'nothing-to-do' || (end.kind === 'ended' && end.operation.state === 'done');",
    replace: "return end.kind === 'nothing-to-do' || end.kind === 'ended';",
    breaks: ['I32'],
    why: 'an operation that has ended is over',
  },
  {
    name: 'rebalance-in-whichever-market',
    file: 'src/engine/ask-start.ts',
    find: 'market === undefined || offer.market === market;',
    replace: "market === undefined || offer.market !== '';",
    breaks: ['I32', 'I24'],
    why: 'what is started is what counts; the site knows best in which market it has some',
  },
  {
    name: 'rebalance-forgets-where-replicas-stand',
    file: 'src/core/standing-after.ts',
    find: 'if (scale?.slots !== undefined) {',
    replace: 'if (scale?.slots !== undefined && scale.replicas !== scale.instead) {',
    breaks: ['I24', 'I32'],
    why: 'there are as many as the configuration says: nothing stands in its place',
  },
  {
    name: 'trim-takes-the-last-slots',
    file: 'src/core/plan/scale.ts',
    find: 'keep: replicas, ...inSlots, how, drainMs },',
    replace: 'keep: replicas, how, drainMs },',
    breaks: ['I12'],
    why: 'so many stay: the first of them',
  },
];
