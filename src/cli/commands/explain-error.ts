import { nearest, suggestion } from '../../config/nearest.ts';
import { GodwitError } from '../../errors.ts';
import { codesOf, judge } from '../../model/error-table.ts';
import { markets } from '../../model/error-verdict.ts';
import { errorTableJson, explainedErrorJson } from '../../report/json/cloud-error.ts';
import { errorTableMd, explainedErrorMd } from '../../report/md/cloud-error.ts';
import { errorTableText, explainedErrorText } from '../../report/text/cloud-error.ts';
import { defineCommand } from '../command.ts';
import { choice, requiredText, text, wholeNumber } from '../inputs.ts';

export const explainError = defineCommand({
  name: 'explain error',
  summary: "Say what a cloud's error means: what it blocks, and what to do",
  arguments: { provider: requiredText('provider', 'whose error it is: aws, azure or gcp', 'cloud') },
  options: {
    code: text('--code <code>', "the cloud's own code; without one, the whole table is printed"),
    status: wholeNumber('--status <number>', 'the HTTP status of the answer, where there was one', 599),
    message: text('--message <text>', 'the text; looked at only for a code that has several meanings'),
    market: choice('--market <market>', 'how the machine would have been paid for', markets, 'on-demand'),
  },
  examples: [
    'godwit explain error aws --code InsufficientInstanceCapacity',
    'godwit explain error azure --code OperationNotAllowed --message TEXT',
    'godwit explain error gcp -o md    the whole table, to read or to keep',
  ],
  formats: ['table', 'wide', 'md', 'json', 'yaml'],
  async run(input, app, out) {
    const { provider } = input.arguments;
    const { code, status, message, market } = input.options;
    const { table, known } = await app.errorTable(provider);
    if (table === undefined)
      throw new GodwitError('NotFound', `there is no table of errors for "${provider}"`, {
        hint: suggestion(provider, known) ?? `known: ${known.join(', ')}`,
      });
    if (code === undefined && status === undefined && message === undefined)
      return {
        exit: 'done',
        json: { kind: 'ErrorTable', ...errorTableJson(table) },
        text: errorTableText(table, out.dataStyle, false),
        wide: errorTableText(table, out.dataStyle, true),
        md: errorTableMd(table),
      };
    const raw = { code, status, message };
    const told = { provider, raw, market, judged: judge(table, raw, market) };
    const near = told.judged.rule === undefined && code !== undefined ? nearest(code, codesOf(table)) : [];
    return {
      exit: 'done',
      json: { kind: 'ErrorExplanation', ...explainedErrorJson(told) },
      text: explainedErrorText(told, out.dataStyle),
      md: explainedErrorMd(told),
      ...(near.length === 0 ? {} : { note: `did you mean ${near.join(' or ')}?` }),
    };
  },
});
