/** What a cloud's errors mean, as Markdown: the table that is published is this one, made from the code. */
import { type ErrorRule, type ErrorTable, termsOf } from '../../model/error-table.ts';
import { blocksText, classTodo, type ExplainedError, expiryText, retryText } from '../cloud-error-view.ts';
import { explainedLines } from '../text/cloud-error.ts';
import { mdOwnText, mdTable, mdText } from './text.ts';

/** A heading, the table with every rule in order, and the codes that are left out. */
export function errorTableMd({ provider, rules, summaryCodes }: ErrorTable): string {
  const head = ['code', 'when', 'class', 'blocks', 'for', 'again', 'means', 'what to do', 'source'];
  const left =
    summaryCodes.length === 0
      ? []
      : [`Left out beside others: ${summaryCodes.map((each) => mdText(each)).join(', ')}.`];
  return [`## Errors of ${mdText(provider, 60)}`, mdTable(head, rules.map(ruleCells), mdOwnText), ...left].join('\n\n');
}

/** A heading and what there is to say, a line each. */
export function explainedErrorMd(told: ExplainedError): string {
  const { rule } = told.judged;
  const source = rule === undefined ? [] : [`- **source** ${mdOwnText(`${rule.source.at} (${rule.source.checked})`)}`];
  const lines = [...explainedLines(told).map(([name, said]) => `- **${name}** ${mdText(said)}`), ...source];
  const title = `## ${mdText(told.raw.code ?? 'no code', 80)} (${mdText(told.provider, 20)}: ${told.judged.verdict.class})`;
  return [title, lines.join('\n')].join('\n\n');
}

function ruleCells(rule: ErrorRule): readonly string[] {
  const terms = termsOf(rule.class, rule);
  const said = rule.text === undefined ? '' : `its text says ${rule.text.says.source}`;
  const when = [said, rule.status === undefined ? '' : `HTTP ${rule.status}`].filter((each) => each !== '').join(', ');
  return [
    ...[rule.codes.join(', '), when, rule.class, blocksText(terms), expiryText(terms) ?? '', retryText[terms.retry]],
    ...[rule.means, rule.todo ?? classTodo[rule.class], `${rule.source.at} (${rule.source.checked})`],
  ];
}
