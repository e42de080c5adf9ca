/** The command line's grammar: what was typed becomes a command with its parsed values, a page of help, or a usage error. */
import { Argument, Command as Commander, Option } from 'commander';
import { GodwitError } from '../errors.ts';
import type { Command, Format, Globals, Input, InputSpec } from './command.ts';
import { commandTable, groups } from './command-table.ts';
import { globalOptions, helpFlags, manualOption, versionFlags } from './global-options.ts';
import { formatHelp, type HelpExtras } from './help.ts';
import { InvalidInput } from './inputs.ts';
import { Stopped } from './stopped.ts';
import type { CommandEntry } from './table/entry.ts';

export type Parsed =
  | { readonly kind: 'help'; readonly text: string }
  | { readonly kind: 'version' }
  | { readonly kind: 'manual' }
  | { readonly kind: 'command'; readonly command: Command; readonly input: Input };

/**
 * Reads the arguments after the program's name. Throws `UsageInvalid` with the nearest known word. `onNamed` is told which
 * command it is as soon as that is known: what follows may be wrong.
 */
export async function parseCommandLine(
  argv: readonly string[],
  onNamed: (name: string) => void = () => undefined,
): Promise<Parsed> {
  let parsed: Parsed | undefined;
  const help: string[] = [];
  const extras: HelpExtras = { isShort: argv.includes('-h'), loaded: new Map() };
  const root = new Commander('godwit').helpCommand(false);
  prepare(root, help, extras);
  addGlobals(root);
  loadWhenNamed(root, extras, onNamed);
  for (const entry of commandTable) {
    const leaf = addLeaf(root, entry, { help, extras, onNamed });
    leaf.action(() => {
      parsed = { kind: 'command', ...filled(extras, leaf, root, argv) };
    });
  }
  addHelpCommand(root, extras, help, () => {
    parsed = { kind: 'manual' };
  });
  try {
    await root.parseAsync([...argv], { from: 'user' });
  } catch (error) {
    if (!(error instanceof Stopped)) throw error;
    if (error.code === 'commander.version') return { kind: 'version' };
    if (!error.isFine) throw (await import('./usage-error.ts')).usageError(error, argv);
  }
  return parsed ?? { kind: 'help', text: help.join('') };
}

/** Nothing is printed and nothing exits in here; both are the caller's. */
function prepare(command: Commander, help: string[], extras: HelpExtras): void {
  command
    .exitOverride(({ code, message, exitCode }) => {
      throw new Stopped({ code, message, isFine: exitCode === 0 }, command);
    })
    // Its guesses know no limit and no second best; ours are made in usage-error.ts.
    .showSuggestionAfterError(false)
    .helpOption(helpFlags.flags, helpFlags.summary)
    .configureOutput({ writeOut: (text) => help.push(text), writeErr: () => undefined, outputError: () => undefined })
    .configureHelp({ formatHelp: (shown) => formatHelp(shown, extras) });
}

function addGlobals(root: Commander): void {
  root.version('', versionFlags.flags, versionFlags.summary);
  for (const spec of Object.values(globalOptions)) root.addOption(toOption(spec, root));
}

/** `godwit help`, `godwit help failover`, `godwit help exit-codes`, `godwit help --man`. */
function addHelpCommand(root: Commander, extras: HelpExtras, help: string[], onManual: () => void): void {
  const command = root.command('help').summary('Help on a command, or on: concepts, exit-codes, environment');
  prepare(command, help, extras);
  command.addOption(toOption(manualOption, command));
  command
    .argument('[topic...]', 'a command, or a page of its own')
    .action(async (topic: string[], typed: { readonly man?: boolean }) => {
      if (typed.man === true) return onManual();
      const { topics } = await import('./help-topics.ts');
      const page = topics[topic.join(' ')];
      if (page !== undefined) {
        help.push(page());
        return;
      }
      const about = commanderOf(root, topic);
      if (about === undefined) throw (await import('./usage-error.ts')).noSuchTopic(topic, Object.keys(topics));
      const entry = commandTable.find(({ name }) => name === topic.join(' '));
      if (entry !== undefined) await load(entry, extras, about);
      about.outputHelp();
    });
}

function commanderOf(root: Commander, path: readonly string[]): Commander | undefined {
  let at: Commander | undefined = root;
  for (const word of path) at = at?.commands.find((command) => command.name() === word);
  return at;
}

/** The only place that loads a command: after its name is known, before its options are read. */
function loadWhenNamed(holder: Commander, extras: HelpExtras, onNamed: (name: string) => void): void {
  holder.hook('preSubcommand', async (_, leaf) => {
    const entry = commandTable.find(({ name }) => name === nameOf(leaf));
    if (entry === undefined) return;
    onNamed(entry.name);
    await load(entry, extras, leaf);
  });
}

interface Reading {
  readonly help: string[];
  readonly extras: HelpExtras;
  readonly onNamed: (name: string) => void;
}

function addLeaf(root: Commander, entry: CommandEntry, reading: Reading): Commander {
  const words = entry.name.split(' ');
  const own = words.pop() ?? '';
  const holder = words.reduce((at, word) => groupOf(at, word, reading), root);
  const leaf = holder.command(own).summary(entry.summary);
  prepare(leaf, reading.help, reading.extras);
  // A command of its own that holds another: `explain` and `explain error`.
  if (commandTable.some(({ name }) => name.startsWith(`${entry.name} `)))
    loadWhenNamed(leaf, reading.extras, reading.onNamed);
  return leaf;
}

function groupOf(holder: Commander, word: string, { help, extras, onNamed }: Reading): Commander {
  const known = holder.commands.find((command) => command.name() === word);
  if (known !== undefined) return known;
  const group = holder.command(word).helpCommand(false);
  group.summary(groups[nameOf(group)] ?? '');
  prepare(group, help, extras);
  loadWhenNamed(group, extras, onNamed);
  return group;
}

/** Its words, without the program's. */
function nameOf(command: Commander): string {
  const { parent } = command;
  return parent === null || parent.parent === null ? command.name() : `${nameOf(parent)} ${command.name()}`;
}

async function load(entry: CommandEntry, extras: HelpExtras, leaf: Commander): Promise<void> {
  const command = await entry.load();
  extras.loaded.set(entry.name, command);
  for (const spec of Object.values(command.arguments)) {
    const argument = new Argument(spec.isRequired ? `<${spec.flags}>` : `[${spec.flags}]`, spec.summary);
    if (spec.choices !== undefined) argument.choices(spec.choices);
    leaf.addArgument(argument.argParser((typed: string) => parse(spec, typed, leaf)));
  }
  for (const spec of Object.values(command.options)) leaf.addOption(toOption(spec, leaf));
}

function toOption(spec: InputSpec<unknown>, at: Commander): Option {
  const option = new Option(spec.flags, spec.summary)
    .makeOptionMandatory(spec.isRequired)
    .hideHelp(spec.isHidden ?? false);
  if (spec.choices !== undefined) option.choices(spec.choices);
  if (spec.fallback !== undefined && spec.fallback !== false && !option.negate && !Array.isArray(spec.fallback))
    option.default(spec.fallback);
  // Without a value Commander knows best: `--no-input` is false when it is typed.
  const takesValue = option.required || option.optional;
  return takesValue ? option.argParser((typed: string, before: unknown) => parse(spec, typed, at, before)) : option;
}

function parse(spec: InputSpec<unknown>, typed: string, at: Commander, before?: unknown): unknown {
  try {
    return spec.parse(typed, before);
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    const whose = spec.flags.startsWith('-')
      ? `option '${spec.flags}' argument`
      : `argument ${spec.flags.toUpperCase()}`;
    // A whole page typed by mistake would hide what is wrong with it.
    const shown = typed.length > 60 ? `${typed.slice(0, 60)}...` : typed;
    const message = `${whose} '${shown}' is invalid. ${error.message}`;
    // Not Commander's own code: it would make a new error of it, without the words there are.
    throw new Stopped({ code: 'invalid', message, isFine: false }, at, error.among);
  }
}

/** Commander's values, by our names. */
function filled(
  extras: HelpExtras,
  leaf: Commander,
  root: Commander,
  typed: readonly string[],
): { command: Command; input: Input } {
  const command = extras.loaded.get(nameOf(leaf));
  if (command === undefined) throw new GodwitError('AssertionFailed', `the command "${nameOf(leaf)}" was not loaded`);
  const options = leaf.opts();
  const input: Input = {
    arguments: Object.fromEntries(
      Object.entries(command.arguments).map(([key, spec], index) => [key, leaf.processedArgs[index] ?? spec.fallback]),
    ),
    options: Object.fromEntries(
      Object.entries(command.options).map(([key, spec]) => [
        key,
        options[new Option(spec.flags).attributeName()] ?? spec.fallback,
      ]),
    ),
    globals: globalsOf(root, command),
    typed,
  };
  return { command, input };
}

function globalsOf(root: Commander, command: Command): Globals {
  const typed = root.opts<{
    config?: string;
    output?: Format;
    quiet?: boolean;
    color: Globals['color'];
    progress: Globals['progress'];
    input: boolean;
    accessible?: boolean;
  }>();
  if (typed.output !== undefined && !command.formats.includes(typed.output)) {
    throw new GodwitError('UsageInvalid', `\`godwit ${command.name}\` does not print ${typed.output}`, {
      hint: `-o ${command.formats.join(', -o ')}`,
    });
  }
  return {
    config: typed.config,
    format: typed.output,
    isQuiet: typed.quiet === true,
    color: typed.color,
    progress: typed.progress,
    mayAsk: typed.input,
    isAccessible: typed.accessible === true,
  };
}
