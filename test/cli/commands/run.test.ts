import { expect, test } from 'vitest';
import { runCommand } from '../../../src/cli/run-command.ts';
import type { ControllerEnd } from '../../../src/engine/controller.ts';
import type { Listen } from '../../../src/model/listen.ts';
import type { Standing } from '../../../src/model/standing.ts';
import { fakeApp } from '../support/fake-app.ts';
import { fakeStore } from '../support/fake-ports.ts';
import { config, nowMs, siteDiagnosis, snapshot } from '../support/models.ts';

const record = {
  deployment: 'chat',
  holder: { kind: 'controller', name: 'godwit', host: 'node-4', pid: 99 },
  epoch: 4,
  ttlMs: 10_000,
  renewedAtMs: nowMs - 2000,
  heldMs: 60_000,
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

const pausing: Standing = {
  ...{ kind: 'pause', deployment: 'chat', by: record.holder, atMs: nowMs - 1000 },
  ...{ reason: 'upgrade', untilMs: undefined },
};

/** A controller that takes its lease, is scraped, loses it and is scraped again a second later. */
function scraped(over: { readonly listen?: Listen } = {}) {
  const seen: { listen: Listen | undefined; readonly texts: string[] } = { listen: undefined, texts: [] };
  let scrape: () => Promise<string> = async () => '';
  let monoMs = 0;
  const app = fakeApp({
    clock: { ...fakeApp().clock, monoMs: () => monoMs },
    reading: {
      kind: 'valid',
      config: config(over.listen === undefined ? {} : { metrics: over.listen }),
      warnings: { text: '', findings: [] },
    },
    serveMetrics: async (listen, watch) => {
      seen.listen = listen;
      watch.note('are served on http://127.0.0.1:9464/metrics');
      ({ scrape } = watch);
      seen.texts.push(await scrape());
    },
    runController: async (_config, reporter, _signal, onOpen) => {
      const look = async (): Promise<void> => {
        monoMs += 1000;
        seen.texts.push(await scrape());
      };
      onOpen?.(fakeStore({ snapshot: snapshot([siteDiagnosis('site-a')]), lease: record, standing: [pausing] }));
      reporter.report({ ...at, type: 'lease-taken', lease });
      await look();
      reporter.report({ ...at, type: 'lease-lost', record: undefined });
      await look();
      return { kind: 'stopped' };
    },
  });
  return { app, seen };
}

const at = { atMs: nowMs, deployment: 'chat' };
const lease = { ...record, holderId: 'a', usableUntilMonoMs: 1 };

test('with an address it tells what it leads and what holds it back, from the controller’s own store', async () => {
  const { app, seen } = scraped();
  expect(await runCommand(['run', '--metrics', '127.0.0.1:9464'], app)).toBe(0);
  expect(seen.listen).toEqual({ host: '127.0.0.1', port: 9464 });
  expect(app.printed.err).toContain('03:21:07Z metrics are served on http://127.0.0.1:9464/metrics\n');
  const [before = '', leading = '', after = ''] = seen.texts;
  expect(before).toContain('godwit_source_seen{deployment="chat",source="store"} 0\n');
  expect(before).toContain('godwit_leader{deployment="chat"} 0\n');
  expect(leading).toContain('godwit_source_seen{deployment="chat",source="store"} 1\n');
  expect(leading).toContain('godwit_leader{deployment="chat"} 1\n');
  expect(leading).toContain('godwit_failover_blocked{deployment="chat",reason="Paused"} 1\n');
  expect(leading).toContain('godwit_config_valid 1\n');
  expect(after).toContain('godwit_leader{deployment="chat"} 0\n');
});

test('the address may stand in the configuration, and one that is typed comes before it', async () => {
  const inFile = { host: 'localhost', port: 1 };
  const written = scraped({ listen: inFile });
  await runCommand(['run'], written.app);
  expect(written.seen.listen).toEqual(inFile);
  const typed = scraped({ listen: inFile });
  await runCommand(['run', '--metrics', '[::1]:2'], typed.app);
  expect(typed.seen.listen).toEqual({ host: '::1', port: 2 });
});

test('without one nothing is served', async () => {
  const { app, seen } = scraped();
  await runCommand(['run'], app);
  expect(seen.listen).toBeUndefined();
  expect(seen.texts).toEqual(['', '']);
});

test.for([
  ['0.0.0.0:9464', '0.0.0.0 can be reached from outside'],
  ['192.0.2.1:9464', '192.0.2.1 can be reached from outside'],
  ['9464', 'write host:port'],
  ['localhost:65536', 'write host:port'],
] as const)('%s is refused: %s', async ([address, why]) => {
  const { app, seen } = scraped();
  expect(await runCommand(['run', '--metrics', address], app)).toBe(2);
  expect(app.printed.err).toContain(why);
  expect(seen.listen).toBeUndefined();
});

test('scrapes within a second are told the same', async () => {
  let reads = 0;
  const texts: string[] = [];
  const valid = { kind: 'valid', config: config(), warnings: { text: '', findings: [] } } as const;
  const app = fakeApp({
    readConfig: async () => {
      reads += 1;
      return valid;
    },
    serveMetrics: async (_listen, { scrape }) => {
      texts.push(...(await Promise.all([scrape(), scrape()])));
    },
    runController: async () => ({ kind: 'stopped' }),
  });
  await runCommand(['run', '--metrics', '127.0.0.1:0'], app);
  expect(texts[1]).toBe(texts[0]);
  // Once for the run itself, once for both.
  expect(reads).toBe(2);
});

test.for(['broken', 'gone'])('a configuration that is %s while it runs is told, and stops nothing', async (how) => {
  let reads = 0;
  let text = '';
  const app = fakeApp({
    readConfig: async () => {
      reads += 1;
      if (reads === 1) return { kind: 'valid', config: config(), warnings: { text: '', findings: [] } };
      if (how === 'gone') throw new Error('no such file');
      return { kind: 'invalid', text: 'wrong', findings: [] };
    },
    serveMetrics: async (_listen, { scrape }) => {
      text = await scrape();
    },
    runController: async () => ({ kind: 'stopped' }),
  });
  expect(await runCommand(['run', '--metrics', '127.0.0.1:0'], app)).toBe(0);
  expect(text).toContain('\ngodwit_config_valid 0\n');
});
