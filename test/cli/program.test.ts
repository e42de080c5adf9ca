import { expect, test } from 'vitest';
import { commandTable } from '../../src/cli/command-table.ts';
import { parseCommandLine } from '../../src/cli/program.ts';
import { nearest } from '../../src/config/nearest.ts';

async function usageErrorOf(...argv: string[]) {
  return await parseCommandLine(argv).then(
    () => undefined,
    (error: unknown) => error,
  );
}

async function commandOf(...argv: string[]) {
  const parsed = await parseCommandLine(argv);
  if (parsed.kind !== 'command') throw new Error(`no command but ${parsed.kind}`);
  return parsed;
}

test.for(commandTable.map((entry) => [entry.name, entry] as const))(
  '%s has the name and summary the table gives it',
  async ([name, entry]) => {
    const command = await entry.load();
    expect([command.name, command.summary]).toEqual([name, entry.summary]);
    expect(command.examples.length).toBeGreaterThan(0);
  },
);

test.for([
  { argv: ['statsu'], message: "unknown command 'statsu'", hint: 'did you mean status?  godwit --help' },
  { argv: ['stat'], message: "unknown command 'stat'", hint: undefined },
  {
    argv: ['config', 'validat'],
    message: "unknown command 'validat'",
    hint: 'did you mean config validate?  godwit config --help',
  },
  {
    argv: ['status', '--wach'],
    message: "unknown option '--wach'",
    hint: 'did you mean --watch?  godwit status --help',
  },
  {
    argv: ['shift', 'chat', '--form', 'site-a'],
    message: "unknown option '--form'",
    hint: /did you mean --from/,
  },
  {
    argv: ['status', '--quite'],
    message: "unknown option '--quite'",
    hint: 'did you mean --quiet or --site?  godwit status --help',
  },
  { argv: ['status', '--wat'], message: "unknown option '--wat'", hint: undefined },
  {
    argv: ['status', 'a', 'b'],
    message: "too many arguments for 'status'. Expected 1 argument but got 2: a, b.",
    hint: undefined,
  },
  {
    argv: ['stop', 'chat'],
    message: "required option '--site <site>' not specified",
    hint: 'godwit stop --help',
  },
  { argv: ['failover'], message: "missing required argument 'deployment'", hint: 'godwit failover --help' },
  {
    argv: ['failover', 'chat', '--timeout', '10'],
    message: /'10' is invalid\. write a time with its unit/,
    hint: undefined,
  },
  {
    argv: ['demo', '--fault', 'flood'],
    message: /'flood' is invalid\. allowed: kill, hang, errors, slow/,
    hint: undefined,
  },
  {
    argv: ['status', '-o', 'xml'],
    message: /'xml' is invalid\. allowed: table, wide, json, yaml, jsonl, name, md/,
    hint: 'did you mean md or yaml?  godwit --help',
  },
  { argv: ['status', '-o', 'jsn'], message: /'jsn' is invalid/, hint: 'did you mean json or jsonl?  godwit --help' },
  { argv: ['demo', '--fault', 'hnag'], message: /'hnag' is invalid/, hint: 'did you mean hang?  godwit demo --help' },
  {
    argv: ['simulate', '--faults', 'site,netwrok'],
    message: /allowed: site, network/,
    hint: 'did you mean network?  godwit simulate --help',
  },
  {
    argv: ['completion', 'bsh'],
    message: "argument SHELL 'bsh' is invalid. allowed: bash, zsh, fish",
    hint: 'did you mean bash, zsh or fish?  godwit completion --help',
  },
  {
    argv: ['validate'],
    message: "unknown command 'validate'",
    hint: 'did you mean drill validate or config validate?  godwit --help',
  },
  { argv: ['--confg', 'x', 'status'], message: "unknown option '--confg'", hint: /^did you mean --config\?/ },
  { argv: ['zz'], message: "unknown command 'zz'", hint: 'godwit --help' },
  { argv: ['-x'], message: "unknown option '-x'", hint: 'godwit --help' },
  { argv: ['gateway', '-o', 'json'], message: '`godwit gateway` does not print json', hint: '-o table' },
  { argv: [], message: 'a command is missing', hint: 'godwit --help' },
  { argv: ['config'], message: 'a command is missing', hint: 'godwit config --help' },
  { argv: ['help', 'nonsense'], message: 'there is no help on "nonsense"', hint: 'godwit help' },
  {
    argv: ['help', 'exit-code'],
    message: 'there is no help on "exit-code"',
    hint: 'did you mean exit-codes?  godwit help',
  },
])('refuses $argv', async ({ argv, message, hint }) => {
  const error = await usageErrorOf(...argv);
  expect(error).toMatchObject({
    code: 'UsageInvalid',
    message: typeof message === 'string' ? message : expect.stringMatching(message),
  });
  if (hint !== undefined)
    expect(error).toMatchObject({ hint: typeof hint === 'string' ? hint : expect.stringMatching(hint) });
});

test('names at most three, and never one that is only as short', async () => {
  const many = ['aaa1', 'aaa2', 'aaa3', 'aaa4'];
  expect(nearest('aaa', many)).toEqual(['aaa1', 'aaa2', 'aaa3']);
  expect(nearest('zz', ['op'])).toEqual([]);
  expect(nearest('oz', ['op'])).toEqual(['op']);
});

test('takes no prefix of an option or a command for the whole', async () => {
  expect(await usageErrorOf('status', '--exit')).toMatchObject({ code: 'UsageInvalid' });
  expect(await usageErrorOf('swi', 'chat', '--to', 'b')).toMatchObject({ code: 'UsageInvalid' });
});

test('gives global options the same meaning before and after the command', async () => {
  const before = await commandOf('--config', 'x.yaml', '-o', 'json', '--no-input', 'status', 'chat');
  const after = await commandOf('status', 'chat', '--config', 'x.yaml', '-o', 'json', '--no-input');
  expect({ ...after.input, typed: [] }).toEqual({ ...before.input, typed: [] });
  expect(after.input.globals).toEqual({
    config: 'x.yaml',
    format: 'json',
    isQuiet: false,
    color: 'auto',
    progress: 'auto',
    mayAsk: false,
    isAccessible: false,
  });
});

test('parses every value into its own type', async () => {
  const { input } = await commandOf('failover', 'chat', '--away-from', 'site-a', '--timeout', '1.5m', '--yes');
  expect(input.arguments).toEqual({ deployment: 'chat' });
  expect(input.options).toMatchObject({
    awayFrom: 'site-a',
    to: undefined,
    reason: undefined,
    timeout: 90_000,
    yes: true,
  });
});

test('fills in what was left out', async () => {
  const { input } = await commandOf('demo');
  expect(input.options).toEqual({ fault: 'kill', duration: undefined });
});

test('keeps an option-like word as a value', async () => {
  const { input } = await commandOf('failover', 'chat', '--reason', 'a -- b');
  expect(input.options).toMatchObject({ reason: 'a -- b' });
});

test.for([['0s'], ['-1s'], ['8d'], ['169h'], ['1e3s'], ['soon'], ['']])('%j is no duration', async ([typed = '']) => {
  expect(await usageErrorOf('failover', 'chat', `--timeout=${typed}`)).toMatchObject({ code: 'UsageInvalid' });
});
