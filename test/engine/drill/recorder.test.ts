import { expect, test } from 'vitest';
import { conclude } from '../../../src/core/drill/conclude.ts';
import { createRecorder } from '../../../src/engine/drill/recorder.ts';
import { GodwitError } from '../../../src/errors.ts';
import type { DrillBody } from '../../../src/model/drill-run.ts';
import type { DrillRecords } from '../../../src/ports/drill-records.ts';
import { openMemoryDrillRecords } from '../../../src/store/memory-drill-records.ts';
import { createManualClock } from '../../../src/testkit/manual-clock.ts';
import { drillOf } from '../../model/support/drills.ts';
import { ana } from '../../store/support/drill-drafts.ts';

const begin: DrillBody = {
  ...{ kind: 'begin', id: 'dr-1', drill: drillOf(), by: ana, reason: undefined, configDigest: 'd', version: '1' },
};
const measured = (letters: number): DrillBody => ({
  ...{ kind: 'decision', decidedAtMs: 1, decision: 'stay', isActionable: false, reasons: [] },
  diagnosis: 'x'.repeat(letters),
});
const found: DrillBody = { kind: 'check', what: 'what was started stays', holds: 'no', detail: 'it runs' };

async function open(change: (records: DrillRecords) => DrillRecords = (records) => records) {
  const records = openMemoryDrillRecords();
  const recorder = createRecorder(change(records), 'dr-1', createManualClock());
  await recorder.write(begin);
  const kinds = async () => (await records.read('dr-1'))?.entries.map(({ body }) => body.kind);
  return { recorder, kinds };
}

test('how it ends finds room in a record that is full of what was measured', async () => {
  const { recorder, kinds } = await open();
  await expect(recorder.write(measured(60 * 1024 * 1024))).rejects.toThrow('would grow beyond 56 MiB');
  expect(await recorder.tell({ kind: 'stage', stage: 'undo' }, measured(1), found)).toBeUndefined();
  const end = conclude(recorder.drafts, { by: 'runner', cutShort: 'full', undo: 'not-needed' });
  expect(await recorder.tell({ kind: 'end', end })).toBeUndefined();
  expect(await kinds()).toEqual(['begin', 'stage', 'decision', 'check', 'end']);
  expect(recorder.drafts.map(({ body }) => body.kind)).toEqual(await kinds());
});

test('what a full disk does not take for a moment is kept, and written in its order', async () => {
  let isFull = false;
  const { recorder, kinds } = await open((records) => ({
    ...records,
    append: async (run, drafts) => {
      if (isFull) throw new GodwitError('StoreFailed', 'the disk is full');
      await records.append(run, drafts);
    },
  }));
  isFull = true;
  expect(await recorder.tell(measured(1), found)).toBe('its record cannot be written: the disk is full');
  isFull = false;
  await recorder.write({ kind: 'stage', stage: 'undo' });
  expect(await kinds()).toEqual(['begin', 'decision', 'check', 'stage']);
});
