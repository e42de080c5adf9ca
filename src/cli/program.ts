/** The command line's grammar: what was typed becomes a command with its parsed values, a page of help, or a usage error. */
import { Argument, Command as Commander, CommanderError, InvalidArgumentError, Option } from 'commander';
import { GodwitError } from '../errors.ts';
import type { Command, Format, Globals, Input, InputSpec } from './command.ts';
import { formats } from './command.ts';
import { type CommandEntry, commandTable, groups } from './command-table.ts';
import { formatHelp, type HelpExtras } from './help.ts';
import { InvalidInput } from './inputs.ts';

export type Parsed =
  | { readonly kind: 'help'; readonly text: string }
  | { readonly kind: 'version' }
  | { readonly kind: 'command'; readonly command: Command; readonly input: Input };

/** Reads the arguments after the program's name. Throws `UsageInvalid` with the nearest known word. */
export async function parseCommandLine(argv: readonly string[]): Promise<Parsed> {
  let parsed: Parsed | undefined;
  const help: string[] = [];
  const extras: HelpExtras = { isShort: argv.includes('-h'), loaded: new Map() };
  const root = new Commander('godwit').helpCommand(false);
  prepare(root, help, extras);
  addGlobals(root);
  loadWhenNamed(root, extras);
  for (const entry of commandTable) {
    const leaf = addLeaf(root, entry, help, extras);
    leaf.action(() => {
      parsed = { kind: 'command', ...filled(extras, leaf, root) };
    });
  }
  addHelpCommand(root, extras, help);
  try {
    await root.parseAsync([...argv], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.code === 'commander.version') return { kind: 'version' };
    if (error.exitCode !== 0) throw usageError(error, argv);
  }
  return parsed ?? { kind: 'help', text: help.join('') };
}

/** Nothing is printed and nothing exits in here; both are the caller's. */
function prepare(command: Commander, help: string[], extras: HelpExtras): void {
  command
    .exitOverride()
    .helpOption('-h, --help', 'this page; -h for the short form')
    .configureOutput({ writeOut: (text) => help.push(text), writeErr: () => undefined, outputError: () => undefined })
    .configureHelp({ formatHelp: (shown) => formatHelp(shown, extras) });
}

function addGlobals(root: Commander): void {
  root
    .version('', '-V, --version', 'print the version')
    .option('--config <file>', 'the configuration; otherwise $GODWIT_CONFIG, or godwit.yaml here or above')
    .addOption(new Option('-o, --output <format>', 'how to print').choices(formats))
    .option('-q, --quiet', 'no progress and no hints; errors still')
    .addOption(
      new Option('--color <when>', 'auto, always or never').choices(['auto', 'always', 'never']).default('auto'),
    )
    .addOption(
      new Option('--progress <how>', 'auto, live, lines or none')
        .choices(['auto', 'live', 'lines', 'none'])
        .default('auto'),
    )
    .option('--no-input', 'never ask');
}

/** `godwit help`, `godwit help failover`, `godwit help exit-codes`. */
function addHelpCommand(root: Commander, extras: HelpExtras, help: string[]): void {
  const command = root.command('help').summary('Help on a command, or on: exit-codes, environment');
  prepare(command, help, extras);
  command.argument('[topic...]').action(async (topic: string[]) => {
    const { topics } = await import('./help-topics.ts');
    const page = topics[topic.join(' ')];
    if (page !== undefined) {
      help.push(page());
      return;
    }
    const entry = commandTable.find(({ name }) => name === topic.join(' '));
    if (entry !== undefined) await load(entry, extras, commanderOf(root, topic));
    commanderOf(root, topic).outputHelp();
  });
}

function commanderOf(root: Commander, path: readonly string[]): Commander {
  let at = root;
  for (const word of path) {
    const next = at.commands.find((command) => command.name() === word);
    if (next === undefined)
      throw new GodwitError('UsageInvalid', `there is no help on "${path.join(' ')}"`, { hint: 'godwit help' });
    at = next;
  }
  return at;
}

/** The only place that loads a command: after its name is known, before its options are read. */
function loadWhenNamed(holder: Commander, extras: HelpExtras): void {
  holder.hook('preSubcommand', async (_, leaf) => {
    const entry = commandTable.find(({ name }) => name === nameOf(leaf));
    if (entry !== undefined) await load(entry, extras, leaf);
  });
}

function addLeaf(root: Commander, entry: CommandEntry, help: string[], extras: HelpExtras): Commander {
  const [first = '', second] = entry.name.split(' ');
  const holder = second === undefined ? root : groupOf(root, first, help, extras);
  const leaf = holder.command(second ?? first).summary(entry.summary);
  prepare(leaf, help, extras);
  return leaf;
}

function groupOf(root: Commander, name: string, help: string[], extras: HelpExtras): Commander {
  const known = root.commands.find((command) => command.name() === name);
  if (known !== undefined) return known;
  const group = root
    .command(name)
    .summary(groups[name] ?? '')
    .helpCommand(false);
  prepare(group, help, extras);
  loadWhenNamed(group, extras);
  return group;
}

function nameOf(command: Commander): string {
  const parent = command.parent;
  return parent === null || parent.parent === null ? command.name() : `${parent.name()} ${command.name()}`;
}

async function load(entry: CommandEntry, extras: HelpExtras, leaf: Commander): Promise<void> {
  const command = await entry.load();
  extras.loaded.set(entry.name, command);
  for (const spec of Object.values(command.arguments)) {
    const argument = new Argument(spec.isRequired ? `<${spec.flags}>` : `[${spec.flags}]`, spec.summary);
    leaf.addArgument(argument.argParser((typed: string) => parsed(spec, typed)));
  }
  for (const spec of Object.values(command.options)) leaf.addOption(toOption(spec));
}

function toOption(spec: InputSpec<unknown>): Option {
  const option = new Option(spec.flags, spec.summary).makeOptionMandatory(spec.isRequired);
  if (spec.choices !== undefined) option.choices(spec.choices);
  if (spec.fallback !== undefined && spec.fallback !== false) option.default(spec.fallback);
  return option.argParser((typed: string) => parsed(spec, typed));
}

function parsed(spec: InputSpec<unknown>, typed: string): unknown {
  try {
    return spec.parse(typed);
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    // Commander's own sentence would repeat all of it.
    if (typed.length > 200) throw new GodwitError('UsageInvalid', `${spec.flags}: ${error.message}`);
    throw new InvalidArgumentError(`${error.message}.`);
  }
}

/** Commander's values, by our names. */
function filled(extras: HelpExtras, leaf: Commander, root: Commander): { command: Command; input: Input } {
  const command = extras.loaded.get(nameOf(leaf));
  if (command === undefined) throw new GodwitError('AssertionFailed', `the command "${nameOf(leaf)}" was not loaded`);
  const options = leaf.opts();
  const input: Input = {
    arguments: Object.fromEntries(Object.keys(command.arguments).map((key, index) => [key, leaf.processedArgs[index]])),
    options: Object.fromEntries(
      Object.entries(command.options).map(([key, spec]) => [
        key,
        options[new Option(spec.flags).attributeName()] ?? spec.fallback,
      ]),
    ),
    globals: globalsOf(root, command),
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
  };
}

/** Commander's sentence without its prefix; a guess ("Did you mean …?") becomes the hint. */
function usageError(error: CommanderError, argv: readonly string[]): GodwitError {
  const [message = '', ...more] = error.message.replace(/^error: /, '').split('\n');
  const guess = /\(Did you mean (?:one of )?(.+)\?\)/i.exec(more.join(' '))?.[1];
  const known = commandTable.find(({ name }) => argv.join(' ').startsWith(name))?.name;
  const page = known === undefined ? 'godwit --help' : `godwit ${known} --help`;
  if (error.code === 'commander.help') return new GodwitError('UsageInvalid', 'a command is missing', { hint: page });
  return new GodwitError('UsageInvalid', message, {
    hint: guess === undefined ? page : `did you mean ${guess}?  ${page}`,
  });
}
