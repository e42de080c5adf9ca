import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { tearDown } from '../../../src/engine/tear-down.ts';
import { readConfig } from '../../../src/main/config.ts';
import { withEngine } from '../../../src/main/engine.ts';
import { createClock } from '../../../src/system/clock.ts';
import { findGateway } from '../../../src/traffic/gateway/driver.ts';
import { freeRanges, until } from '../../driver/local-world.ts';
import { root, spawnGodwit } from '../../e2e/support/spawn-godwit.ts';

/** llama.cpp's own server: what godwit knows of it is the command line below. */
const server = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'godwit-ci', 'xllamacpp');
const never = new AbortController().signal;
let dir = '';
let path = '';
let url = '';
let controller: ChildProcess | undefined;

beforeAll(async () => {
  execFileSync(join(import.meta.dirname, 'install.sh'), [server], { stdio: ['ignore', 'inherit', 'inherit'] });
  dir = mkdtempSync(join(tmpdir(), 'godwit-third-party-'));
  path = join(dir, 'godwit.yaml');
  const [gateway, left, right] = await freeRanges();
  url = `http://127.0.0.1:${gateway}`;
  const command = [
    join(server, 'venv/bin/python'),
    join(import.meta.dirname, 'serve.py'),
    join(server, 'tiny.gguf'),
    '${port}',
    '${model}',
  ];
  writeFileSync(
    path,
    `version: 1
sites:
  left: { provider: local, ports: ${left}-${left + 3} }
  right: { provider: local, ports: ${right}-${right + 3} }
deployments:
  chat:
    model: tiny
    command: ${JSON.stringify(command)}
    startup: { timeout: 60s }
    stopGrace: 5s
    probe: { every: 300ms, timeout: 3s, maxTokens: 16 }
    probes: { process: { http: /health, every: 1s } }
    sites: { left: { replicas: 1 }, right: { replicas: 1 } }
    failover:
      mode: auto
      detector: { evaluateEvery: 100ms, staleAfter: 5s }
      proof: { completions: 2, maxAge: 10s }
      move: { steps: [50%, 100%], holdEach: 500ms }
traffic: { listen: "127.0.0.1:${gateway}" }
`,
    { mode: 0o600 },
  );
});

afterAll(async () => {
  const ended = new Promise((done) => controller?.once('exit', done));
  controller?.kill('SIGTERM');
  await ended;
  const reading = await readConfig(path, true);
  if (reading.kind !== 'valid') throw new Error(reading.text);
  const { config } = reading;
  const left = await withEngine(
    config,
    { clock: createClock(), reporter: { report: () => undefined }, actor: 'controller' },
    (deps) => tearDown(deps, AbortSignal.timeout(30_000)),
  );
  const gateway = await findGateway(config.gateway.adminSocket, never);
  if (gateway !== undefined) process.kill(gateway.pid, 'SIGTERM');
  await until(
    async () => ((await findGateway(config.gateway.adminSocket, never)) === undefined ? true : undefined),
    'the gateway gone',
  );
  rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
  expect(left).toEqual([]);
});

async function statusOf(): Promise<{
  sites: { name: string; wantedRatio: number; state: string; readyReplicas?: number }[];
  operation: { kind: string; outcome?: string } | null;
}> {
  const { stdout } = await spawnGodwit(['status', 'chat', '--config', path, '-o', 'json']);
  return JSON.parse(stdout);
}

test('a server godwit knows nothing of is loaded, proven, served, moved and drained', async () => {
  controller = spawn(process.execPath, [join(root, 'bin/godwit.js'), 'run', '--config', path], {
    stdio: ['ignore', 'ignore', 'ignore'],
  });
  await until(
    async () => ((await statusOf()).sites?.every(({ state }) => state === 'healthy') ? true : undefined),
    'both sites healthy',
    60_000,
  );

  const ask = () =>
    fetch(`${url}/v1/chat/completions`, {
      method: 'POST',
      body: JSON.stringify({
        model: 'tiny',
        stream: true,
        max_tokens: 16,
        messages: [{ role: 'user', content: 'hello' }],
      }),
    });
  const first = await ask();
  expect(first.status).toBe(200);
  expect(first.headers.get('x-godwit-site')).toBe('left');
  expect(await first.text()).toMatch(/data: \[DONE\]\s*$/);

  const moved = await spawnGodwit([
    'switchover',
    'chat',
    '--to',
    'right',
    '--reason',
    'test',
    '--yes',
    '--config',
    path,
  ]);
  expect(moved).toMatchObject({ code: 0 });
  const after = await ask();
  expect(after.headers.get('x-godwit-site')).toBe('right');
  expect(await after.text()).toContain('[DONE]');
  const status = await statusOf();
  expect(status.sites.map(({ name, wantedRatio }) => ({ name, wantedRatio }))).toEqual([
    { name: 'left', wantedRatio: 0 },
    { name: 'right', wantedRatio: 1 },
  ]);
});
