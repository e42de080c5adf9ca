/** A drill for people: what it would break, and what came of it. */
import type { Drill, PlannedFault } from '../../model/drill.ts';
import type { ClaimVerdict, DrillRun, PhaseTime, UndoState, Verdict } from '../../model/drill-run.ts';
import { type Comparison, type Expression, signalTable } from '../../model/expression.ts';
import { trafficFaultKinds } from '../../model/fault.ts';
import type { Weights } from '../../model/route.ts';
import { sameWeights } from '../../model/weights.ts';
import { span } from '../../model/words.ts';
import { toneOfState, weightsText } from './operation.ts';
import { sanitize } from './sanitize.ts';
import { mark, type Style, type Tone, tint } from './style.ts';
import { clockTime } from './time.ts';
import { cut, hanging } from './width.ts';

/** What is known before it begins. */
export interface DrillOutlook {
  readonly weights: Weights | undefined;
  /** Where automation would go. */
  readonly to: string | undefined;
}

/** What would be broken, for how long, and what ends it. */
export function drillPlanText(drill: Drill, { weights, to }: DrillOutlook, { width }: Style): string {
  const goesTo = to === undefined ? '' : `; it would go to ${sanitize(to, 40)}`;
  const parts: readonly (readonly [string, string])[] = [
    ...drill.faults.map((fault) => ['Breaks', faultWords(fault, weights)] as const),
    ...(drill.exit === undefined
      ? ([['Then', `automation decides as on a bad day${goesTo}`]] as const)
      : ([
          ['Leaves', `every site of ${sanitize(drill.exit.vendor, 40)}, and stays away for ${span(drill.exit.stayMs)}`],
        ] as const)),
    ...drill.hypothesis.map(({ text }) => ['Claims', sanitize(text, 100)] as const),
    [
      'Ends',
      'by itself then; soon after, should this process die; at once with Ctrl-C, when a person moves the traffic, or when more than a fifth of the requests of 10s are lost, or half of them wait for an answer',
    ],
    ...drill.abortIf.map(({ text }) => ['', `and when ${sanitize(text, 100)}`] as const),
    ...loadParts(drill),
    ['Takes', `at least ${span(leastMs(drill))}, and as long as the traffic takes to go back`],
    ['After', 'it is undone and read back, and the traffic goes back to where it was'],
  ];
  const head = `${sanitize(drill.name, 60)}: ${sanitize(drill.title ?? `a drill of ${drill.deployment}`)}`;
  return [cut(head, width), ...parts.flatMap(([word, text]) => hanging(word.padEnd(8), text, width, 6))].join('\n');
}

/** It is looked at before, broken until the last fault is over, and looked at again. */
function leastMs({ steadyState, faults, exit, recovery }: Drill): number {
  const brokenMs = Math.max(exit?.stayMs ?? 0, ...faults.map(({ atMs, forMs }) => atMs + forMs));
  return steadyState.observeMs + brokenMs + recovery.settleMs;
}

function loadParts({ load }: Drill): readonly (readonly [string, string])[] {
  switch (load.source) {
    case 'live-traffic':
      return [];
    case 'generated':
      return [['Load', `${load.requestsPerSecond} requests a second of its own, beside what users send`]];
    case 'replay':
      return [['Load', `the requests of ${sanitize(load.path, 80)}, beside what users send`]];
  }
}

/** One fault in a line. */
export function faultWords({ kind, site, sharePct, atMs, forMs, delayMs }: PlannedFault, weights?: Weights): string {
  const has = weights === undefined ? '' : `, which has ${weights[site] ?? 0}% of the traffic`;
  const when = atMs === 0 ? '' : ` after ${span(atMs)}`;
  const by = delayMs === undefined ? '' : ` by ${span(delayMs)}`;
  const isOfTraffic = trafficFaultKinds.some((each) => each === kind);
  const what = isOfTraffic ? `of ${sharePct}% of what goes to` : 'at';
  return `${kind}${by} ${what} ${sanitize(site, 40)}${has}, for ${span(forMs)}${when}`;
}

/** How each verdict looks. */
export const toneOfVerdict: Readonly<Record<Verdict, Tone>> = {
  passed: 'good',
  failed: 'bad',
  aborted: 'warn',
  interrupted: 'warn',
  'not-started': 'warn',
  inconclusive: 'unknown',
};

function undoWords(undo: UndoState, run: string): readonly [Tone, string] {
  switch (undo) {
    case 'verified':
      return ['good', 'fault undone, read back'];
    case 'unknown':
      return [
        'unknown',
        `undo not seen: what the gateway does is over in 10s; the rest: godwit drill undo ${sanitize(run, 60)}`,
      ];
    case 'not-needed':
      return ['idle', 'nothing was broken'];
  }
}

/** The verdict first, then what stands behind it. */
export function drillRunText(run: DrillRun, style: Style): string {
  const { drill, before, after, operations, faultAtMs, samples, end } = run;
  const marked = (tone: Tone, text: string): string => tint(tone, `${mark(tone, style)}${text}`, style);
  const [undoTone, undone] = undoWords(end.undo, run.id);
  const isReal = drill.kind === 'live' || drill.kind === 'canary' || drill.kind === 'provider-exit';
  const kind = drill.kind === 'live' ? '' : `  (${sanitize(drill.kind, 20)}${isReal ? '' : ': nothing was touched'})`;
  const lines = [
    `${sanitize(run.id, 60)}  ${sanitize(drill.name, 60)}  ${marked(toneOfVerdict[end.verdict], end.verdict.toUpperCase())}${kind}`,
    ...end.because.flatMap((why) => hanging('  ', sanitize(why, 400), style.width, 2)),
    `  ${marked(undoTone, undone)}`,
    ...(faultAtMs === undefined || before === undefined
      ? []
      : [`  ${returnedLine(before.weights, after?.weights, marked)}`]),
    ...end.claims.map((each) => `  ${claimLine(each, marked)}`),
    ...operations.map(({ id, plan, state, openedAtMs, endedAtMs }) => {
      const since = faultAtMs === undefined ? '' : `  ${span(Math.max(0, openedAtMs - faultAtMs))} after the fault`;
      const took = endedAtMs === undefined ? '' : `, took ${span(endedAtMs - openedAtMs)}`;
      return cut(
        `  ${marked(toneOfState(state), sanitize(`${id} ${plan.trigger} ${plan.kind} ${state}`, 100))}${since}${took}`,
        style.width + 20,
      );
    }),
    ...phaseLines(end.phases, style),
    `  ${clockTime(run.beganAtMs)} to ${clockTime(run.endedAtMs)}, ${samples.length} ${samples.length === 1 ? 'sample' : 'samples'}, config ${sanitize(run.configDigest, 200).slice(0, 12)}`,
  ];
  return lines.join('\n');
}

type Marked = (tone: Tone, text: string) => string;

function returnedLine(before: Weights, after: Weights | undefined, marked: Marked): string {
  if (after !== undefined && sameWeights(before, after))
    return marked('good', `traffic where it was: ${weightsText(before)}`);
  const is = after === undefined ? 'not seen' : weightsText(after);
  return marked('warn', `traffic was ${weightsText(before)}, is ${is}`);
}

function phaseLines(phases: readonly PhaseTime[], { width }: Style): readonly string[] {
  if (phases.length === 0) return [];
  const words = phases.map(
    ({ phase, fromMs, untilMs }) => `${phase} ${untilMs === undefined ? '?' : span(untilMs - fromMs)}`,
  );
  return hanging('  phases  ', sanitize(words.join(', '), 400), width, 10);
}

function claimLine({ claim, measured, holds }: ClaimVerdict, marked: Marked): string {
  const tone = holds === 'yes' ? 'good' : holds === 'no' ? 'bad' : 'unknown';
  const words = measured === undefined ? 'not measured' : figure(claim, measured);
  return marked(tone, `${sanitize(claim.text, 80)}: ${words}`);
}

function figure(claim: Expression, measured: number | string): string {
  const only = claim.kind === 'comparison' ? claim : undefined;
  if (typeof measured === 'string' || only === undefined) return sanitize(String(measured), 80);
  return figureOf(only, measured);
}

function figureOf({ signal }: Comparison, measured: number): string {
  if (measured === 0 && signal === 'recoveryTime') return 'nothing lost that began after the fault';
  if (measured === 0 && signal === 'lostRequests') return 'nothing lost';
  switch (signalTable[signal].measure) {
    case 'time':
      return span(measured);
    case 'share':
      return `${Number((measured * 100).toFixed(2))}%`;
    default:
      return String(measured);
  }
}
