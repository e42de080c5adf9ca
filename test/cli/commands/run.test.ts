import { expect, test } from 'vitest';
import { runCommand } from '../../../src/cli/run-command.ts';
import type { ControllerEnd } from '../../../src/engine/controller.ts';
import { fakeApp } from '../support/fake-app.ts';
import { config, nowMs } from '../support/models.ts';

const record = {
  deployment: 'chat',
  holder: { kind: 'controller', name: 'godwit', host: 'node-4', pid: 99 },
  epoch: 4,
  ttlMs: 10_000,
  renewedAtMs: nowMs - 2000,
} as const;

const ending = (end: ControllerEnd) =>
  fakeApp({
    runController: async (_, reporter) => {
      reporter.report({ atMs: nowMs, deployment: 'chat', type: 'warning', message: 'look' });
      return end;
    },
  });

test('prints one line per change on standard error and ends quietly when told to stop', async () => {
  const app = ending({ kind: 'stopped' });
  expect(await runCommand(['run'], app)).toBe(0);
  expect(app.printed.out).toBe('');
  expect(app.printed.err).toBe(
    [
      '03:21:07Z controller for chat (test, config 3fa1c0ffee12)',
      '03:21:07Z chat ▲ warning: look',
      'Stopped. The gateway keeps serving at the last weights.',
      '',
    ].join('\n'),
  );
});

test('wants a file, because the gateway it starts reads the same', async () => {
  const app = fakeApp({
    reading: { kind: 'valid', config: config({ path: '-' }), warnings: { text: '', findings: [] } },
  });
  expect(await runCommand(['run', '--config', '-'], app)).toBe(2);
  expect(app.printed.err).toContain('error: the controller needs a configuration file, not standard input');
});

test('names who holds the lease, and exits 75', async () => {
  const app = ending({ kind: 'lease-held', record });
  expect(await runCommand(['run'], app)).toBe(75);
  expect(app.printed.err).toContain('error: another controller holds the lease; nothing was touched');
  expect(app.printed.err).toContain('  holder      godwit@node-4, pid 99');
  expect(app.printed.err).toContain('  renewed     03:21:05Z, 2s ago, for 10s each time');
});

test.for([record, undefined])('a lost lease exits 13', async (lost) => {
  const app = ending({ kind: 'lease-lost', record: lost });
  expect(await runCommand(['run'], app)).toBe(13);
  expect(app.printed.err).toContain('lost the lease; stopped before the next change');
});

test('streams events as JSON lines, the version first and the result last', async () => {
  const app = ending({ kind: 'stopped' });
  expect(await runCommand(['run', '-o', 'jsonl'], app)).toBe(0);
  const lines = app.printed.out
    .trim()
    .split('\n')
    .map((line): unknown => JSON.parse(line));
  expect(lines).toEqual([
    { type: 'version', ui: '1.0' },
    { type: 'warning', at: '2026-11-23T03:21:07.000Z', deployment: 'chat', message: 'look' },
    { type: 'result', outcome: 'done', exit: 0 },
  ]);
});

test('ends the stream with a result too when the lease is held', async () => {
  const app = ending({ kind: 'lease-held', record });
  expect(await runCommand(['run', '-o', 'jsonl'], app)).toBe(75);
  expect(JSON.parse(app.printed.out.trim().split('\n').at(-1) ?? '')).toEqual({
    type: 'result',
    outcome: 'leaseHeld',
    exit: 75,
    changed: false,
    error: { code: 'LeaseHeld', message: 'another controller holds the lease; nothing was touched' },
  });
});

test('waits for a gateway before it looks, and lets the watch over it end with the run', async () => {
  const order: string[] = [];
  let watched: AbortSignal | undefined;
  const app = fakeApp({
    ensureGateway: async (_, note, signal) => {
      watched = signal;
      note('started, pid 12');
      order.push('gateway');
    },
    runController: async () => {
      order.push('controller');
      expect(watched?.aborted).toBe(false);
      return { kind: 'stopped' };
    },
  });
  expect(await runCommand(['run'], app)).toBe(0);
  expect(order).toEqual(['gateway', 'controller']);
  expect(watched?.aborted).toBe(true);
  expect(app.printed.err).toContain('03:21:07Z gateway started, pid 12');
});
