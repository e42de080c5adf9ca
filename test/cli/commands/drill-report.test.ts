import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { notesSince } from '../../../src/cli/drill-notes.ts';
import { runCommand } from '../../../src/cli/run-command.ts';
import type { Verdict } from '../../../src/model/drill-run.ts';
import type { JournalEntry } from '../../../src/model/journal-entry.ts';
import { drillOf } from '../../model/support/drills.ts';
import { ana } from '../../store/support/drill-drafts.ts';
import { recordsOf, recounted } from '../support/drill-record.ts';
import { fakeApp } from '../support/fake-app.ts';
import { config, nowMs } from '../support/models.ts';
import { emptyStore } from '../support/record.ts';

async function type(argv: readonly string[], verdict: Verdict = 'passed') {
  const records = await recordsOf({ id: 'dr-1', end: { verdict } });
  const app = fakeApp({
    drillRecords: async () => records,
    recount: recounted,
    readDrillRecord: () => records.read('dr-1'),
  });
  return { code: await runCommand(['drill', 'report', ...argv], app), ...app.printed };
}

function folder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'godwit-report-'));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  return dir;
}

test.for([
  { verdict: 'passed', code: 0 },
  { verdict: 'failed', code: 9 },
  { verdict: 'aborted', code: 10 },
  { verdict: 'interrupted', code: 10 },
  { verdict: 'inconclusive', code: 10 },
  { verdict: 'not-started', code: 5 },
] as const)('ends as a run that $verdict did', async ({ verdict, code }) => {
  const { code: ended, out } = await type([], verdict);
  expect(ended).toBe(code);
  expect(out).toContain('dr-1  site-loss');
  expect(out).toContain(verdict.toUpperCase());
});

test('two formats at once are refused', async () => {
  expect(await type(['--format', 'html', '-o', 'md'])).toMatchObject({
    code: 2,
    err: expect.stringContaining('--format html and -o md are two formats'),
  });
});

test.for(['last', 'dr-1', 'site-loss', './copy.json', '/evidence/drill'])('the run may be named %s', async (named) => {
  expect((await type([named])).out).toContain('dr-1  site-loss');
});

test('whoever asks for a format has the verdict in it', async () => {
  const { code, out } = await type(['--format', 'json'], 'failed');
  expect(code).toBe(0);
  expect(JSON.parse(out)).toMatchObject({ apiVersion: 'godwit/v1', kind: 'DrillReport', id: 'dr-1' });
  expect((await type(['-o', 'json'], 'failed')).code).toBe(9);
});

test.for([
  { format: 'html', begins: /^<!doctype html>/ },
  { format: 'md', begins: /^## / },
  { format: 'junit', begins: /^<\?xml / },
  { format: 'csv', begins: /^"test_date",/ },
])('prints $format', async ({ format, begins }) => {
  const { code, out, err } = await type(['--format', format]);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(out).toMatch(begins);
  expect(out).not.toMatch(/\n\n$/);
});

test('a page draws earlier runs of the same drill beside its own', async () => {
  const phases = [{ phase: 'detect', fromMs: 0, untilMs: 1000 }] as const;
  const run = (id: string, ageMs: number) => ({ id, beganAtMs: nowMs - ageMs, end: { phases } });
  const records = await recordsOf(
    { id: 'dr-0', beganAtMs: nowMs - 9e7, drill: drillOf({ kind: 'canary' }), end: { phases } },
    run('dr-1', 3000),
    run('dr-2', 2000),
    run('dr-3', 1000),
  );
  const app = fakeApp({ drillRecords: async () => records, recount: recounted });
  expect(await runCommand(['drill', 'report', 'dr-2', '--format', 'html'], app)).toBe(0);
  expect(app.printed.out).toContain('beside 1 earlier');
});

test('writes a file of its owner alone, in the place of the one that was there', async () => {
  const dir = folder();
  const path = join(dir, 'report.txt');
  writeFileSync(path, 'older', { mode: 0o644 });
  const { code, out } = await type(['--format', 'text', '--out', path], 'failed');
  expect({ code, out }).toEqual({ code: 0, out: `dr-1 as text in ${path}\n` });
  expect(readFileSync(path, 'utf8')).toMatch(/^dr-1 {2}site-loss.+\n$/s);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(readdirSync(dir)).toEqual(['report.txt']);
});

test('a file that cannot be written is named, and nothing is left', async () => {
  const dir = folder();
  const { code, err } = await type(['--format', 'text', '--out', join(dir, 'nowhere', 'x')]);
  expect(code).toBe(2);
  expect(err).toContain(`${join(dir, 'nowhere', 'x')} cannot be written`);
  expect(readdirSync(dir)).toEqual([]);
});

/** A page of a journal that is read from its end. */
function journalOf(count: number, sinceMs: number): readonly JournalEntry[] {
  return Array.from({ length: count }, (_, index) => ({
    ...{ seq: index + 1, hash: '', deployment: 'chat', epoch: 1, by: ana, atMs: sinceMs + index, monoMs: 0 },
    body: { kind: 'note', text: `note ${index + 1}` } as const,
  }));
}

test.for([
  { name: 'all of a short journal', count: 999, sinceMs: nowMs, notes: 999 },
  { name: 'every page that reaches back to the run', count: 2500, sinceMs: nowMs, notes: 2500 },
  { name: 'no page from long before it', count: 2500, sinceMs: nowMs - 10 * 3_600_000, notes: 1000 },
])('the journal is looked through for $name', async ({ count, sinceMs, notes }) => {
  const journal = journalOf(count, sinceMs);
  const store = await emptyStore();
  const app = fakeApp({
    openStore: async () => ({
      ...store,
      journal: {
        ...store.journal,
        read: async ({ beforeSeq = count + 1, limit = 1000 }) =>
          journal.filter(({ seq }) => seq < beforeSeq).slice(-limit),
      },
    }),
  });
  const records = await recordsOf({ id: 'dr-1' });
  const entries = (await records.read('dr-1'))?.entries ?? [];
  expect(await notesSince(app, config(), entries)).toHaveLength(notes);
});

test('a journal that cannot be read was not asked', async () => {
  const records = await recordsOf({ id: 'dr-1' });
  const entries = (await records.read('dr-1'))?.entries ?? [];
  expect(await notesSince(fakeApp(), config(), entries)).toBeUndefined();
  expect(await notesSince(fakeApp(), config(), [])).toBeUndefined();
});
