import { spawn } from 'node:child_process';
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

function stateDir(): string {
  const dir = mkdtempSync(join(tmpdir(), 'godwit-drills-'));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  return dir;
}

test('processes that write at once leave entries that are whole, of one of them each', async () => {
  const dir = stateDir();
  await openDrillRecords(dir).append('dr-1', [begin()]);
  const writers = [1, 2, 3].map((writer) => startWriter(dir, `writer ${writer}`));
  await Promise.all(writers.map(({ exit }) => exit));
  const sight = await openDrillRecords(dir).read('dr-1');
  // Each goes on after it was overtaken, having read again.
  expect(sight).toMatchObject({ kind: 'whole' });
  expect(sight?.entries).toHaveLength(1 + 3 * 20);
});

test('a writer killed at any moment leaves a record that is whole but for a torn end, and no lock', async () => {
  const dir = stateDir();
  await openDrillRecords(dir).append('dr-1', [begin()]);
  let acknowledged = 0;
  for (let round = 0; round < 4; round++) {
    const writer = startWriter(dir, 'x'.repeat(20_000), 1_000_000);
    await writer.acknowledged(5 + round * 3);
    writer.kill();
    await writer.exit;
    acknowledged += writer.count();
    const sight = await openDrillRecords(dir).read('dr-1');
    expect(sight?.kind).toBe('whole');
    expect(sight?.entries.length).toBeGreaterThanOrEqual(1 + acknowledged);
    acknowledged = (sight?.entries.length ?? 0) - 1;
  }
});

/** A process that appends notes, and says a letter for each that is kept. */
function startWriter(dir: string, text: string, notes = 20) {
  const script = join(import.meta.dirname, 'support', 'drill-writer.ts');
  const child = spawn(process.execPath, [script, dir, text, String(notes)], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  let count = 0;
  let wake = (): void => undefined;
  child.stdout.on('data', (part: Buffer) => {
    count += part.length;
    wake();
  });
  return {
    exit: new Promise<void>((resolve) => child.on('close', () => resolve())),
    kill: () => child.kill('SIGKILL'),
    count: () => count,
    async acknowledged(many: number): Promise<void> {
      while (count < many) await new Promise<void>((resolve) => (wake = resolve));
    },
  };
}
