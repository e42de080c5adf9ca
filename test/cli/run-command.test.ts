import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { runCommand } from '../../src/cli/run-command.ts';
import { GodwitError } from '../../src/errors.ts';
import { fakeApp } from './support/fake-app.ts';

const failing = (error: unknown) =>
  fakeApp({
    readConfig: async () => {
      throw error;
    },
  });

test('prints an error as a document too when JSON was asked for', async () => {
  const app = failing(new GodwitError('LeaseHeld', 'busy', { hint: 'wait', details: { holder: 'cron@node-4' } }));
  expect(await runCommand(['status', '-o', 'json'], app)).toBe(75);
  expect(JSON.parse(app.printed.out)).toEqual({
    apiVersion: 'godwit/v1',
    kind: 'Error',
    code: 'LeaseHeld',
    blame: 'conflict',
    message: 'busy',
    hint: 'wait',
    details: { holder: 'cron@node-4' },
    exit: 75,
  });
  expect(app.printed.err).toBe('error: busy\n  holder  cron@node-4\n  try     wait  (exit 75)\n');
});

test.for([['-o', 'json'], ['-ojson'], ['--output=json'], ['--output', 'json']])(
  'prints a usage error as a document with %s',
  async (flags) => {
    const app = fakeApp();
    expect(await runCommand(['statsu', ...flags], app)).toBe(2);
    expect(JSON.parse(app.printed.out)).toMatchObject({ kind: 'Error', code: 'UsageInvalid', exit: 2 });
  },
);

test('calls an unexpected error a bug and says where it was thrown', async () => {
  const app = failing(new TypeError('x is not a function'));
  expect(await runCommand(['status'], app)).toBe(1);
  expect(app.printed.err).toMatch(/^error: unexpected: x is not a function\n {2}where .+run-command\.test\.ts/);
  expect(app.printed.err).toContain('please report it');
});

test('survives something thrown that is no error', async () => {
  const app = failing('just text');
  expect(await runCommand(['status'], app)).toBe(1);
  expect(app.printed.err).toContain('unexpected: just text');
});

test('hands the model server its own arguments, also those that look like ours', async () => {
  const seen: (readonly string[])[] = [];
  const app = fakeApp({
    runModelServer: async (argv) => {
      seen.push(argv);
      return 7;
    },
  });
  expect(await runCommand(['model-server', '--port', '1', '-o', 'x', '--help'], app)).toBe(7);
  expect(seen).toEqual([['--port', '1', '-o', 'x', '--help']]);
});

test('prints the version', async () => {
  const app = fakeApp();
  expect(await runCommand(['--version'], app)).toBe(0);
  expect(app.printed.out).toBe('godwit 1.2.3\n');
});

test('prints no hint with --quiet but still every error', async () => {
  const quiet = fakeApp({ runController: async () => ({ kind: 'stopped' }) });
  expect(await runCommand(['run', '-q'], quiet)).toBe(0);
  expect(quiet.printed.err).toBe('');
  const failed = failing(new GodwitError('StoreFailed', 'disk full'));
  expect(await runCommand(['run', '--quiet'], failed)).toBe(1);
  expect(failed.printed.err).toContain('disk full');
});

test('prints an error as a YAML document when that was asked for, and no document as a name', async () => {
  const app = fakeApp();
  expect(await runCommand(['status', 'chta', '-o', 'yaml'], app)).toBe(2);
  expect(parse(app.printed.out)).toMatchObject({ apiVersion: 'godwit/v1', kind: 'Error', code: 'NotFound', exit: 2 });
  const name = fakeApp();
  expect(await runCommand(['status', 'chta', '-o', 'name'], name)).toBe(2);
  expect(name.printed.out).toBe('');
});

test('a format that a command does not print is refused with those it does', async () => {
  const app = fakeApp();
  expect(await runCommand(['handover', '-o', 'wide'], app)).toBe(2);
  expect(app.printed.err).toContain('-o table, -o md, -o json, -o yaml');
});
