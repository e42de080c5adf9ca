import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { calmOptions } from '../../src/sim/options.ts';
import { parseReplay } from './replay-line.ts';
import { runWorld } from './run-world.ts';
import { shrinkWorld } from './shrink-world.ts';

const limit = { timeout: 120_000 };

interface Found {
  readonly invariant: string;
  readonly kept: readonly string[];
  readonly decisions: number;
  readonly ms: number;
  readonly isLeast: boolean;
  readonly replay: string;
}

/** A process of its own: the fault must be there before the engine is loaded. */
function runWithFault(mutant: string): Promise<{ readonly code: unknown; readonly shrunk: readonly Found[] }> {
  const node = ['--import', join(import.meta.dirname, 'mutants/install.ts'), join(import.meta.dirname, 'main.ts')];
  const args = [...node, '--seeds', '12', '--workers', '1', '-o', 'json'];
  const env = { ...process.env, SIM_MUTANT: mutant };
  return new Promise((resolve, reject) => {
    execFile(process.execPath, args, { env, maxBuffer: 2 ** 26 }, (error, stdout, stderr) => {
      if (stdout === '') reject(new Error(stderr));
      else resolve({ code: error?.code ?? 0, ...(JSON.parse(stdout) as { shrunk: readonly Found[] }) });
    });
  });
}

test('a planted bug is cut down to a few decisions, and the sound program stands them', limit, async () => {
  const { code, shrunk } = await runWithFault('gate-does-not-hold');
  expect(code).toBe(1);
  const found = shrunk.find(({ invariant }) => invariant === 'I8');
  expect(found).toMatchObject({ isLeast: true });
  expect(found?.kept.length).toBeGreaterThan(0);
  expect(found?.kept.length).toBeLessThanOrEqual(12);
  expect(found?.decisions).toBeGreaterThan(12);
  expect(found?.ms).toBeLessThan(60_000);
  const { options, kept = [] } = parseReplay(found?.replay ?? '');
  const { report, violations } = await runWorld(options, { kept });
  expect(violations).toEqual([]);
  expect(report?.decisions).toEqual(expect.arrayContaining([...kept]));
});

test('what breaks nothing is not cut down', limit, async () => {
  expect(await shrinkWorld({ seed: 4, commit: 'abc', options: calmOptions(4) }, 1000)).toBeUndefined();
});
