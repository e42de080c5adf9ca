import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { freePortRanges, until } from '../driver/local-world.ts';
import { startProgram } from '../integration/support/program.ts';
import { killAll } from '../integration/support/program-world.ts';
import { root, spawnGodwit } from './support/spawn-godwit.ts';

test('a controller looks at its sites by itself, and status, handover and metrics tell what it found', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'godwit-doctor-'));
  const path = join(dir, 'godwit.yaml');
  const [gateway = 0, oslo = 0, rome = 0] = await freePortRanges(3);
  const write = (program: string): void =>
    writeFileSync(
      path,
      `version: 1
state: { dir: state }
doctor: { every: 1s }
sites:
  oslo: { provider: local, ports: ${oslo}-${oslo + 3} }
  rome: { provider: local, ports: ${rome}-${rome + 3} }
deployments:
  chat:
    model: tiny
    command: ${JSON.stringify([process.execPath, join(root, 'bin/godwit.js'), 'model-server', '--port', '${port}', '--model', 'tiny', '--name', basename(dir)])}
    sites: { oslo: {}, rome: { standby: cold, command: [${program}] } }
traffic: { listen: "127.0.0.1:${gateway}" }
`,
      { mode: 0o600 },
    );
  onTestFinished(async () => {
    await until(() => killAll(basename(dir)) === 0, `the processes of ${dir} gone`);
    rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
  });
  const godwit = async (...words: string[]) => (await spawnGodwit([...words, '--config', path])).stdout;
  write('/nowhere/server');
  const first = startProgram(['run', '--config', path]);
  await first.says(/doctor: bad: parts rome: /);
  // It is in the record with the next snapshot.
  await until(async () => (await godwit('status', 'chat')).includes('cannot start: parts'), 'status tells it', 20_000);
  expect(await godwit('status', 'chat')).toMatch(/^Doctor +1 finding \d+s ago \(godwit doctor\): rome$/m);
  const { sites } = JSON.parse(await godwit('status', 'chat', '-o', 'json'));
  expect(sites).toMatchObject([
    { name: 'oslo', doctor: { cannotStart: false, findings: [] } },
    { name: 'rome', doctor: { cannotStart: true, findings: [{ area: 'parts', outcome: 'bad' }] } },
  ]);
  expect(await godwit('handover')).toMatch(/rome could start nothing/);
  expect(await godwit('status', '-o', 'prometheus')).toContain(
    'godwit_doctor_findings{deployment="chat",site="rome",severity="bad"} 1',
  );
  first.kill('SIGTERM');
  await first.ended;
  // What was told once is not told again, and that it is gone is.
  write('sleep');
  const second = startProgram(['run', '--config', path]);
  await second.says(/doctor: no more: parts rome: /);
  expect(second.stderr()).not.toContain('doctor: bad');
  second.kill('SIGTERM');
  await second.ended;
}, 90_000);
