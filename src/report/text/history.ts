/** Operations, newest first, one line each. */
import type { Operation } from '../../model/operation.ts';
import type { Plan } from '../../model/plan.ts';
import { span } from '../../model/words.ts';
import { stateWords, toneOfState, weightsText } from './operation.ts';
import { sanitize } from './sanitize.ts';
import { type Style, tint } from './style.ts';
import { type Column, table } from './table.ts';
import { iso } from './time.ts';

const columns: readonly Column[] = [
  { title: 'WHEN', align: 'left', maxWidth: 17 },
  { title: 'OPERATION', align: 'left', maxWidth: 12 },
  { title: 'DEPLOYMENT', align: 'left', maxWidth: 20 },
  { title: 'WHAT', align: 'left', maxWidth: 20 },
  { title: 'END', align: 'left', maxWidth: 18 },
  { title: 'TOOK', align: 'right', maxWidth: 6 },
  { title: 'TO', align: 'left', maxWidth: 60 },
];
const moreColumns: readonly Column[] = [
  { title: 'FROM', align: 'left', maxWidth: 20 },
  { title: 'STEPS', align: 'right', maxWidth: 7 },
  { title: 'BY', align: 'left', maxWidth: 24 },
  { title: 'BECAUSE', align: 'left', maxWidth: 80 },
];

/** `wide`: also from where, how far, by whom and why. */
export function historyText(operations: readonly Operation[], style: Style, how: 'usual' | 'wide' = 'usual'): string {
  const rows = operations.map((each) => (how === 'wide' ? [...cells(each), ...more(each)] : cells(each)));
  const all = how === 'wide' ? [...columns, ...moreColumns] : columns;
  const [head = '', ...lines] = table(all, rows, style);
  const tinted = lines.map((line, index) => {
    const state = operations[index]?.state;
    return state === undefined || state === 'done' ? line : tint(toneOfState(state), line, style);
  });
  return [head, ...tinted].join('\n');
}

function cells(operation: Operation): readonly string[] {
  const { id, plan, openedAtMs, endedAtMs } = operation;
  const took = endedAtMs === undefined ? '-' : span(endedAtMs - openedAtMs);
  const what = `${plan.trigger} ${plan.kind}`;
  const when = `${iso(openedAtMs).slice(5, 16).replace('T', ' ')}Z`;
  return [when, id, sanitize(plan.deployment, 20), what, stateWords(operation), took, endText(plan)];
}

function endText({ scale, after }: Plan): string {
  return scale === undefined ? weightsText(after) : `${sanitize(scale.site, 40)} at ${scale.replicas}`;
}

function more({ plan, step, by }: Operation): readonly string[] {
  const [because] = plan.because;
  const why = because === undefined ? '' : `${because.code}: ${sanitize(because.message)}`;
  const steps = `${Math.min(step, plan.steps.length)}/${plan.steps.length}`;
  return [sanitize(plan.from ?? '-', 40), steps, `${sanitize(by.name, 40)}@${sanitize(by.host, 40)}`, why];
}
