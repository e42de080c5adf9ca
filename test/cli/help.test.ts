import { expect, test } from 'vitest';
import { commandTable } from '../../src/cli/command-table.ts';
import { exitCodes } from '../../src/cli/exit-codes.ts';
import { parseCommandLine } from '../../src/cli/program.ts';

async function helpOf(...argv: string[]): Promise<string> {
  const parsed = await parseCommandLine(argv);
  if (parsed.kind !== 'help') throw new Error(`no help but ${parsed.kind}`);
  return parsed.text;
}

const pages = [
  ['--help'],
  ['-h'],
  ['config', '--help'],
  ['help', 'environment'],
  ...commandTable.map(({ name }) => [...name.split(' '), '--help']),
];

test.for(pages.map((argv) => [argv.join(' '), argv] as const))('%s reads as it did', async ([, argv]) => {
  const text = await helpOf(...argv);
  await expect(text).toMatchFileSnapshot(`snapshots/help-${argv.join('-').replaceAll('--', '')}.txt`);
});

test.for(pages.map((argv) => [argv.join(' '), argv] as const))('%s fits 80 columns', async ([, argv]) => {
  const text = await helpOf(...argv);
  expect(text.split('\n').filter((line) => line.length > 80)).toEqual([]);
});

test('shows examples before options', async () => {
  const text = await helpOf('failover', '--help');
  expect(text.indexOf('Examples:')).toBeGreaterThan(0);
  expect(text.indexOf('Examples:')).toBeLessThan(text.indexOf('Options:'));
});

test.for(commandTable.map(({ name }) => name))('says the same with help %s', async (name) => {
  expect(await helpOf('help', ...name.split(' '))).toBe(await helpOf(...name.split(' '), '--help'));
});

test('lists every exit code on its page', async () => {
  const page = await helpOf('help', 'exit-codes');
  for (const { code, meaning } of Object.values(exitCodes))
    expect(page).toContain(`${String(code).padStart(3)}  ${meaning}`);
});

test('does not show the hidden model server', async () => {
  expect(await helpOf('--help')).not.toContain('model-server');
});
