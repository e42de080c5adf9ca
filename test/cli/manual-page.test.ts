import { expect, test } from 'vitest';
import { commandTable, sections } from '../../src/cli/command-table.ts';
import { exitCodes } from '../../src/cli/exit-codes.ts';
import { globalOptions } from '../../src/cli/global-options.ts';
import { environment } from '../../src/cli/help-topics.ts';
import { manualPage, roffText } from '../../src/cli/manual-page.ts';
import { runCommand } from '../../src/cli/run-command.ts';
import { fakeApp } from './support/fake-app.ts';

const lines = (await manualPage('1.2.3')).split('\n');

test.for(commandTable.map((entry) => [entry.name, entry] as const))(
  'holds %s and all it takes',
  async ([name, entry]) => {
    const command = await entry.load();
    const begin = lines.findIndex((line) =>
      new RegExp(`^\\.B godwit ${name.replaceAll('-', '\\\\-')}( |$)`).test(line),
    );
    expect(begin).toBeGreaterThan(0);
    expect(lines[begin + 1]).toBe(roffText(`${entry.summary}.`));
    const inputs = [...Object.values(command.arguments), ...Object.values(command.options)];
    const shown = inputs.filter(({ isHidden }) => isHidden !== true);
    const names = shown.map(({ flags }) => `.B ${roffText(flags.startsWith('-') ? flags : flags.toUpperCase())}`);
    expect(names.filter((each) => !lines.slice(begin).includes(each))).toEqual([]);
  },
);

test('holds every global option, exit code, variable and section', () => {
  const expected = [
    ...Object.values(globalOptions).map(({ flags }) => flags),
    ...Object.values(exitCodes).map(({ code }) => String(code)),
    ...environment.map(([name]) => name),
    'godwit.yaml',
  ];
  expect(expected.filter((each) => !lines.includes(`.B ${roffText(each)}`))).toEqual([]);
  const used = sections.filter((section) => commandTable.some((entry) => entry.section === section));
  expect(used.filter((section) => !lines.includes(`.SS ${section}`))).toEqual([]);
});

test('is the same page for the same version', async () => {
  expect(await manualPage('1.2.3')).toBe(lines.join('\n'));
  expect(lines[0]).toBe('.TH GODWIT 1 "" "godwit 1.2.3" "User Commands"');
});

test.for([
  ['-w, --watch', '\\-w, \\-\\-watch'],
  ['.git is no request', '\\&.git is no request'],
  ["'br is none either", '\\(aqbr is none either'],
  ['back\\slash', 'back\\eslash'],
  ['`~^"', '\\(ga\\(ti\\(ha\\(dq'],
  ['driver’s', 'driver\\[u2019]s'],
  ['two\nlines', 'two lines'],
  ['', '\\&'],
])('writes %j so that roff reads it as text', ([plain, roff]) => {
  expect(roffText(plain ?? '')).toBe(roff);
});

test('is printed by help --man, and by nothing else of help', async () => {
  const app = fakeApp();
  expect(await runCommand(['help', '--man'], app)).toBe(0);
  expect(app.printed.out).toBe(`${lines.join('\n')}\n`);
  const other = fakeApp();
  await runCommand(['help'], other);
  expect(other.printed.out).not.toContain('.TH');
});
