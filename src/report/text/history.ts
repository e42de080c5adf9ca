/** Operations, newest first, one line each. */
import type { Operation } from '../../model/operation.ts';
import { toneOfState, weightsText } from './operation.ts';
import { sanitize } from './sanitize.ts';
import { type Style, tint } from './style.ts';
import { type Column, table } from './table.ts';
import { iso, span } from './time.ts';

const columns: readonly Column[] = [
  { title: 'WHEN', align: 'left', maxWidth: 17 },
  { title: 'OPERATION', align: 'left', maxWidth: 12 },
  { title: 'DEPLOYMENT', align: 'left', maxWidth: 20 },
  { title: 'WHAT', align: 'left', maxWidth: 20 },
  { title: 'END', align: 'left', maxWidth: 9 },
  { title: 'TOOK', align: 'right', maxWidth: 6 },
  { title: 'TO', align: 'left', maxWidth: 60 },
];

export function historyText(operations: readonly Operation[], style: Style): string {
  const [head = '', ...lines] = table(columns, operations.map(cells), style);
  const tinted = lines.map((line, index) => {
    const state = operations[index]?.state;
    return state === undefined || state === 'done' ? line : tint(toneOfState(state), line, style);
  });
  return [head, ...tinted].join('\n');
}

function cells({ id, plan, state, openedAtMs, endedAtMs }: Operation): readonly string[] {
  const took = endedAtMs === undefined ? '-' : span(endedAtMs - openedAtMs);
  const what = `${plan.trigger} ${plan.kind}`;
  const when = `${iso(openedAtMs).slice(5, 16).replace('T', ' ')}Z`;
  return [when, id, sanitize(plan.deployment, 20), what, state, took, weightsText(plan.after)];
}
