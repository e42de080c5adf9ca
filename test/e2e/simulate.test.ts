import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { spawnGodwit } from './support/spawn-godwit.ts';

/** Short times: a world of an hour takes seconds. The secret resolves to nothing here, and need not. */
const text = `
version: 1
sites:
  amber: { provider: local, ports: 19100-19102 }
  birch: { provider: local, ports: 19103-19105 }
  cedar: { provider: local, ports: 19106-19108 }
deployments:
  chat:
    model: tiny
    command: [serve, "\${env:NO_SUCH_SECRET}"]
    probe: { every: 1s, timeout: 1s, ttft: 500ms }
    sites: { amber: { replicas: 2 }, birch: {}, cedar: {} }
    failover:
      mode: auto
      detector: { evaluateEvery: 500ms, failures: 2, failAfter: 1s }
      move: { holdEach: 2s }
      safety: { coolDown: 30s, dwell: 30s }
`;

let path = '';
let dir = '';
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'godwit-simulate-'));
  path = join(dir, 'godwit.yaml');
  writeFileSync(path, text);
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

test('tells through a pipe what would have happened', async () => {
  const { code, stdout, stderr } = await spawnGodwit(['simulate', path, '--seeds', '2']);
  expect(code).toBe(0);
  expect(stdout).toMatch(/seed 1 {2}\d failovers? in /);
  expect(stdout).toMatch(/2 of 2 worlds of chat, mode auto, faults: site\n/);
  expect(stdout).toMatch(/violations {3}none\n$/);
  expect(stdout).not.toContain('\u001b');
  expect(stderr).toBe(`one again  godwit simulate ${path} --seed 1\n`);
});

test('the same seed says the same as JSON', async () => {
  const argv = ['simulate', path, '--seed', '3', '--faults', 'site,network,process', '-o', 'json'];
  const [one, other] = [await spawnGodwit(argv), await spawnGodwit(argv)];
  expect([one.code, one.stderr]).toEqual([0, '']);
  expect(other.stdout).toBe(one.stdout);
  expect(JSON.parse(one.stdout)).toMatchObject({
    ...{ kind: 'SimulationReport', deployment: 'chat', mode: 'auto', seeds: 1, isInterrupted: false },
    summary: { seeds: 1, violations: 0 },
    worlds: [{ seed: 3, violations: [] }],
  });
});

test('mistakes in the configuration are named, and nothing is simulated', async () => {
  const { code, stdout, stderr } = await spawnGodwit(['simulate', '-'], {
    stdin: text.replace('failover:', 'failovr:'),
  });
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toContain('unknown key "failovr"');
});
