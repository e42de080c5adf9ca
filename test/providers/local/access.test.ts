import { chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { AccessReport } from '../../../src/model/access.ts';
import type { LaunchSpec } from '../../../src/model/deployment.ts';
import { local } from '../../../src/providers/local/index.ts';
import { createClock } from '../../../src/system/clock.ts';
import { createRandom } from '../../../src/system/random.ts';

const clock = createClock();
let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'godwit-local-access-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

function launch(...command: readonly string[]): LaunchSpec {
  return { command, env: {}, startupTimeoutMs: 1000, stopGraceMs: 1000 };
}

async function ask(
  launches: readonly LaunchSpec[],
  stateDir = join(dir, 'state'),
  ports = '19870-19873',
): Promise<AccessReport> {
  const site = { name: 'here', provider: 'local', region: undefined, residency: [], failureDomains: ['here'] };
  const session = await local.connect({ ...site, settings: { ports } }, { clock, random: createRandom(), stateDir });
  const call = { signal: new AbortController().signal, deadlineAtMonoMs: clock.monoMs() + 5000 };
  const seen = await session.checkAccess?.(
    call,
    launches.map((each) => ({ deployment: 'chat', model: 'tiny', slot: 0, launch: each })),
  );
  await session.close();
  if (seen?.kind !== 'seen') throw new Error(JSON.stringify(seen));
  return seen.value;
}

test('programs are looked for as they would be started, each once', async () => {
  const [script, plain] = [join(dir, 'serve'), join(dir, 'plain')];
  writeFileSync(script, '#!/bin/sh\n', { mode: 0o755 });
  writeFileSync(plain, '');
  const { parts } = await ask([
    ...[
      launch('sleep', '1'),
      launch('sleep', '2'),
      launch('no-such-server'),
      launch(script),
      launch(plain),
      launch(dir),
    ],
    launch(join(dir, 'missing')),
  ]);
  expect(parts.map(({ name, present }) => [name.replace('program ', ''), present])).toEqual([
    ...[
      ['sleep', 'yes'],
      ['no-such-server', 'no'],
      [script, 'yes'],
      [plain, 'no'],
      [dir, 'no'],
    ],
    [join(dir, 'missing'), 'no'],
  ]);
  expect(parts[1]?.message).toMatch(/^not found in PATH/);
});

test('a deployment’s own PATH is the one that counts', async () => {
  writeFileSync(join(dir, 'serve'), '#!/bin/sh\n', { mode: 0o755 });
  expect((await ask([{ ...launch('serve'), env: { PATH: dir } }])).parts).toEqual([
    { name: 'program serve', present: 'yes' },
  ]);
});

test('a port that somebody has is no room', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen({ port: 0, host: '127.0.0.1' }, resolve));
  const { port } = server.address() as { port: number };
  const { quotas } = await ask([], undefined, String(port));
  await new Promise((resolve) => server.close(resolve));
  expect(quotas).toEqual([{ name: `ports ${port}-${port}`, family: 'here', limit: 1, used: 1, perReplica: 1 }]);
});

test('nothing is made, and what cannot be written is said', async () => {
  expect((await ask([])).permissions).toMatchObject([{ granted: 'yes' }]);
  expect(readdirSync(dir)).toEqual([]);
  const file = join(dir, 'file');
  writeFileSync(file, '');
  chmodSync(file, 0o600);
  const { permissions } = await ask([], join(file, 'state'));
  expect(permissions).toMatchObject([{ granted: 'no', message: expect.stringContaining('no directory') }]);
});
