import { expect, test } from 'vitest';
import { addFinding, type FindingWords } from '../../../src/engine/drill/add-finding.ts';
import type { DrillRecords } from '../../../src/ports/drill-records.ts';
import { type DrillShelf, openMemoryDrillRecords } from '../../../src/store/memory-drill-records.ts';
import { createManualClock } from '../../../src/testkit/manual-clock.ts';
import { ana, begin, end, finding } from '../../store/support/drill-drafts.ts';

const words: FindingWords = { text: 'the page came late', severity: 'high', owner: 'bo', due: '2026-12-24' };

async function ended() {
  const shelf: DrillShelf = new Map();
  const records = openMemoryDrillRecords(shelf);
  await records.append('dr-1', [begin(), end()]);
  return { shelf, deps: { records, clock: createManualClock(), actor: ana } };
}

test('findings are numbered in their order, and say who found them', async () => {
  const { deps } = await ended();
  expect(await addFinding(deps, 'dr-1', words)).toEqual({ number: 1, ...words, by: ana });
  expect(await addFinding(deps, 'dr-1', words)).toMatchObject({ number: 2 });
  const entries = (await deps.records.read('dr-1'))?.entries ?? [];
  expect(entries.map(({ body }) => body.kind)).toEqual(['begin', 'end', 'finding', 'finding']);
});

test.for(['dr-1', 'dr-2'])('a run without an end gets none: %s', async (run) => {
  const records = openMemoryDrillRecords();
  await records.append('dr-1', [begin()]);
  await expect(addFinding({ records, clock: createManualClock(), actor: ana }, run, words)).rejects.toMatchObject({
    code: 'NotFound',
  });
});

/** Somebody else adds one between the look and the write, so many times. */
function contested(records: DrillRecords, other: DrillRecords, times: number): DrillRecords {
  let left = times;
  return {
    ...records,
    async append(run, drafts) {
      if (left > 0) {
        left -= 1;
        await other.read(run);
        await other.append(run, [finding(9)]);
      }
      await records.append(run, drafts);
    },
  };
}

test('who comes at the same moment gets the next number', async () => {
  const { deps, shelf } = await ended();
  const records = contested(deps.records, openMemoryDrillRecords(shelf), 2);
  expect(await addFinding({ ...deps, records }, 'dr-1', words)).toMatchObject({ number: 3 });
});

test('who is always overtaken is told', async () => {
  const { deps, shelf } = await ended();
  const records = contested(deps.records, openMemoryDrillRecords(shelf), 1000);
  await expect(addFinding({ ...deps, records }, 'dr-1', words)).rejects.toMatchObject({ code: 'RevisionConflict' });
});
