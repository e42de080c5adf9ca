/** How a run of a drill is said, in every format alike. Texts of a record are left as they are: each format makes them harmless. */
import type { Drill, DrillKind, LoadPlan, PlannedFault } from '../model/drill.ts';
import type { ClaimVerdict, DrillRun, Footing, RecoveryPhase, UndoState, Verdict } from '../model/drill-run.ts';
import type { Comparison, Expression } from '../model/expression.ts';
import { signalTable } from '../model/expression.ts';
import type { Actor } from '../model/operation.ts';
import type { Answer } from '../model/outcome.ts';
import type { Weights } from '../model/route.ts';
import { sameWeights } from '../model/weights.ts';
import { span } from '../model/words.ts';

/** At the beginning of a sentence. */
export const verdictWord: Readonly<Record<Verdict, string>> = {
  passed: 'Passed',
  failed: 'Failed',
  aborted: 'Aborted',
  interrupted: 'Interrupted',
  'not-started': 'Not started',
  inconclusive: 'Inconclusive',
};

/** One sentence: `Failed: 1 of 3 objectives was not met.` */
export function verdictSentence(run: Pick<DrillRun, 'end' | 'drill'>): string {
  return `${verdictWord[run.end.verdict]}: ${verdictMeans(run)}.`;
}

/** What the verdict says, without the word itself. */
export function verdictMeans({ end, drill }: Pick<DrillRun, 'end' | 'drill'>): string {
  const missed = end.claims.filter(({ holds }) => holds === 'no').length;
  return meansOf(end.verdict, drill.hypothesis.length, missed);
}

function meansOf(verdict: Verdict, all: number, missed: number): string {
  switch (verdict) {
    case 'passed':
      return all === 1 ? 'its one objective was met' : `all ${all} objectives were met`;
    case 'failed':
      return `${missed} of ${all} ${all === 1 ? 'objective' : 'objectives'} ${missed === 1 ? 'was' : 'were'} not met`;
    case 'aborted':
      return 'it was ended before its time, and nothing is claimed of it';
    case 'interrupted':
      return 'whoever ran it died, and nothing is claimed of it';
    case 'not-started':
      return 'what must hold before anything is broken did not, and nothing was broken';
    case 'inconclusive':
      return 'not everything that its objectives need was measured';
  }
}

/** What must be said on the first page of a drill that broke nothing real. */
export const kindNotice: Readonly<Partial<Record<DrillKind, readonly [word: string, sentence: string]>>> = {
  simulation: [
    'SIMULATED',
    'Everything in this report happened in a simulator. No real site, replica or request was touched.',
  ],
  tabletop: [
    'TABLETOP',
    'People talked this drill through over what automation would do. Nothing was broken and nothing was moved.',
  ],
};

/** One line of the table of objectives. */
export interface Objective {
  readonly text: string;
  readonly measured: string;
  readonly isMet: Answer;
  /** `yes`, `no`, `not known` or `not judged`. */
  readonly met: string;
}

/** Every claim of the hypothesis, also where the run ended before any could be judged. */
export function objectivesOf({ drill, end }: Pick<DrillRun, 'drill' | 'end'>): readonly Objective[] {
  if (end.claims.length === 0)
    return drill.hypothesis.map(({ text }) => ({ text, measured: notMeasured, isMet: 'unknown', met: 'not judged' }));
  return end.claims.map((each) => ({
    text: each.claim.text,
    measured: measuredText(each),
    isMet: each.holds,
    met: answerWord[each.holds],
  }));
}

/** What stands where a record has no value. */
export const notMeasured = 'not measured';

/** Whether something is so, for people. */
export const answerWord: Readonly<Record<Answer, string>> = { yes: 'yes', no: 'no', unknown: 'not known' };

/** In the unit of its signal. */
export function measuredText({ claim, measured, holds }: ClaimVerdict): string {
  if (measured === undefined) return holds === 'unknown' ? notMeasured : 'no single value';
  const said = valueText(claim, measured);
  return holds === 'unknown' ? `${said} was seen, but not all of it` : said;
}

function valueText(claim: Expression, measured: number | string): string {
  const measures = new Set(comparisonsIn(claim).map(({ signal }) => signalTable[signal].measure));
  const [measure, other] = [...measures];
  if (typeof measured === 'string') return measured;
  if (measure === undefined || other !== undefined) return String(measured);
  if (measure === 'time') return claim.kind === 'comparison' ? timeText(claim, measured) : span(measured);
  return measure === 'share' ? percent(measured) : String(measured);
}

function timeText({ signal }: Comparison, measured: number): string {
  return signal === 'recoveryTime' && measured === 0
    ? '0s: nothing was lost that began after the fault'
    : span(measured);
}

/** A share as `2.5%`. */
export function percent(share: number): string {
  return `${Number((share * 100).toFixed(share > 0 && share < 0.001 ? 4 : 2))}%`;
}

/** All that it compares, however deep. */
export function comparisonsIn(expression: Expression): readonly Comparison[] {
  switch (expression.kind) {
    case 'comparison':
      return [expression];
    case 'condition':
      return [];
    case 'all':
    case 'any':
      return expression.of.flatMap(comparisonsIn);
  }
}

/** What became of what was broken. */
export const undoWords: Readonly<Record<UndoState, string>> = {
  verified: 'undone, and read back where it was done',
  unknown: 'not known: nobody read back that it is undone',
  'not-needed': 'not needed: nothing was broken',
};

/** Whether all is as it was, without a word on the verdict. */
export function restoredText({ before, after, faultAtMs }: Pick<DrillRun, 'before' | 'after' | 'faultAtMs'>): string {
  if (before === undefined || after === undefined)
    return faultAtMs === undefined ? 'nothing was broken' : 'not known: it was not recorded both before and after';
  const isSame = [sameWeights(before.weights, after.weights), replicasText(before) === replicasText(after)];
  if (isSame[0] && isSame[1]) return 'the same before and after';
  const other = [...(isSame[0] ? [] : ['weights']), ...(isSame[1] ? [] : ['replicas'])].join(' and ');
  return `not the same: other ${other} than before`;
}

/** `oslo: 2 running, 1 stopped; paris: 1 running`. */
export function replicasText({ replicas }: Footing): string {
  const sites = [...new Set(replicas.map(({ site }) => site))];
  const of = (site: string): string => {
    const slots = (state: 'running' | 'stopped'): readonly number[] =>
      replicas.filter((each) => each.site === site && each.is === state).map(({ slot }) => slot);
    const said = (['running', 'stopped'] as const).flatMap((state) =>
      slots(state).length === 0
        ? []
        : [`${state} in ${slots(state).length === 1 ? 'slot' : 'slots'} ${slots(state).join(', ')}`],
    );
    return `${site}: ${said.join('; ')}`;
  };
  return sites.length === 0 ? 'no replicas' : sites.map(of).join(' · ');
}

/** Every site, also those without weight. */
export function allWeightsText(weights: Weights): string {
  return Object.entries(weights)
    .map(([site, weight]) => `${site} ${weight}%`)
    .join(', ');
}

/** What is broken: kind, where, how much of it, when and for how long. */
export function faultText({ kind, site, sharePct, atMs, forMs, delayMs, exec }: PlannedFault): string {
  const share = sharePct === 100 ? '' : `, ${sharePct}% of its requests`;
  const delay = delayMs === undefined ? '' : `, ${span(delayMs)} later`;
  const when = atMs === 0 ? '' : `, ${span(atMs)} after the first`;
  const program = exec === undefined ? '' : `: ${exec.run.join(' ')} (undone by ${exec.undo.join(' ')})`;
  return `${kind} at ${site}${share}${delay}, for ${span(forMs)}${when}${program}`;
}

/** What is done to the world, a line each; a provider that is left, too. */
export function faultTexts({ faults, exit }: Drill): readonly string[] {
  const left =
    exit === undefined
      ? []
      : [`every site of ${exit.vendor} is left, and stays without traffic for ${span(exit.stayMs)}`];
  return [...faults.map(faultText), ...left];
}

/** Who asked meanwhile. */
export function loadText(load: LoadPlan): string {
  switch (load.source) {
    case 'live-traffic':
      return 'what its users sent; nothing was added';
    case 'generated':
      return `generated: ${load.requestsPerSecond} requests a second, ${percent(load.streamShare)} of them streams`;
    case 'replay':
      return `replayed from ${load.path}`;
  }
}

/** `ana@desk`, and whether it was a program. */
export function whoText({ kind, name, host }: Actor): string {
  return `${kind === 'controller' ? 'controller ' : ''}${name}@${host}`;
}

/** What each part of a recovery is, for whoever reads of it for the first time. */
export const phaseMeans: Readonly<Record<RecoveryPhase, string>> = {
  detect: 'until automation had a diagnosis it may act on',
  decide: 'until it opened an operation',
  reserve: 'until the replicas it needs were there',
  wake: 'until they were proven by completions',
  shift: 'until the last weights were in force',
  converge: 'until the real split followed them',
  stable: 'until no request was lost any more',
};
