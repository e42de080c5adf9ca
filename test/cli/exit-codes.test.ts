import { expect, test } from 'vitest';
import { exitCodes, exitOfError } from '../../src/cli/exit-codes.ts';
import { runCommand } from '../../src/cli/run-command.ts';
import { type ErrorCode, errorCodes, GodwitError } from '../../src/errors.ts';
import { fakeApp } from './support/fake-app.ts';

test('every error code has an exit, and no exit is mapped that is no error', () => {
  expect(Object.keys(exitOfError).sort()).toEqual(Object.keys(errorCodes).sort());
});

test('every exit code stands for one thing, but for terraform’s 2 with --detailed-exitcode', () => {
  const { changes, ...others } = exitCodes;
  expect(changes.code).toBe(2);
  const codes = Object.values(others).map(({ code }) => code);
  expect(new Set(codes).size).toBe(codes.length);
});

test('no code but those of signals reaches 126, where shells put their own meaning', () => {
  const others = Object.entries(exitCodes).filter(([name]) => name !== 'interrupted' && name !== 'terminated');
  expect(others.every(([, { code }]) => code < 126)).toBe(true);
});

test.for(Object.keys(errorCodes) as ErrorCode[])('%s ends a command with the exit code of the table', async (code) => {
  const app = fakeApp({
    readConfig: async () => {
      throw new GodwitError(code, 'something happened', { hint: 'do something' });
    },
  });
  const exit = exitCodes[exitOfError[code]].code;
  expect(await runCommand(['status'], app)).toBe(exit);
  expect(app.printed.err).toBe(`error: something happened\n  try  do something  (exit ${exit})\n`);
  expect(app.printed.out).toBe('');
});
