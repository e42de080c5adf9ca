/** What Tab offers: read from the command table, loading only the command that was typed. Never fails, never prints an error. */
import type { App } from './app.ts';
import type { Command, InputSpec } from './command.ts';
import { commandTable, groups } from './command-table.ts';
import { filesLine } from './completion-scripts.ts';
import { globalOptions, helpFlags, manualOption } from './global-options.ts';
import type { Candidate, Typed } from './offered-names.ts';

/** Candidates that go on from the current word, or that paths are wanted. */
export type Offer = readonly Candidate[] | 'files';

const helpSpec: InputSpec<unknown> = {
  ...{ flags: helpFlags.flags, summary: helpFlags.summary, isRequired: false, choices: undefined, fallback: false },
  parse: () => true,
};

/** `words` is what stands behind the program's name; the last one is being typed and may be empty. Prints one candidate a line. */
export async function printCandidates(words: readonly string[], app: App): Promise<number> {
  // The scripts put `--` before what was typed.
  const typed = words[0] === '--' ? words.slice(1) : words;
  const offer = await complete(typed, app).catch((): Offer => []);
  const lines =
    offer === 'files' ? [filesLine] : offer.map(({ word, summary }) => (summary === '' ? word : `${word}\t${summary}`));
  if (lines.length > 0) app.stdout.write(`${lines.join('\n')}\n`);
  return 0;
}

async function complete(words: readonly string[], app: App): Promise<Offer> {
  const current = words.at(-1) ?? '';
  const { path, rest, globals } = findCommand(words.slice(0, -1));
  if (path[0] === 'help') {
    if (current.startsWith('-')) return startingWith(current, optionWords([manualOption], new Map()));
    return startingWith(current, await helpWords(path.slice(1).concat(rest)));
  }
  const entry = commandTable.find(({ name }) => name === path.join(' '));
  const command = await entry?.load();
  const options = [...Object.values(command?.options ?? {}), ...Object.values(globalOptions), helpSpec];
  const read = readWords([...globals, ...rest], options);
  const typed: Typed = { ...read, command, app };
  if (read.waiting !== undefined) return valuesOf(read.waiting, current, '', typed);
  const [, flag, value] = /^(--[^=]+)=(.*)$/s.exec(current) ?? [];
  if (flag !== undefined && value !== undefined && !read.isOver) {
    const spec = options.find((each) => flagsOf(each).includes(flag));
    return spec === undefined || !takesValue(spec) ? [] : valuesOf(spec, value, `${flag}=`, typed);
  }
  if (current.startsWith('-') && !read.isOver) return startingWith(current, optionWords(options, read.given));
  if (command === undefined) return startingWith(current, commandWords(path));
  const offer = await argumentOffer(command, current, typed);
  // A command may hold another, which comes before whatever it takes.
  const held = read.positional.length === 0 ? startingWith(current, commandWords(path)) : [];
  return held.length === 0 || offer === 'files' ? offer : [...held, ...offer];
}

function argumentOffer(command: Command, current: string, typed: Typed): Promise<Offer> | Offer {
  const specs = Object.values(command.arguments);
  const last = specs.at(-1);
  const spec = specs[typed.positional.length] ?? (last?.flags.endsWith('...') === true ? last : undefined);
  return spec === undefined ? [] : valuesOf(spec, current, '', typed);
}

/** The words of the command, what came behind it, and global options that came before. */
function findCommand(words: readonly string[]): {
  readonly path: readonly string[];
  readonly rest: readonly string[];
  readonly globals: readonly string[];
} {
  const path: string[] = [];
  const globals: string[] = [];
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? '';
    const isWhole = isCommand(path) && !isCommand([...path, word]);
    if (isWhole || path[0] === 'help') return { path, rest: words.slice(at), globals };
    if (!word.startsWith('-')) {
      path.push(word);
      continue;
    }
    globals.push(word);
    const spec = Object.values(globalOptions).find((each) => flagsOf(each).includes(word));
    if (spec === undefined || !takesValue(spec) || at + 1 >= words.length) continue;
    at += 1;
    globals.push(words[at] ?? '');
  }
  return { path, rest: [], globals };
}

function isCommand(path: readonly string[]): boolean {
  return commandTable.some(({ name }) => name === path.join(' '));
}

interface Read {
  readonly positional: readonly string[];
  /** By an option's flags, the value given last. */
  readonly given: ReadonlyMap<string, string>;
  /** The option whose value comes next. */
  readonly waiting: InputSpec<unknown> | undefined;
  /** `--` was typed: no options any more. */
  readonly isOver: boolean;
}

function readWords(words: readonly string[], options: readonly InputSpec<unknown>[]): Read {
  const positional: string[] = [];
  const given = new Map<string, string>();
  let waiting: InputSpec<unknown> | undefined;
  let isOver = false;
  for (const word of words) {
    if (waiting !== undefined) {
      given.set(waiting.flags, word);
      waiting = undefined;
    } else if (isOver || !word.startsWith('-') || word === '-') positional.push(word);
    else if (word === '--') isOver = true;
    else {
      const [name = '', ...value] = word.split('=');
      const spec = options.find((each) => flagsOf(each).includes(name));
      if (spec === undefined) continue;
      given.set(spec.flags, value.join('='));
      if (takesValue(spec) && value.length === 0) waiting = spec;
    }
  }
  return { positional, given, waiting, isOver };
}

/** With what stands before the value in the same word; of a list, the part behind the last comma. */
async function valuesOf(spec: InputSpec<unknown>, value: string, before: string, typed: Typed): Promise<Offer> {
  const listed = spec.isList === true ? value.slice(0, value.lastIndexOf(',') + 1) : '';
  const isListed = (word: string): boolean => listed.split(',').includes(word);
  const suggests = [spec.suggests ?? []].flat();
  if (suggests.includes('file')) return 'files';
  const known =
    spec.choices === undefined
      ? await (await import('./offered-names.ts')).offeredNames(suggests, typed)
      : spec.choices.filter((word) => !isListed(word)).map((word) => ({ word, summary: '' }));
  const offered = known.map(({ word, summary }) => ({ word: `${before}${listed}${word}`, summary }));
  return startingWith(before + value, offered);
}

function startingWith(start: string, candidates: readonly Candidate[]): readonly Candidate[] {
  return candidates.filter(({ word }) => word.startsWith(start));
}

/** Long names only; what was given already is not offered again. */
function optionWords(options: readonly InputSpec<unknown>[], given: Read['given']): readonly Candidate[] {
  return options
    .filter(({ isHidden }) => isHidden !== true)
    .filter(({ flags }) => !given.has(flags))
    .flatMap((spec) => {
      const word = flagsOf(spec).find((flag) => flag.startsWith('--'));
      return word === undefined ? [] : [{ word, summary: spec.summary }];
    });
}

/** What may stand next behind these words of a command. */
function commandWords(path: readonly string[]): readonly Candidate[] {
  const before = path.map((word) => `${word} `).join('');
  const words = new Map<string, string>();
  for (const { name, summary } of commandTable.filter((entry) => entry.name.startsWith(before))) {
    const [word = '', ...more] = name.slice(before.length).split(' ');
    words.set(word, more.length === 0 ? summary : (groups[before + word] ?? words.get(word) ?? summary));
  }
  if (path.length === 0) words.set('help', 'Help on a command or a topic');
  return [...words].map(([word, summary]) => ({ word, summary }));
}

async function helpWords(path: readonly string[]): Promise<readonly Candidate[]> {
  if (path.length > 0) return commandWords(path);
  const { topics } = await import('./help-topics.ts');
  const pages = Object.keys(topics).map((word) => ({ word, summary: 'a page of its own' }));
  return [...commandWords(path).filter(({ word }) => word !== 'help'), ...pages];
}

/** `-w, --watch` → both; `--to <site>` → `--to`. */
function flagsOf({ flags }: InputSpec<unknown>): readonly string[] {
  return flags.split(/[ ,]+/).filter((part) => part.startsWith('-'));
}

function takesValue({ flags }: InputSpec<unknown>): boolean {
  return /[<[]/.test(flags);
}
