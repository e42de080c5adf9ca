import { expect, test } from 'vitest';
import { runCommand } from '../../../src/cli/run-command.ts';
import type { DemoSummary } from '../../../src/report/demo-summary.ts';
import { fakeApp } from '../support/fake-app.ts';
import { config } from '../support/models.ts';

const invalid = {
  kind: 'invalid',
  text: 'godwit.yaml:3:1: error: unknown key "sitess"\n  did you mean "sites"?',
  findings: [{ line: 3, column: 1, message: 'unknown key "sitess"' }],
} as const;

test('a valid configuration is summed up in one line', async () => {
  const app = fakeApp();
  expect(await runCommand(['config', 'validate'], app)).toBe(0);
  expect(app.printed.out).toBe('/etc/godwit/godwit.yaml: valid (test: 3 sites, 1 deployment; digest 3fa1c0ffee12)\n');
});

test('warnings are shown beside a valid configuration, and do not fail it', async () => {
  const warnings = { text: 'godwit.yaml:4:1: warning: nobody probes it', findings: [{ line: 4 }] };
  const app = fakeApp({ reading: { kind: 'valid', config: config(), warnings } });
  expect(await runCommand(['config', 'validate'], app)).toBe(0);
  expect(app.printed.err).toBe(`${warnings.text}\n`);
});

test('every finding is printed as the configuration room wrote it', async () => {
  const app = fakeApp({ reading: invalid });
  expect(await runCommand(['config', 'validate'], app)).toBe(2);
  expect(app.printed.err).toBe(`${invalid.text}  (exit 2)\n`);
  const json = fakeApp({ reading: invalid });
  expect(await runCommand(['config', 'validate', '-o', 'json'], json)).toBe(2);
  expect(JSON.parse(json.printed.out)).toEqual({
    apiVersion: 'godwit/v1',
    kind: 'ConfigReport',
    valid: false,
    findings: invalid.findings,
  });
});

test.for([['status'], ['run'], ['gateway'], ['failover', 'chat'], ['journal', 'verify']])(
  '%s contacts nothing while the configuration has mistakes',
  async (argv) => {
    const app = fakeApp({ reading: invalid });
    expect(await runCommand(argv, app)).toBe(2);
    expect(app.printed.err).toContain('error: the configuration has mistakes\n');
    expect(app.printed.err).toContain('\ngodwit.yaml:3:1: error: unknown key "sitess"\n  did you mean "sites"?\n');
  },
);

test('shows the configuration as written, or with every value in force', async () => {
  const app = fakeApp();
  await runCommand(['config', 'show'], app);
  await runCommand(['config', 'show', '--resolved'], app);
  expect(app.printed.out).toBe('environment: test # as written\nenvironment: test # resolved\n');
});

test('prints the schema as JSON that an editor can read', async () => {
  const app = fakeApp();
  expect(await runCommand(['config', 'schema'], app)).toBe(0);
  expect(JSON.parse(app.printed.out)).toMatchObject({ $schema: 'http://json-schema.org/draft-07/schema#' });
});

const head = { seq: 12, hash: 'abcdef0123456789' };
const path = '/var/lib/godwit/state.db';

test('a whole journal gives its length and head', async () => {
  const app = fakeApp({ verifyJournal: async () => ({ kind: 'ok', path, entries: 12, head }) });
  expect(await runCommand(['journal', 'verify'], app)).toBe(0);
  expect(app.printed.out).toBe(`intact: 12 entries, head 12 abcdef012345, ${path}\n`);
});

test('a broken journal names the first entry that is wrong, and exits 1', async () => {
  const verdict = { kind: 'broken', path, entries: 6, seq: 7, why: 'altered' } as const;
  const app = fakeApp({ verifyJournal: async () => verdict });
  expect(await runCommand(['journal', 'verify'], app)).toBe(1);
  expect(app.printed.out).toBe(`BROKEN at entry 7 of ${path}: altered\n`);
  const json = fakeApp({ verifyJournal: async () => verdict });
  await runCommand(['journal', 'verify', '-o', 'json'], json);
  expect(JSON.parse(json.printed.out)).toMatchObject({ kind: 'JournalReport', intact: false, seq: 7, why: 'altered' });
});

test('the gateway says where it listens', async () => {
  const app = fakeApp({ runGateway: async (_, log) => log('gateway listens on http://127.0.0.1:8080') });
  expect(await runCommand(['gateway'], app)).toBe(0);
  expect(app.printed.err).toBe('gateway listens on http://127.0.0.1:8080\n');
});

const summary: DemoSummary = {
  outcome: 'recovered',
  fault: 'kill',
  detectionMs: 420,
  decisionMs: 3,
  recoveryMs: 1210,
  requests: { sent: 100, ok: 100, failed: 0, retried: 4 },
  streams: { started: 20, finished: 18, cut: 2, failed: 0 },
  failedBack: true,
  journal: { path: '/tmp/godwit-demo-1/state/state.db', entries: 31, verified: true, head: 'abcdef0123456789' },
};

test('the demo prints what was measured', async () => {
  const app = fakeApp({ runDemo: async () => summary });
  expect(await runCommand(['demo'], app)).toBe(0);
  expect(app.printed.out).toBe(
    [
      '✔ recovered from fault: kill',
      '  detected     420ms after the fault',
      '  decided      3ms later',
      '  recovered    1.2s after the fault: every new request served in time',
      '  went back    yes, to the preferred site',
      '  requests     100 sent = 100 ok + 0 failed; 4 tried again elsewhere',
      '  streams      20 started = 18 finished + 2 cut + 0 failed',
      '  journal      31 entries, verified, head abcdef012..., /tmp/godwit-demo-1/state/state.db',
      '',
    ].join('\n'),
  );
});

test('the demo hands on its options and prints one object for machines', async () => {
  let given: unknown;
  const app = fakeApp({
    runDemo: async (options) => {
      given = options;
      return summary;
    },
  });
  expect(await runCommand(['demo', '--fault', 'hang', '--duration', '20s', '-o', 'json'], app)).toBe(0);
  expect(given).toEqual({ fault: 'hang', durationMs: 20_000 });
  expect(JSON.parse(app.printed.out)).toEqual({ apiVersion: 'godwit/v1', kind: 'DemoReport', ...summary });
});

test.for([
  ['not-recovered', new AbortController().signal, 1],
  ['interrupted', AbortSignal.abort('SIGINT'), 130],
  ['interrupted', AbortSignal.abort('SIGTERM'), 143],
] as const)('a demo that ended %s has its own exit code', async ([outcome, interrupted, exit]) => {
  const app = fakeApp({ interrupted, runDemo: async () => ({ ...summary, outcome, recoveryMs: undefined }) });
  expect(await runCommand(['demo'], app)).toBe(exit);
  expect(app.printed.out).toContain('recovered    not seen after the fault');
});
