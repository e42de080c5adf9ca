/** The textfile collector's file on disks that are full or cannot be written, and read by somebody else's parser. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { writeTextfile } from '../../src/cli/metrics-textfile.ts';
import type { RebalanceRun } from '../../src/report/prometheus/rebalance.ts';
import { fillDisk, isMountExpected, makeRoom, mountSmallDisk } from './support/small-disk.ts';

const endedAtMs = Date.UTC(2026, 10, 28, 3, 17);
const moved: RebalanceRun = { endedAtMs, exitCode: 0, changeRatio: 0.25, skipped: undefined };
const skipped: RebalanceRun = { endedAtMs, exitCode: 0, changeRatio: undefined, skipped: 'NotIdle' };
const failed: RebalanceRun = { endedAtMs: endedAtMs + 1000, exitCode: 6, changeRatio: undefined, skipped: undefined };

function folder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'godwit-textfile-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

describe.runIf(isMountExpected)('a disk of one MiB', () => {
  function smallDisk(): string {
    const dir = folder();
    onTestFinished(mountSmallDisk(dir, 1));
    return dir;
  }

  test('full: the earlier file stays whole, nothing stays beside it, and the next run is written', async () => {
    const dir = smallDisk();
    await writeTextfile(dir, moved);
    const before = readFileSync(join(dir, 'godwit-rebalance.prom'), 'utf8');
    fillDisk(dir);
    expect(await writeTextfile(dir, failed)).toMatchObject({ kind: 'failed', hint: 'make room on that disk' });
    expect(readFileSync(join(dir, 'godwit-rebalance.prom'), 'utf8')).toBe(before);
    expect(readdirSync(dir).sort()).toEqual(['ballast', 'godwit-rebalance.prom']);
    makeRoom(dir);
    expect(await writeTextfile(dir, failed)).toMatchObject({ kind: 'written' });
    expect(readFileSync(join(dir, 'godwit-rebalance.prom'), 'utf8')).toContain('last_exit_code 6\n');
  });

  test('that cannot be written is told', async () => {
    const dir = smallDisk();
    execFileSync('mount', ['-o', 'remount,ro', dir]);
    expect(await writeTextfile(dir, moved)).toMatchObject({
      kind: 'failed',
      message: expect.stringContaining('EROFS'),
      hint: 'name a folder on a disk that can be written',
    });
  });
});

const program = `
import json, sys
from prometheus_client.parser import text_string_to_metric_families
families = text_string_to_metric_families(sys.stdin.buffer.read().decode('utf-8'))
print(json.dumps([[f.name, f.type, [[s.labels, s.value, s.timestamp] for s in f.samples]] for f in families]))
`;

test('the file is read by prometheus-client as it was meant', async () => {
  const dir = folder();
  for (const run of [moved, skipped, skipped, failed]) await writeTextfile(dir, run);
  const input = readFileSync(join(dir, 'godwit-rebalance.prom'), 'utf8');
  const ended = spawnSync('/usr/bin/python3', ['-c', program], { input, encoding: 'utf8', timeout: 60_000 });
  expect(ended.stderr).toBe('');
  // A counter's family has its name without the ending; no sample has a time of its own.
  expect(JSON.parse(ended.stdout)).toEqual([
    ['godwit_rebalance_last_run_timestamp_seconds', 'gauge', [[{}, endedAtMs / 1000 + 1, null]]],
    ['godwit_rebalance_last_success_timestamp_seconds', 'gauge', [[{}, endedAtMs / 1000, null]]],
    ['godwit_rebalance_last_exit_code', 'gauge', [[{}, 6, null]]],
    ['godwit_rebalance_last_change_ratio', 'gauge', [[{}, 0.25, null]]],
    ['godwit_rebalance_skipped', 'counter', [[{ reason: 'NotIdle' }, 2, null]]],
  ]);
});
