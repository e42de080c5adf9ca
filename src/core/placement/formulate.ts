/** Writes the integer program whose cheapest solution is the cheapest allocation. */
import type { Choice, Load, PlacementProblem } from '../../model/placement-problem.ts';
import { type ColumnAt, createDraft, type Draft, type Term } from './draft.ts';
import { type Formulated, type Option, optionsAt, type Part, type Use } from './parts.ts';
import { addRuleRows } from './rule-rows.ts';
import { startUsd } from './start-cost.ts';

/** Traffic stays where it is when nothing else is to be had for it, dollars per hour for one percent moved. */
export const trafficStabilityUsd = 1e-4;

/**
 * Replicas are counted by choice: machines of one kind are alike, so that nothing tells apart two solutions that only swap them. Every
 * covering row comes with its rounded forms, which hold for whole numbers alone and bring the bound near (`cover.ts`). Columns of one
 * deployment are one block.
 */
export function formulate(problem: PlacementProblem): Formulated {
  const draft = createDraft();
  const parts = problem.loads.map((load, block) => addPart(draft, problem, load, block));
  const uses: Use[] = [];
  const ruleRows = problem.rules.map((rule) => {
    const from = draft.rowCount();
    addRuleRows({ draft, problem, parts, uses }, rule);
    return [rule.name, [from, draft.rowCount()]] as const;
  });
  return { program: draft.program(), parts, uses, ruleRows: new Map(ruleRows) };
}

function addPart(draft: Draft, problem: PlacementProblem, load: Load, block: number): Part {
  const { objective } = problem;
  const options = problem.choices
    .filter(({ deployment }) => deployment === load.deployment)
    .map((choice): Option => {
      const most = mostReplicas(choice, load);
      const [cost, start] = [choice.units * choice.pool.usdPerHour, startUsd(choice, objective)];
      // Where nothing runs today, each replica is one more.
      const isNew = choice.today === 0;
      const count = draft.column({ cost: isNew ? cost + start : cost, least: 0, most, isWhole: true, block });
      const more = isNew ? count : draft.column({ cost: start, least: 0, most, isWhole: false, block });
      if (!isNew)
        draft.row({
          most: choice.today,
          terms: [
            [count, 1],
            [more, -1],
          ],
        });
      return { choice, count, more };
    });
  return { load, block, options, ...addWeights(draft, load, { options, block, rules: problem.rules }) };
}

/** None but a whole share of the traffic can be routed. */
function addWeights(
  draft: Draft,
  load: Load,
  { options, block, rules }: Pick<Part, 'options' | 'block'> & Pick<PlacementProblem, 'rules'>,
): Pick<Part, 'weight' | 'moreWeight'> {
  const weight = new Map<string, ColumnAt>();
  const moreWeight = new Map<string, ColumnAt>();
  const isDemanded =
    load.demandRps > 0 && rules.some((rule) => rule.kind === 'demand' && rule.deployment === load.deployment);
  for (const site of new Set(options.map(({ choice }) => choice.pool.site))) {
    const cost = (load.trafficUsdPerHour[site] ?? 0) / 100;
    const today = load.today?.[site] ?? 0;
    const isNew = load.today !== undefined && today === 0;
    const column = draft.column({
      ...{ cost: isNew ? cost + trafficStabilityUsd : cost, least: 0, most: 100, isWhole: true, block },
    });
    weight.set(site, column);
    // A demand of nothing needs no capacity, but nobody can answer where nothing runs.
    if (!isDemanded)
      draft.row({ most: 0, terms: [[column, 1], ...optionsAt(options, site).map(({ count }): Term => [count, -100])] });
    if (load.today === undefined) continue;
    const more = isNew
      ? column
      : draft.column({ cost: trafficStabilityUsd, least: 0, most: 100, isWhole: false, block });
    moreWeight.set(site, more);
    if (!isNew)
      draft.row({
        most: today,
        terms: [
          [column, 1],
          [more, -1],
        ],
      });
  }
  if (weight.size > 0)
    draft.row({ least: 100, most: 100, terms: [...weight.values()].map((column): Term => [column, 1]) });
  return { weight, moreWeight };
}

/** More than this nobody needs: alone they serve twice what is asked for, and no headroom is more than the demand itself. */
function mostReplicas({ ratedRps, today }: Choice, { demandRps }: Load): number {
  return Math.max(today, 1, Math.ceil((2 * demandRps) / ratedRps));
}
