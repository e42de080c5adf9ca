import { expect, test } from 'vitest';
import { commandTable, sections } from '../../src/cli/command-table.ts';
import { exitCodes } from '../../src/cli/exit-codes.ts';
import { topics } from '../../src/cli/help-topics.ts';
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
  ['drill', '--help'],
  ['drill', 'finding', '--help'],
  ['help', 'environment'],
  ['help', 'concepts'],
  ['help', 'help'],
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

test.for(['model-server', '__complete'])('does not show the hidden %s', async (hidden) => {
  expect(await helpOf('--help')).not.toContain(hidden);
});

test('lists each command of the program once, under a heading of the table', async () => {
  const page = await helpOf('--help');
  for (const word of new Set(commandTable.map(({ name }) => name.split(' ')[0] ?? '')))
    expect(page.match(new RegExp(`^  ${word} `, 'gm')), word).toHaveLength(1);
  const headings = [...page.matchAll(/^([A-Z][a-z ]+):$/gm)].map((match) => match[1] ?? '');
  const known: readonly string[] = sections;
  expect(headings.filter((each) => known.includes(each))).toEqual(
    sections.filter((section) => commandTable.some((entry) => entry.section === section)),
  );
});

test('a group stands under one heading only', () => {
  const bySection = new Map<string, Set<string | undefined>>();
  for (const { name, section } of commandTable.filter((each) => each.name.includes(' '))) {
    const group = name.split(' ')[0] ?? '';
    bySection.set(group, (bySection.get(group) ?? new Set()).add(section));
  }
  for (const [group, its] of bySection) expect([...its], group).toHaveLength(1);
});

test('names every topic on the root page', async () => {
  const page = await helpOf('--help');
  for (const topic of Object.keys(topics)) expect(page).toContain(`godwit help ${topic}`);
});
