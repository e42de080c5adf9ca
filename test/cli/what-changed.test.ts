import { expect, test } from 'vitest';
import { commandTable } from '../../src/cli/command-table.ts';
import { runCommand } from '../../src/cli/run-command.ts';
import { readers } from '../../src/cli/what-changed.ts';
import { type ErrorCode, errorCodes, GodwitError } from '../../src/errors.ts';
import { whatChangedIn } from '../e2e/support/says-what-changed.ts';
import { fakeApp } from './support/fake-app.ts';

const changing = commandTable.filter(({ name }) => !readers.has(name));

test.for(changing.map(({ name }) => name))('a mistyped `%s` says that nothing was changed', async (name) => {
  const app = fakeApp();
  expect(await runCommand([...name.split(' '), '--no-such-thing'], app)).toBe(2);
  expect(app.printed.err).toMatch(/Nothing was changed\.\s+\(exit 2\)\n$/);
});

const failing = (code: ErrorCode, message: string) =>
  fakeApp({
    readConfig: async () => {
      throw new GodwitError(code, message);
    },
  });

/** Those are said with what was known where they were thrown. */
const saysItself: Partial<Record<ErrorCode, string>> = {
  LeaseHeld: 'another controller holds the lease; nothing was touched',
  OutcomeUnknown: 'asked for. It may have been carried out, or may be yet',
};

test.for(Object.keys(errorCodes) as ErrorCode[])('%s says what was and was not changed', async (code) => {
  for (const argv of [['failover', 'chat', '--yes'], ['run']]) {
    const app = failing(code, saysItself[code] ?? 'no');
    await runCommand(argv, app);
    expect(whatChangedIn(app.printed.err), app.printed.err).toHaveLength(1);
  }
});

test.for([
  { argv: ['pause', 'chat', '--for', '1h', '--reason', 'x'], changed: false, says: 'Nothing was changed.' },
  { argv: ['run'], changed: null, says: 'What is in force stays in force.  godwit status' },
  { argv: ['status'], changed: undefined, says: '' },
] as const)('a store that fails under $argv', async ({ argv, changed, says }) => {
  const text = failing('StoreFailed', 'no room');
  await runCommand(argv, text);
  expect(text.printed.err).toBe(`error: no room${says === '' ? '' : `\n${says}`}  (exit 1)\n`);
  if (argv[0] === 'run') return;
  const json = failing('StoreFailed', 'no room');
  await runCommand([...argv, '-o', 'json'], json);
  expect(JSON.parse(json.printed.out).changed).toBe(changed);
});
