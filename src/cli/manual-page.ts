/** The manual page in roff (man macros), from the same table as the help. */
import type { Command, InputSpec } from './command.ts';
import { commandTable, sections } from './command-table.ts';
import { exitCodes } from './exit-codes.ts';
import { globalOptions, helpFlags, manualOption, versionFlags } from './global-options.ts';
import { concepts, drillLife, environment, operationLife } from './help-topics.ts';

const about =
  'Godwit keeps inference deployments serving when a cloud fails: it starts replicas, proves them with real completions, notices when a site dies, hangs, errs or gets slow, moves the traffic, and records every step so that a crash half-way loses nothing.';

const files: readonly (readonly [string, string])[] = [
  ['godwit.yaml', 'the configuration: looked for here, then in each folder above up to the root of the repository'],
  ['.godwit/', 'beside the configuration, or where its state.dir says: journal, operations, leases'],
  ['.godwit/drills/', 'what each drill did, measured and came to: drill.json, and the reports written beside it'],
  ['.godwit/gateway/', 'the last table of the gateway, from which it serves when everything else is gone'],
  ['.godwit/gateway.log', 'what the gateway that godwit run starts has to say'],
];

/** Loads every command. Lines without the last line break; no date, so that the same version gives the same page. */
export async function manualPage(version: string): Promise<string> {
  const commands = await Promise.all(
    commandTable.map(async (entry) => ({ section: entry.section, command: await entry.load() })),
  );
  return [
    `.TH GODWIT 1 "" "godwit ${escaped(version)}" "User Commands"`,
    ...['.SH NAME', 'godwit \\- keeps inference deployments serving when a site fails'],
    ...['.SH SYNOPSIS', '.B godwit', '.I COMMAND', roffText('[arguments] [options]')],
    ...['.SH DESCRIPTION', roffText(about)],
    '.SH COMMANDS',
    ...sections.flatMap((section) => {
      const own = commands.filter((each) => each.section === section);
      return own.length === 0
        ? []
        : [`.SS ${roffText(section)}`, ...own.flatMap(({ command }) => commandLines(command))];
    }),
    ...tagged('godwit help [TOPIC]', 'Help on a command, or on: concepts, exit-codes, environment.'),
    ...['.RS', ...tagged(manualOption.flags, manualOption.summary), '.RE'],
    ...['.SH OPTIONS', 'Every command takes these.'],
    ...[...Object.values(globalOptions), helpFlags, versionFlags].flatMap((each) => tagged(each.flags, worded(each))),
    ...['.SH CONCEPTS', ...concepts.flatMap((each) => tagged(...each))],
    ...['.SS How an operation goes', ...operationLife.flatMap((each) => tagged(...each))],
    ...['.SS How a drill goes', ...drillLife.flatMap((each) => tagged(...each))],
    ...['.SH EXIT STATUS', 'The same for every command.'],
    ...Object.values(exitCodes).flatMap(({ code, meaning }) => tagged(String(code), meaning)),
    ...['.SH ENVIRONMENT', 'An option wins over the environment.'],
    ...environment.flatMap((each) => tagged(...each)),
    ...['.SH FILES', ...files.flatMap((each) => tagged(...each))],
    ...['.SH EXAMPLES', '.nf', ...commands.flatMap(({ command }) => command.examples.map(roffText)), '.fi'],
  ].join('\n');
}

function commandLines(command: Command): string[] {
  const given = Object.values(command.arguments).map(({ flags, isRequired }) =>
    isRequired ? flags.toUpperCase() : `[${flags.toUpperCase()}]`,
  );
  const options = Object.values(command.options).filter(({ isHidden }) => isHidden !== true);
  const required = options.filter(({ isRequired }) => isRequired).map(({ flags }) => flags);
  const usage = [`godwit ${command.name}`, ...given, ...required].join(' ');
  const inputs = [
    ...Object.values(command.arguments).map((each) => [each.flags.toUpperCase(), each] as const),
    ...options.map((each) => [each.flags, each] as const),
  ];
  return [
    ...tagged(usage, `${command.summary}.`),
    ...(inputs.length === 0 ? [] : ['.RS', ...inputs.flatMap(([name, each]) => tagged(name, worded(each))), '.RE']),
  ];
}

/** As the help says it: the words there are, and what holds when it is left out. */
function worded(spec: { readonly summary: string } & Partial<InputSpec<unknown>>): string {
  const { summary, choices, fallback } = spec;
  const words =
    choices === undefined || choices.every((word) => summary.includes(word)) ? '' : `: ${choices.join(', ')}`;
  const usual = fallback === undefined || typeof fallback === 'boolean' ? '' : ` (default ${String(fallback)})`;
  return summary + words + usual;
}

function tagged(name: string, what: string): string[] {
  return ['.TP', `.B ${roffText(name)}`, roffText(what)];
}

/** One input line: never a request, however it begins, and every hyphen one that can be typed. */
export function roffText(line: string): string {
  return escaped(line.replaceAll('\n', ' ')).replace(/^(?=[.']|$)/, '\\&');
}

function escaped(line: string): string {
  return line
    .replace(/[\\\-'`^~"]/g, (mark) => escapes[mark] ?? mark)
    .replace(
      /[^\x20-\x7e]/gu,
      (letter) => `\\[u${(letter.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}]`,
    );
}

const escapes: Readonly<Record<string, string>> = {
  '\\': '\\e',
  '-': '\\-',
  "'": '\\(aq',
  '`': '\\(ga',
  '^': '\\(ha',
  '~': '\\(ti',
  '"': '\\(dq',
};
