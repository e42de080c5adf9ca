import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { conclude } from '../../src/core/drill/conclude.ts';
import { headWords } from '../../src/core/drill/noted-head.ts';
import { drillRecordCalls } from '../../src/main/drill-records.ts';
import type { DrillDraft, DrillEnd } from '../../src/model/drill-run.ts';
import { createManualClock } from '../../src/testkit/manual-clock.ts';
import { addRun, recordsOf } from '../cli/support/drill-record.ts';
import { config } from '../cli/support/models.ts';

const calls = drillRecordCalls(createManualClock());

/** The record of a run whose end is what its entries come to, but for what is given. */
async function recorded(given: Partial<DrillEnd> = {}) {
  const open = await recordsOf({ id: 'dr-1', recoveryMs: 9000, lost: 3, end: undefined });
  const entries = (await open.read('dr-1'))?.entries ?? [];
  const inflicted: DrillDraft = {
    ...{ atMs: (entries[0]?.atMs ?? 0) + 5000, monoMs: 99 },
    body: { kind: 'action', what: 'inflict', fault: 0, state: 'done', detail: 'armed' },
  };
  const end = conclude([...entries, inflicted], { by: 'runner', cutShort: undefined, undo: 'verified' });
  await open.append('dr-1', [inflicted, { ...inflicted, body: { kind: 'end', end: { ...end, ...given } } }]);
  return (await open.read('dr-1'))?.entries ?? [];
}

test('a record that says what its entries come to has no difference', async () => {
  const entries = await recorded();
  const check = await calls.checkRecord('dr-1', entries, []);
  expect(check).toMatchObject({ entries: entries.length, differences: [], head: { kind: 'not-noted' } });
  // Not only the verdict: each claim with its value, and the times of each phase.
  expect(check.values).toBeGreaterThan(15);
});

test('of a record without an end no value is called other than what it was told to be', async () => {
  const entries = (await recorded()).slice(0, -1);
  expect(await calls.checkRecord('dr-1', entries, [])).toMatchObject({ values: 0, differences: [] });
});

test('a chain that was made anew over a better end shows what the entries come to', async () => {
  const entries = await recorded({ verdict: 'passed', because: [] });
  const { differences } = await calls.checkRecord('dr-1', entries, []);
  expect(differences).toContainEqual({ where: 'verdict', recorded: '"passed"', computed: expect.any(String) });
});

test('a chain that was made anew as a whole is not the one that the journal noted', async () => {
  const [was, is] = [await recorded(), await recorded({ undo: 'unknown' })];
  const last = was.at(-1);
  if (last === undefined) throw new Error('an entry');
  const notes = [headWords('dr-1', last)];
  expect((await calls.checkRecord('dr-1', was, notes)).head).toEqual({ kind: 'same' });
  expect((await calls.checkRecord('dr-1', is, notes)).head).toMatchObject({ kind: 'other', seq: last.seq });
  expect((await calls.checkRecord('dr-1', is, undefined)).head).toEqual({ kind: 'not-asked' });
});

test('a finding is kept in the state directory, by whoever typed it', async () => {
  const stateDir = mkdtempSync(join(tmpdir(), 'godwit-finding-'));
  onTestFinished(() => rmSync(stateDir, { recursive: true }));
  const used = { ...config(), stateDir };
  const records = await calls.drillRecords(used);
  await addRun(records, { id: 'dr-1' });
  const words = { text: 'late', severity: 'low', owner: undefined, due: undefined } as const;
  expect(await calls.addFinding(used, 'dr-1', words)).toMatchObject({ number: 1, by: { kind: 'person' } });
  const copy = await calls.readDrillRecord(join(records.folderOf('dr-1'), 'drill.json'));
  expect(copy?.entries.at(-1)?.body).toMatchObject({ kind: 'finding', finding: { text: 'late' } });
  expect((await calls.recount(copy?.entries ?? [])).findings).toHaveLength(1);
});
