/** A page of help: what it is for, examples first, then what it takes. Within 80 columns. */
import type { Command as Commander, Option } from 'commander';
import { padEnd, wrap } from '../report/text/width.ts';
import type { Command } from './command.ts';
import { commandTable, sections } from './command-table.ts';

export interface HelpExtras {
  /** `-h`: without examples and global options. */
  readonly isShort: boolean;
  /** Commands loaded so far, by name. */
  readonly loaded: Map<string, Command>;
}

const width = 80;
const rootExamples = [
  'godwit demo                         watch a failover on this machine',
  'godwit status                       what is served, and what is safe to do',
  'godwit switchover chat --to site-b  a planned move',
];

const moreHelp = [
  'More: `godwit help COMMAND`, `godwit COMMAND --help`, and',
  '  godwit help concepts     the words used here, and how an operation goes',
  '  godwit help exit-codes   the same for every command',
  '  godwit help environment  variables that are read',
  '  godwit help --man        all of it as a manual page, for `man -l -`',
].join('\n');

/** Same shape for the program, a group and a command. */
export function formatHelp(shown: Commander, extras: HelpExtras): string {
  const isRoot = shown.parent === null;
  const path = pathOf(shown);
  const command = extras.loaded.get(path);
  const examples = isRoot ? rootExamples : (command?.examples ?? []);
  const own = shown.options.filter((option) => !option.hidden);
  const globals = isRoot ? [] : rootOf(shown).options.filter((option) => option.attributeName() !== 'version');
  const sections = [
    isRoot ? 'Keeps inference deployments serving when a site fails.' : shown.summary(),
    extras.isShort
      ? ''
      : titled(
          'Examples',
          examples.map((line) => `  ${line}`),
        ),
    titled('Usage', [`  ${usageOf(shown, path, command)}`]),
    ...commandLists(shown, isRoot),
    titled(
      'Arguments',
      columns(shown.registeredArguments.map((each) => [each.name().toUpperCase(), each.description])),
    ),
    titled(isRoot ? 'Options, for every command' : 'Options', columns(own.map(described))),
    extras.isShort ? '' : titled('Global options', columns(globals.map((each) => describedFor(each, command)))),
    isRoot ? moreHelp : '',
  ];
  return `${sections.filter((section) => section !== '').join('\n\n')}\n`;
}

/** The program's own under their headings, in columns that line up; a group's in one list. */
function commandLists(shown: Commander, isRoot: boolean): string[] {
  const rows = shown.commands.map((each): [string, string] => [each.name(), each.summary()]);
  if (!isRoot) return [titled('Commands', columns(rows))];
  const left = leftWidth(rows);
  return sections.map((section) =>
    titled(
      section,
      columns(
        rows.filter(([name]) => sectionOf(name) === section),
        left,
      ),
    ),
  );
}

function sectionOf(name: string): string | undefined {
  const entry = commandTable.find((each) => each.name === name || each.name.startsWith(`${name} `));
  return entry?.section ?? sections.at(-1);
}

function titled(title: string, lines: readonly string[]): string {
  return lines.length === 0 ? '' : [`${title}:`, ...lines].join('\n');
}

function usageOf(shown: Commander, path: string, command: Command | undefined): string {
  if (path === '') return 'godwit COMMAND [options]';
  if (commandTable.every(({ name }) => name !== path))
    return `godwit ${path} ${path === 'help' ? '[TOPIC]' : 'COMMAND'}`;
  const given = shown.registeredArguments.map((each) =>
    each.required ? each.name().toUpperCase() : `[${each.name().toUpperCase()}]`,
  );
  const required = Object.values(command?.options ?? {}).filter((spec) => spec.isRequired);
  return ['godwit', path, ...given, ...required.map((spec) => spec.flags), '[options]'].join(' ');
}

/** A command names the formats it prints, not all there are. */
function describedFor(option: Option, command: Command | undefined): [string, string] {
  if (option.attributeName() !== 'output' || command === undefined) return described(option);
  return [option.flags, `how to print: ${command.formats.join(', ')}`];
}

function described(option: Option): [string, string] {
  const { choices, fallback } = { choices: option.argChoices, fallback: option.defaultValue };
  const words = choices === undefined || option.description.includes(choices[0] ?? '') ? '' : `: ${choices.join(', ')}`;
  const usual = fallback === undefined || typeof fallback === 'boolean' ? '' : ` (default ${String(fallback)})`;
  return [option.flags, `${option.description}${words}${usual}`];
}

function leftWidth(rows: readonly (readonly [string, string])[]): number {
  return Math.max(0, ...rows.map(([name]) => name.length)) + 4;
}

function columns(rows: readonly (readonly [string, string])[], left = leftWidth(rows)): string[] {
  return rows.flatMap(([name, text]) => {
    const [first = '', ...more] = wrap(text, width - left, 4);
    return [padEnd(`  ${name}`, left) + first, ...more.map((line) => ' '.repeat(left) + line)];
  });
}

function pathOf(command: Commander): string {
  const parent = command.parent;
  if (parent === null) return '';
  return `${pathOf(parent)} ${command.name()}`.trim();
}

function rootOf(command: Commander): Commander {
  return command.parent === null ? command : rootOf(command.parent);
}
