import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openDrillRecords } from '../../src/store/drill-records.ts';
import { begin, end, finding, note } from '../store/support/drill-drafts.ts';
import { fillDisk, isMountExpected, makeRoom, mountSmallDisk } from './support/small-disk.ts';

test.runIf(isMountExpected)(
  'a full disk is said, nothing torn is left, and it goes on once there is room',
  async () => {
    const dir = mkdtempSync(join(tmpdir(), 'godwit-full-'));
    const unmount = mountSmallDisk(dir, 2);
    onTestFinished(() => {
      unmount();
      rmSync(dir, { recursive: true });
    });
    const records = openDrillRecords(dir);
    await records.append('dr-1', [begin()]);
    const path = join(records.folderOf('dr-1'), 'drill.json');
    const before = readFileSync(path);
    fillDisk(dir);
    await expect(records.append('dr-1', [note('x'.repeat(20_000))])).rejects.toMatchObject({
      code: 'StoreFailed',
      hint: expect.stringContaining('the disk is full'),
    });
    expect(readFileSync(path)).toEqual(before);
    makeRoom(dir);
    await records.append('dr-1', [note('there is room'), end()]);
    const closed = readFileSync(path);
    fillDisk(dir);
    await expect(records.append('dr-1', [finding(1)])).rejects.toMatchObject({ code: 'StoreFailed' });
    expect(readFileSync(path)).toEqual(closed);
    makeRoom(dir);
    await records.append('dr-1', [finding(1)]);
    expect(await records.read('dr-1')).toMatchObject({ kind: 'whole', entries: [{}, {}, {}, { seq: 4 }] });
  },
);
