/** A drill for people: what it would break, and what came of it. */
import type { Claim, Drill, PlannedFault } from '../../model/drill.ts';
import type { ClaimVerdict, DrillRun, UndoState, Verdict } from '../../model/drill-run.ts';
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
    ['Then', `automation decides as on a bad day${goesTo}`],
    ...drill.hypothesis.map(({ text }) => ['Claims', sanitize(text, 100)] as const),
    [
      'Ends',
      'by itself then; within 10s should this process die; at once with Ctrl-C, when a person moves the traffic, or when more than a fifth of the requests of 10s are lost',
    ],
    ['After', 'it is undone and read back, and the traffic goes back to where it was'],
  ];
  const head = `${sanitize(drill.name, 60)}: ${sanitize(drill.title ?? `a drill of ${drill.deployment}`)}`;
  return [cut(head, width), ...parts.flatMap(([word, text]) => hanging(word.padEnd(8), text, width, 6))].join('\n');
}

function faultWords({ kind, site, sharePct, atMs, forMs }: PlannedFault, weights: Weights | undefined): string {
  const has = weights === undefined ? '' : `, which has ${weights[site] ?? 0}% of the traffic`;
  const when = atMs === 0 ? '' : ` after ${span(atMs)}`;
  return `${kind} of ${sharePct}% of what goes to ${sanitize(site, 40)}${has}, for ${span(forMs)}${when}`;
}

const toneOf: Readonly<Record<Verdict, Tone>> = {
  passed: 'good',
  failed: 'bad',
  aborted: 'warn',
  'not-started': 'warn',
  inconclusive: 'unknown',
};

const undoWords: Readonly<Record<UndoState, readonly [Tone, string]>> = {
  verified: ['good', 'fault undone, read back'],
  unknown: ['unknown', 'undo not seen: it is over by itself in 10s; godwit status'],
  'not-needed': ['idle', 'nothing was broken'],
};

/** The verdict first, then what stands behind it. */
export function drillRunText(run: DrillRun, style: Style): string {
  const { drill, verdict, because, claims, undo, before, after, operations, faultAtMs } = run;
  const marked = (tone: Tone, text: string): string => tint(tone, `${mark(tone, style)}${text}`, style);
  const [undoTone, undone] = undoWords[undo];
  const isBack = before !== undefined && after !== undefined && sameWeights(before, after);
  const lines = [
    `${run.id}  ${sanitize(drill.name, 60)}  ${marked(toneOf[verdict], verdict.toUpperCase())}`,
    ...because.map((why) => cut(`  ${sanitize(why)}`, style.width)),
    `  ${marked(undoTone, undone)}`,
    ...(faultAtMs === undefined || before === undefined
      ? []
      : [
          isBack
            ? `  ${marked('good', `traffic where it was: ${weightsText(before)}`)}`
            : `  ${marked('warn', `traffic was ${weightsText(before)}, is ${after === undefined ? 'not seen' : weightsText(after)}`)}`,
        ]),
    ...claims.map((each) => `  ${claimLine(each, marked)}`),
    ...operations.map(({ id, plan, state, openedAtMs, endedAtMs }) => {
      const since = faultAtMs === undefined ? '' : `  ${span(Math.max(0, openedAtMs - faultAtMs))} after the fault`;
      const took = endedAtMs === undefined ? '' : `, took ${span(endedAtMs - openedAtMs)}`;
      return cut(
        `  ${marked(toneOfState(state), `${id} ${plan.trigger} ${plan.kind} ${state}`)}${since}${took}`,
        style.width + 20,
      );
    }),
    `  ${clockTime(run.beganAtMs)} to ${clockTime(run.endedAtMs)}, ${run.samples.length} ${run.samples.length === 1 ? 'sample' : 'samples'}, config ${run.configDigest}`,
  ];
  return lines.join('\n');
}

function claimLine({ claim, measured, holds }: ClaimVerdict, marked: (tone: Tone, text: string) => string): string {
  const tone = holds === 'yes' ? 'good' : holds === 'no' ? 'bad' : 'unknown';
  return marked(
    tone,
    `${sanitize(claim.text, 60)}: ${measured === undefined ? 'not measured' : figure(claim, measured)}`,
  );
}

function figure({ signal }: Claim, measured: number): string {
  if (measured === 0) return signal === 'recoveryTime' ? 'nothing lost that began after the fault' : 'nothing lost';
  return signal === 'recoveryTime' ? span(measured) : `${Number((measured * 100).toFixed(2))}%`;
}
