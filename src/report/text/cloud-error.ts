/** What a cloud's errors mean, for people. */
import { type ErrorTable, termsOf } from '../../model/error-table.ts';
import { span } from '../../model/words.ts';
import { blocksText, classMeans, classTodo, type ExplainedError, expiryText, retryText } from '../cloud-error-view.ts';
import { sanitize } from './sanitize.ts';
import type { Style } from './style.ts';
import { type Column, table } from './table.ts';
import { hanging } from './width.ts';

/** More lines than this of one kind are cut. */
const mostLines = 8;

/** One error: what it means, what it blocks and for how long, what to do, and where that was read. */
export function explainedErrorText(told: ExplainedError, style: Style): string {
  const width = Math.min(style.width, 100);
  const { rule, verdict } = told.judged;
  return [
    `${sanitize(told.raw.code ?? 'no code', 80)}  (${sanitize(told.provider, 20)}: ${verdict.class})`,
    ...explainedLines(told).flatMap(([name, said]) => hanging(`  ${name.padEnd(9)}`, said, width, mostLines)),
    // Whole, however long: it is there to be opened.
    ...(rule === undefined ? [] : [`  source   ${rule.source.at}`, `           checked ${rule.source.checked}`]),
  ].join('\n');
}

/** Each with its name, in the order of the page; without the source. */
export function explainedLines({ judged }: ExplainedError): readonly (readonly [name: string, said: string])[] {
  const { verdict, rule } = judged;
  const lasts = expiryText(termsOf(verdict.class, rule ?? {}));
  const wait = verdict.retryAfterMs === undefined ? '' : `, not before ${span(verdict.retryAfterMs)}`;
  return [
    ['means', rule?.means ?? classMeans[verdict.class]],
    ['blocks', blocksText(verdict)],
    ...(lasts === undefined ? [] : [['for', lasts] as const]),
    ['again', `${retryText[verdict.retry]}${wait}`],
    ['do', rule?.todo ?? classTodo[verdict.class]],
    ...(rule === undefined ? [['because', sanitize(verdict.because, 200)] as const] : []),
  ];
}

const columns: readonly Column[] = [
  { title: 'CLASS', align: 'left', maxWidth: 9 },
  { title: 'BLOCKS', align: 'left', maxWidth: 7 },
  { title: 'FOR', align: 'left', maxWidth: 7 },
  { title: 'WHEN', align: 'left', maxWidth: 8 },
  { title: 'CODE', align: 'left', maxWidth: 60 },
];
const means: Column = { title: 'MEANS', align: 'left', maxWidth: 90 };

/** Every code of a cloud, one line each, in the order they are looked at. Within `style.width`; wide: with what it means. */
export function errorTableText({ rules }: ErrorTable, style: Style, isWide: boolean): string {
  const rows = rules.flatMap((rule) => {
    const { scope, expiry } = termsOf(rule.class, rule);
    const when = rule.text === undefined ? (rule.status === undefined ? '' : `HTTP ${rule.status}`) : 'by text';
    const first = expiry === 'until-changed' ? '' : (expiryText({ expiry }) ?? '');
    const told = [rule.class, scope, first.replace(', for spot ', '/'), when];
    return rule.codes.map((code) => [...told, code, ...(isWide ? [rule.means] : [])]);
  });
  return table(isWide ? [...columns, means] : columns, rows, style).join('\n');
}
