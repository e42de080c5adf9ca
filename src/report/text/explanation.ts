/** The record of an operation, or of a moment in which nothing was done, for people. */
import { reasonsOf } from '../../model/decision.ts';
import type { Diagnosis, SiteDiagnosis } from '../../model/diagnosis.ts';
import type { Explanation, RecordedDecision, StepAccount } from '../../model/explanation.ts';
import { age, span } from '../../model/words.ts';
import { attemptLines } from './blocks.ts';
import { drainedLines } from './drained.ts';
import { siteReasons } from './hunt-plan.ts';
import { actorText, operationText } from './operation.ts';
import type { CodePage } from './pages/page.ts';
import { reasonLines } from './reason.ts';
import { sanitize } from './sanitize.ts';
import { mark, type Style, type Tone, tint } from './style.ts';
import { clockTime } from './time.ts';
import { cut, padEnd, widthOf, wrap } from './width.ts';

/** More rows than this of one kind are counted, not shown. */
const mostLines = 20;

/** What it was, what was seen when it was decided, and what became of each step. */
export function explanationText({ operation, decided, steps, drains, takenUpBy }: Explanation, style: Style): string {
  return [
    operationText(operation, style),
    ...takenUpBy.map((actor) => cut(`  taken up by ${actorText(actor)}`, style.width)),
    ...decidedLines(decided, style),
    ...wayLines(operation, style),
    'Steps',
    ...limited(steps.map((step) => stepLines(step, { style, width: stepWidth(steps) }))),
    ...steps.flatMap(({ name, attempts = [] }) =>
      attempts.length === 0
        ? []
        : [cut(`  ${sanitize(name, 40)}, what could not be had`, style.width), ...attemptLines(attempts, style)],
    ),
    ...drains.flatMap((list) => drainedLines(list, style)),
  ].join('\n');
}

function decidedLines(decided: RecordedDecision | undefined, style: Style): readonly string[] {
  if (decided === undefined) return ['Seen then   the journal does not hold the decision behind it'];
  return [`Seen then   ${clockTime(decided.atMs)}`, ...siteLines(decided.decision.diagnosis, decided.atMs, style)];
}

/** Of a start: sites that were not asked, or only after all others, because of what was known of them. */
function wayLines({ plan, openedAtMs }: Explanation['operation'], style: Style): readonly string[] {
  const known = siteReasons(plan);
  return known.length === 0 ? [] : ['Stood in the way', ...reasonLines(known, openedAtMs, style)];
}

/** Why nothing was done at a moment; `askedMs` is that moment. */
export function whyNotText(deployment: string, told: RecordedDecision, askedMs: number, style: Style): string {
  const { decision, atMs, seq } = told;
  const name = sanitize(deployment, 60);
  const ago = `${age(Math.max(0, askedMs - atMs))} before ${clockTime(askedMs)}`;
  const since = seq === undefined ? `seen at ${clockTime(atMs)}, ${ago}` : `said first at ${clockTime(atMs)}, ${ago}`;
  if (decision.kind === 'act') {
    const { kind, from } = decision.action;
    const away = from === undefined ? '' : ` ${kind === 'scale' ? 'at' : 'away from'} ${sanitize(from, 40)}`;
    return [
      cut(`${name}: it DID act: ${decision.action.trigger} ${kind}${away}, decided at ${clockTime(atMs)}`, style.width),
      'What became of it:  godwit history',
    ].join('\n');
  }
  const reasons = reasonsOf(decision);
  const head = headOf(decision);
  const against = reasons.length === 0 ? [calmLine(decision.diagnosis, style)] : reasonLines(reasons, askedMs, style);
  const codes = [...new Set(reasons.map(({ code }) => code))].slice(0, 3);
  return [
    `${name} ${head} (${since})`,
    ...against.map((line) => cut(line, style.width)),
    'Seen then',
    ...siteLines(decision.diagnosis, atMs, style),
    ...codes.map((code) => `More  godwit explain ${code}`),
  ].join('\n');
}

/** Where no rule had to stand in the way. A site that fails just now is healthy until it has failed for long enough. */
function calmLine({ code, message }: Diagnosis, style: Style): string {
  const [tone, words] =
    code === 'Healthy' ? (['good', 'no site counted as bad'] as const) : (['warn', 'not enough to act on'] as const);
  return `  ${tint(tone, mark(tone, style), style)}${words}: ${sanitize(message)}`;
}

function headOf(decision: Exclude<RecordedDecision['decision'], { kind: 'act' }>): string {
  if (decision.kind === 'steer') return `went on with ${decision.steering.operationId} (${decision.steering.order})`;
  return decision.kind === 'advise' ? 'advised a move and left it to a person' : 'did not act';
}

function siteLines({ sites }: Diagnosis, atMs: number, style: Style): readonly string[] {
  const width = Math.max(0, ...sites.map(({ site }) => Math.min(site.length, 24)));
  return limited(
    sites.map((site) => {
      const tone = toneOf(site);
      // Only what is wrong has a beginning.
      const isWrong = tone === 'bad' || tone === 'warn';
      const since = isWrong ? ` since ${clockTime(site.sinceMs)} (${age(Math.max(0, atMs - site.sinceMs))})` : '';
      const name = padEnd(sanitize(site.site, 24), width);
      return row(tone, name, `${site.code}${since}: ${sanitize(site.message)}`, style);
    }),
  );
}

function toneOf({ code, actionable }: SiteDiagnosis): Tone {
  if (code === 'Healthy') return 'good';
  if (code === 'SiteEmpty' || code === 'Starting') return 'idle';
  return actionable ? 'bad' : 'warn';
}

const stepTones: Readonly<Record<StepAccount['state'], Tone>> = {
  found: 'good',
  reached: 'good',
  waiting: 'idle',
  intended: 'busy',
  refused: 'bad',
  failed: 'bad',
  unknown: 'unknown',
};
const stepWords: Readonly<Record<StepAccount['state'], string>> = {
  found: 'stood already',
  reached: 'reached',
  waiting: 'not begun',
  intended: 'begun',
  refused: 'refused',
  failed: 'failed',
  unknown: 'unknown: a reply was lost',
};

/** Of the column of names: as wide as the widest of them. */
function stepWidth(steps: readonly StepAccount[]): number {
  return Math.max(24, ...steps.map(({ name }) => widthOf(sanitize(name, 40))));
}

function stepLines(
  step: StepAccount,
  { style, width }: { readonly style: Style; readonly width: number },
): readonly string[] {
  const tone = stepTones[step.state];
  const took =
    step.beganAtMs === undefined || step.endedAtMs === undefined ? '' : ` in ${span(step.endedAtMs - step.beganAtMs)}`;
  const why =
    step.error !== undefined
      ? `: ${sanitize(step.error.code, 60)}: ${sanitize(step.error.message, mostReasonLetters)}`
      : step.detail === undefined
        ? ''
        : `: ${sanitize(step.detail)}`;
  return row(tone, padEnd(sanitize(step.name, 40), width), `${stepWords[step.state]}${took}${why}`, style);
}

/** A reason that goes on: what a provider said is the part that nobody can guess. */
const [mostReasonLines, mostReasonLetters] = [20, 1000];

/** A mark, a name in its column, and the text beside it, wrapped under itself. */
function row(tone: Tone, name: string, text: string, style: Style): readonly string[] {
  const indent = widthOf(`  ${mark(tone, style)}${name}  `);
  const [first = '', ...more] = wrap(text, style.width - indent, mostReasonLines);
  const sign = `  ${tint(tone, mark(tone, style), style)}${name}  `;
  return [`${sign}${first}`, ...more.map((line) => `${' '.repeat(indent)}${line}`)];
}

function limited(rows: readonly (readonly string[])[]): readonly string[] {
  const more = rows.length - mostLines;
  return [...rows.slice(0, mostLines).flat(), ...(more > 0 ? [`  and ${more} more`] : [])];
}

/** The page of one code. */
export function codePageText(code: string, page: CodePage, style: Style): string {
  const width = Math.min(style.width, 80);
  return [
    `${code}  (${page.about})`,
    ...wrap(page.means, width - 2, mostLines).map((line) => `  ${line}`),
    ...todo(page, width),
  ].join('\n');
}

function todo({ todo: text }: CodePage, width: number): readonly string[] {
  const [first = '', ...more] = wrap(text, width - 8, mostLines);
  return [`  do    ${first}`, ...more.map((line) => `        ${line}`)];
}
