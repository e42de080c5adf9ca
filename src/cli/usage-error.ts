/** What was typed wrongly, with the nearest words there are: at most three. Loaded only when something is wrong. */
import type { Command as Commander } from 'commander';
import { nearest } from '../config/nearest.ts';
import { GodwitError } from '../errors.ts';
import { commandTable, groups } from './command-table.ts';
import type { Stopped } from './stopped.ts';

/** Commander's sentence without its prefix; the hint says what was probably meant and where to read on. */
export function usageError({ code: given, message: said, at, among }: Stopped, argv: readonly string[]): GodwitError {
  // What is called missing was often only misspelt.
  const misspelt = given === 'commander.missingMandatoryOptionValue' ? unknownIn(argv, at) : undefined;
  const code = misspelt === undefined ? given : 'commander.unknownOption';
  const message = misspelt === undefined ? said : `unknown option '${misspelt}'`;
  const page = ['godwit', ...pathOf(at), '--help'].join(' ');
  if (code === 'commander.help') return new GodwitError('UsageInvalid', 'a command is missing', { hint: page });
  const meant = among === undefined ? guessesAt(at, code, message) : nearest(among.wrong, among.known);
  return new GodwitError('UsageInvalid', message.replace(/^error: /, ''), { hint: hintOf(meant, page) });
}

/** The first word that looks like an option and is none here. */
function unknownIn(argv: readonly string[], at: Commander): string | undefined {
  const known = [at, ...parentsOf(at)].flatMap(({ options }) => options.flatMap(({ long, short }) => [long, short]));
  return argv.map((word) => word.replace(/=.*/s, '')).find((word) => /^--[a-z]/.test(word) && !known.includes(word));
}

/** Nothing to read under these words. */
export function noSuchTopic(words: readonly string[], topics: readonly string[]): GodwitError {
  const typed = words.join(' ');
  const known = [...topics, ...Object.keys(groups), ...commandTable.map(({ name }) => name)];
  const hint = hintOf(nearest(typed, known), 'godwit help');
  return new GodwitError('UsageInvalid', `there is no help on "${typed}"`, { hint });
}

/** A word that is no command is looked for among its neighbours, and among the commands of groups: `validate` is typed for `config validate`. */
function guessesAt(at: Commander, code: string, message: string): readonly string[] {
  const wrong = /'([^']+)'/.exec(message)?.[1] ?? '';
  if (code === 'commander.unknownCommand') {
    const path = pathOf(at);
    const near = nearest(
      wrong,
      at.commands.map((each) => each.name()),
    );
    if (near.length > 0 || path.length > 0) return near.map((name) => [...path, name].join(' '));
    return commandTable.map(({ name }) => name).filter((name) => name.endsWith(` ${wrong}`));
  }
  if (code !== 'commander.unknownOption' || !wrong.startsWith('--')) return [];
  const known = [at, ...parentsOf(at)].flatMap(({ options }) => options.flatMap(({ long }) => long?.slice(2) ?? []));
  return nearest(wrong.slice(2).replace(/=.*/s, ''), [...known, 'help']).map((name) => `--${name}`);
}

/** `did you mean a, b or c?  godwit --help` */
function hintOf(meant: readonly string[], page: string): string {
  if (meant.length === 0) return page;
  const [last, ...first] = [...meant].reverse();
  const words = first.length === 0 ? last : `${first.reverse().join(', ')} or ${last}`;
  return `did you mean ${words}?  ${page}`;
}

function pathOf(at: Commander): readonly string[] {
  return at.parent === null ? [] : [...pathOf(at.parent), at.name()];
}

function parentsOf(at: Commander): readonly Commander[] {
  return at.parent === null ? [] : [at.parent, ...parentsOf(at.parent)];
}
