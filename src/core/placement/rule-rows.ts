/** The rows by which a program keeps to a rule: one function for each kind. */
import type { PlacementLimit, PlacementProblem, Pool } from '../../model/placement-problem.ts';
import { addCover } from './cover.ts';
import type { Draft, Term } from './draft.ts';
import { headroomOf, isAbout, type Option, optionsAt, type Part, type Use } from './parts.ts';

/** The draft that rows are added to, and the columns they may count. */
export interface RuleTerms {
  readonly draft: Draft;
  readonly problem: PlacementProblem;
  readonly parts: readonly Part[];
  /** Those that are added are told here. */
  readonly uses: Use[];
}

/** Each rule stands on its own: its rows only take solutions away. */
export function addRuleRows(terms: RuleTerms, rule: PlacementLimit): void {
  const { draft, parts, problem } = terms;
  const all = parts.flatMap(({ options }) => options);
  const about = (of: { readonly deployment?: string }) => parts.filter(({ load }) => isAbout(of, load.deployment));
  switch (rule.kind) {
    case 'demand':
      // Whoever keeps the headroom serves the demand.
      if (headroomOf(problem.rules, rule.deployment) === 0) for (const each of about(rule)) serve(draft, each, 1);
      return;
    case 'headroom':
      for (const each of about(rule)) serve(draft, each, 1 + rule.ratio);
      return;
    case 'capacity':
      return draft.row({
        most: rule.units,
        terms: inPool(all, rule.pool).map(({ choice, count }) => [count, choice.units]),
      });
    case 'block':
      for (const { options } of about(rule))
        for (const { choice, count } of inPool(options, rule.pool))
          draft.row({ most: choice.today, terms: [[count, 1]] });
      return;
    case 'residency':
      for (const { options } of about(rule))
        forbid(draft, options, ({ site }) => !isAllowed(problem, site, rule.allowed));
      return;
    case 'spotOnlyFor':
      for (const { options, load } of parts)
        if (!rule.deployments.includes(load.deployment)) forbid(draft, options, ({ market }) => market === 'spot');
      return;
    case 'vendorShare':
      for (const each of about(rule)) limitVendor(terms, each, rule);
      return;
    case 'minimumSites':
      for (const each of parts) spread(terms, each, rule.sites);
      return;
    case 'survive':
      for (const each of parts) survive(terms, each, rule.loss);
      return;
    case 'spotShare':
      for (const { options } of parts) draft.row({ most: 0, terms: options.map((each) => spotTerm(each, rule.most)) });
      return;
    case 'freeze':
      for (const each of about(rule)) freeze(draft, each);
      return;
    case 'budget': {
      const paid = rule.deployment === undefined ? problem.paidUsdPerHour : 0;
      const own = about(rule).flatMap(({ options }) => options);
      return draft.row({ most: rule.usdPerHour - paid, terms: own.map(usdTerm) });
    }
    case 'costChange': {
      const today = all.reduce((sum, option) => sum + usdTerm(option)[1] * option.choice.today, 0);
      return draft.row({ most: rule.usdPerHour + today, terms: all.map(usdTerm) });
    }
    case 'trafficChange':
      for (const { moreWeight } of parts)
        draft.row({ most: 100 * rule.most, terms: [...moreWeight.values()].map((column): Term => [column, 1]) });
      return;
    case 'replicaChange':
      return limitReplicaChange(draft, all, rule.most);
  }
}

function inPool(options: readonly Option[], name: string): readonly Option[] {
  return options.filter(({ choice }) => choice.pool.name === name);
}

/** A start and a stop count one each: more + (today + more − count). */
function limitReplicaChange(draft: Draft, options: readonly Option[], most: number): void {
  const today = options.reduce((sum, { choice }) => sum + choice.today, 0);
  const terms = options.flatMap(({ count, more }): Term[] => [
    [more, 2],
    [count, -1],
  ]);
  draft.row({ most: most - today, terms });
}

function usdTerm({ count, choice }: Option): Term {
  return [count, choice.units * choice.pool.usdPerHour];
}

function spotTerm({ count, choice }: Option, most: number): Term {
  return [count, ((choice.pool.market === 'spot' ? 1 : 0) - most) * choice.ratedRps];
}

function serve(draft: Draft, { options, load, weight }: Part, factor: number): void {
  const needed = load.demandRps * factor;
  if (needed === 0) return;
  addCover(draft, options, needed);
  for (const [site, column] of weight) {
    const here = optionsAt(options, site).map(({ choice, count }): Term => [count, -choice.ratedRps]);
    draft.row({ most: 0, terms: [[column, needed / 100], ...here] });
  }
}

function isAllowed({ places }: PlacementProblem, site: string, allowed: readonly string[]): boolean {
  const place = places.find(({ name }) => name === site);
  return place?.residency.every((each) => allowed.includes(each)) === true;
}

/** No replica at all: what runs there today is stopped. */
function forbid(draft: Draft, options: readonly Option[], isForbidden: (pool: Pool) => boolean): void {
  for (const { choice, count } of options) if (isForbidden(choice.pool)) draft.row({ most: 0, terms: [[count, 1]] });
}

function limitVendor(
  { draft, problem }: RuleTerms,
  { weight }: Part,
  { vendor, most }: PlacementLimit & { kind: 'vendorShare' },
): void {
  const own = new Set(problem.places.filter((place) => place.vendor === vendor).map(({ name }) => name));
  const terms = [...weight].filter(([site]) => own.has(site)).map(([, column]): Term => [column, 1]);
  draft.row({ most: 100 * most, terms });
}

function spread({ draft, uses }: RuleTerms, { load, options, weight, block }: Part, sites: number): void {
  const used = [...weight].map(([site, column]): Term => {
    const isUsed = draft.column({ cost: 0, least: 0, most: 1, isWhole: false, block });
    const here = optionsAt(options, site).map(({ count }): Term => [count, -1]);
    draft.row({
      most: 0,
      terms: [
        [isUsed, 1],
        [column, -1],
      ],
    });
    draft.row({ most: 0, terms: [[isUsed, 1], ...here] });
    uses.push({ deployment: load.deployment, site, column: isUsed });
    return [isUsed, 1];
  });
  draft.row({ least: sites, terms: used });
}

/** Whichever is lost, the others serve the demand; no headroom on top, for as long as it takes to get more. */
function survive({ draft, problem }: RuleTerms, { options, weight, load }: Part, loss: 'site' | 'failureDomain'): void {
  if (load.demandRps === 0 || weight.size < 2) return;
  const domainsOf = (site: string): readonly string[] =>
    loss === 'site' ? [site] : (problem.places.find(({ name }) => name === site)?.failureDomains ?? []);
  for (const domain of new Set([...weight.keys()].flatMap(domainsOf))) {
    const left = options.filter(({ choice }) => !domainsOf(choice.pool.site).includes(domain));
    addCover(draft, left, load.demandRps);
  }
}

function freeze(draft: Draft, { options, weight, load }: Part): void {
  for (const { choice, count } of options) draft.row({ least: choice.today, most: choice.today, terms: [[count, 1]] });
  if (load.today === undefined) return;
  for (const [site, column] of weight) {
    const pct = load.today[site] ?? 0;
    draft.row({ least: pct, most: pct, terms: [[column, 1]] });
  }
}
