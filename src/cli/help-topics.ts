/** Pages of `godwit help` that belong to no single command. */
import { exitCodes } from './exit-codes.ts';

/** By the word typed. */
export const topics: Readonly<Record<string, () => string>> = {
  'exit-codes': exitCodePage,
  environment: environmentPage,
};

function exitCodePage(): string {
  const rows = Object.values(exitCodes).map(({ code, meaning }) => `  ${String(code).padStart(3)}  ${meaning}`);
  return ['Exit codes, the same for every command:', ...rows, ''].join('\n');
}

function environmentPage(): string {
  return [
    'Environment:',
    '  GODWIT_CONFIG  the configuration file, when --config does not name one',
    '  GODWIT_ACCESSIBLE  1: as --accessible, for screen readers',
    '  NO_COLOR       anything: no colour\n  FORCE_COLOR    colour, also into a pipe',
    '  CI, TERM=dumb  no redrawing, no questions',
    '  LANG, LC_ALL   when they do not say UTF-8: ASCII only',
    'A flag wins over the environment.',
    '',
  ].join('\n');
}
