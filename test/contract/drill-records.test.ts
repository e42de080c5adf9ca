import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { DrillDraft } from '../../src/model/drill-run.ts';
import type { DrillRecords } from '../../src/ports/drill-records.ts';
import { openDrillRecords } from '../../src/store/drill-records.ts';
import { type DrillShelf, openMemoryDrillRecords } from '../../src/store/memory-drill-records.ts';
import { begin, end, finding, note } from '../store/support/drill-drafts.ts';

/** Gives handles as processes of their own would hold them. */
const makers: readonly { readonly kind: string; make(): () => DrillRecords }[] = [
  {
    kind: 'files',
    make() {
      const dir = mkdtempSync(join(tmpdir(), 'godwit-drills-'));
      onTestFinished(() => rmSync(dir, { recursive: true }));
      return () => openDrillRecords(dir);
    },
  },
  {
    kind: 'memory',
    make() {
      const shelf: DrillShelf = new Map();
      return () => openMemoryDrillRecords(shelf);
    },
  },
];

const stored = (drafts: readonly DrillDraft[]): unknown => JSON.parse(JSON.stringify(drafts));

async function draftsIn(records: DrillRecords, run = 'dr-1'): Promise<unknown> {
  const sight = await records.read(run);
  expect(sight).toMatchObject({ kind: 'whole' });
  return sight?.entries.map(({ seq, hash, ...draft }) => draft);
}

describe.each(makers)('the records of drills in $kind', ({ make }) => {
  test('there is nothing at first', async () => {
    const records = make()();
    expect(await records.list()).toEqual([]);
    expect(await records.read('dr-1')).toBeUndefined();
  });

  test('what was appended is read back by another handle, numbered and chained', async () => {
    const open = make();
    const drafts = [begin(), note('one'), note('two, with a \n and a ü')];
    const records = open();
    await records.append('dr-1', drafts.slice(0, 2));
    await records.append('dr-1', drafts.slice(2));
    expect(await draftsIn(open())).toEqual(stored(drafts));
    const entries = (await open().read('dr-1'))?.entries ?? [];
    expect(entries.map(({ seq }) => seq)).toEqual([1, 2, 3]);
    expect(new Set(entries.map(({ hash }) => hash)).size).toBe(3);
  });

  test('the same drafts hash alike however they are grouped', async () => {
    const [together, apart] = [make()(), make()()];
    const drafts = [begin(), note('one'), end()];
    await together.append('dr-1', drafts);
    for (const draft of drafts) await apart.append('dr-1', [draft]);
    expect(await together.read('dr-1')).toEqual(await apart.read('dr-1'));
  });

  test('appending nothing makes no record', async () => {
    const records = make()();
    await records.append('dr-1', []);
    expect(await records.read('dr-1')).toBeUndefined();
    expect(await records.list()).toEqual([]);
  });

  test('the newest run is listed first', async () => {
    const records = make()();
    for (const [id, at] of [
      ['dr-b', 5],
      ['dr-c', 1],
      ['dr-a', 9],
    ] as const)
      await records.append(id, [begin(id, at)]);
    expect(await records.list()).toEqual(['dr-a', 'dr-b', 'dr-c']);
  });

  test('findings follow the end, and nothing else does', async () => {
    const open = make();
    const records = open();
    await records.append('dr-1', [begin(), end()]);
    await records.append('dr-1', [finding(1)]);
    await open().append('dr-1', [finding(2)]);
    await expect(open().append('dr-1', [note('late')])).rejects.toMatchObject({
      code: 'StoreFailed',
      message: expect.stringContaining('has ended'),
    });
    expect(await draftsIn(open())).toEqual(stored([begin(), end(), finding(1), finding(2)]));
  });

  test('a second end in the same append is refused as a whole', async () => {
    const records = make()();
    await expect(records.append('dr-1', [begin(), end(), end()])).rejects.toMatchObject({ code: 'StoreFailed' });
    expect(await records.read('dr-1')).toBeUndefined();
  });

  test('who was overtaken is told, and writes nothing', async () => {
    const open = make();
    const [runner, watchdog] = [open(), open()];
    await runner.append('dr-1', [begin(), note('from the runner')]);
    await watchdog.append('dr-1', [note('from the watchdog'), end()]);
    await expect(runner.append('dr-1', [note('too late')])).rejects.toMatchObject({ code: 'RevisionConflict' });
    await expect(runner.append('dr-1', [end()])).rejects.toMatchObject({ code: 'RevisionConflict' });
    expect(await draftsIn(open())).toEqual(
      stored([begin(), note('from the runner'), note('from the watchdog'), end()]),
    );
  });

  test('who read before it writes is overtaken by what came between', async () => {
    const open = make();
    const [one, other] = [open(), open()];
    await one.append('dr-1', [begin(), end()]);
    await other.read('dr-1');
    await one.append('dr-1', [finding(1)]);
    await expect(other.append('dr-1', [finding(1)])).rejects.toMatchObject({ code: 'RevisionConflict' });
    await other.read('dr-1');
    await other.append('dr-1', [finding(2)]);
    expect(await draftsIn(one)).toEqual(stored([begin(), end(), finding(1), finding(2)]));
  });

  test('an hour at a sample a second fits', async () => {
    const records = make()();
    await records.append('dr-1', [begin()]);
    const second = note('x'.repeat(1500));
    await records.append(
      'dr-1',
      Array.from({ length: 3600 }, () => second),
    );
    expect((await records.read('dr-1'))?.entries).toHaveLength(3601);
  });

  test('a record that is full still takes its end', async () => {
    const records = make()();
    const long = 'x'.repeat(1024 * 1024);
    const decided = { kind: 'decision', decidedAtMs: 1, decision: 'stay', isActionable: false, reasons: [] } as const;
    const decision: DrillDraft = { ...note(''), body: { ...decided, diagnosis: long } };
    await records.append('dr-1', [begin(), ...Array.from({ length: 55 }, () => decision)]);
    await expect(records.append('dr-1', [decision])).rejects.toMatchObject({
      code: 'StoreFailed',
      message: expect.stringContaining('56 MiB'),
      details: { isFull: true },
    });
    // What is found when all goes back belongs to how it ends.
    const check: DrillDraft = { ...note(''), body: { kind: 'check', what: 'all', holds: 'yes', detail: long } };
    await records.append('dr-1', [check, end()]);
    expect((await records.read('dr-1'))?.entries).toHaveLength(58);
  });

  test.for(['../other', 'dr-', 'dr-/x', 'dr-A', '', 'lock'])('"%s" is no run', async (name) => {
    const records = make()();
    await expect(records.append(name, [begin()])).rejects.toMatchObject({ code: 'StoreFailed' });
    await expect(records.read(name)).rejects.toMatchObject({ code: 'StoreFailed' });
    expect(() => records.folderOf(name)).toThrow('no run');
  });
});
