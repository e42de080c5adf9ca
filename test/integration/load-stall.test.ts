import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createLoadGenerator } from '../../src/load/generator.ts';
import type { LoadRecord } from '../../src/model/load.ts';
import { createSeededRandom } from '../../src/testkit/seeded-random.ts';
import { listens } from '../bench/processes.ts';

const plan = {
  source: 'generated',
  requestsPerSecond: 100,
  streamShare: 0.5,
  promptTokens: { p50: 20, p95: 60 },
  outputTokens: { p50: 20, p95: 20 },
} as const;
const stallMs = 2000;

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  await new Promise((done) => server.close(done));
  return typeof address === 'object' && address !== null ? address.port : Number.NaN;
}

test('a server process that is stopped for two seconds hides nothing of it', async () => {
  const port = await freePort();
  const script = join(resolve(import.meta.dirname, '../bench'), 'word-server.ts');
  const server = spawn(process.execPath, [script, String(port)], { stdio: 'ignore' });
  onTestFinished(() => {
    server.kill('SIGKILL');
  });
  await listens(port);
  const records: LoadRecord[] = [];
  const generator = createLoadGenerator({ random: createSeededRandom(2), onEnd: (record) => records.push(record) });
  const load = await generator.start(plan, { url: `http://127.0.0.1:${port}`, model: 'tiny', timeoutMs: 10_000 });
  await expect.poll(() => records.length, { timeout: 10_000 }).toBeGreaterThan(100);
  const fromMs = performance.now();
  server.kill('SIGSTOP');
  await expect.poll(() => performance.now() - fromMs, { timeout: 10_000 }).toBeGreaterThanOrEqual(stallMs);
  const toMs = performance.now();
  server.kill('SIGCONT');
  const during = () => records.filter(({ dueMs }) => dueMs > fromMs && dueMs < toMs);
  // One was due every 10 ms: a load that waited for answers would have sent none of them.
  const due = Math.floor((toMs - fromMs) / 10);
  await expect.poll(() => during().length, { timeout: 10_000 }).toBeGreaterThanOrEqual(due);
  const seconds = await load.stop();
  for (const { firstTokenMs, endedMs } of during()) expect(firstTokenMs ?? endedMs).toBeGreaterThanOrEqual(toMs - 1);
  const worst = Math.max(...seconds.map(({ firstTokenMs }) => firstTokenMs.p99 ?? 0));
  expect(worst).toBeGreaterThanOrEqual(stallMs * 0.95);
  expect(seconds.reduce((sum, { skipped }) => sum + skipped, 0)).toBe(0);
});
