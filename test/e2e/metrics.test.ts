import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { root, spawnGodwit } from './support/spawn-godwit.ts';

/** The replicas take no connection and end by themselves: the site with the traffic is bad, and nothing is left behind. */
const config = `
version: 1
sites:
  left: { provider: local, ports: 19850-19859 }
  right: { provider: local, ports: 19860-19869 }
deployments:
  chat:
    model: tiny
    command: ["sleep", "60"]
    startup: { timeout: 1s }
    probe: { every: 200ms, timeout: 500ms, ttft: 400ms }
    sites: { left: {}, right: {} }
    failover: { mode: auto, detector: { evaluateEvery: 200ms, failAfter: 1s } }
traffic: { listen: 127.0.0.1:0 }
metrics: { listen: 127.0.0.1:0 }
`;

let dir = '';
let path = '';
const started: ChildProcess[] = [];
let text = '';

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'godwit-metrics-'));
  path = join(dir, 'godwit.yaml');
  writeFileSync(path, config, { mode: 0o600 });
});

afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
  for (const [, pid] of text.matchAll(/gateway started \(pid (\d+)\)/g)) {
    try {
      process.kill(Number(pid), 'SIGKILL');
    } catch (error) {
      expect(error).toMatchObject({ code: 'ESRCH' });
    }
  }
  rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
});

function startRun(...words: readonly string[]) {
  const child = spawn(process.execPath, [join(root, 'bin/godwit.js'), 'run', '--config', path, ...words], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  started.push(child);
  text = '';
  child.stderr.on('data', (part: Buffer) => {
    text += part.toString();
  });
  return { child, ended: new Promise<number | null>((done) => child.once('close', done)) };
}

async function until<T>(look: () => Promise<T | undefined>, what: () => string): Promise<T> {
  const deadlineMs = performance.now() + 30_000;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (performance.now() > deadlineMs) throw new Error(`waited 30 s; seen: ${what()}`);
    await new Promise((wake) => setTimeout(wake, 100));
  }
}

const says = (pattern: RegExp) =>
  until(
    async () => pattern.exec(text)?.[1],
    () => text,
  );
const familiesOf = (scraped: string) => scraped.match(/^# (HELP|TYPE) .*$/gm);

test('a paused deployment whose site is bad says so where it is scraped, and `status` says the same', async () => {
  const run = startRun();
  const url = await says(/metrics are served on (http:\S+)/);
  await says(/(lease taken)/);
  const paused = await spawnGodwit(['pause', 'chat', '--for', '1h', '--reason', 'kernel', '--config', path]);
  expect(paused).toMatchObject({ code: 0 });
  let last = '';
  const wanted = [
    'godwit_leader{deployment="chat"} 1',
    'godwit_site_state{deployment="chat",site="left",state="failing"} 1',
    'godwit_paused{deployment="chat"} 1',
    'godwit_failover_ready{deployment="chat"} 0',
    'godwit_failover_blocked{deployment="chat",reason="Paused"} 1',
    'godwit_config_valid 1',
  ];
  // Each time the diagnosis behind it changes it is news.
  const decided =
    /^godwit_decisions_total\{deployment="chat",decision="stay",reason="Paused",trigger="automatic"\} [1-9]/m;
  const scraped = await until(
    async () => {
      last = await (await fetch(url)).text();
      const lines = last.split('\n');
      return decided.test(last) && wanted.every((line) => lines.includes(line)) ? last : undefined;
    },
    () => wanted.filter((line) => !last.includes(`${line}\n`)).join('\n'),
  );
  expect(scraped).toMatch(
    /^godwit_probe_total\{deployment="chat",site="left",probe="completion",outcome="bad"\} [1-9]/m,
  );
  expect(scraped).toMatch(/^godwit_loop_duration_seconds_count\{deployment="chat"\} [1-9]/m);

  const status = await spawnGodwit(['status', '-o', 'prometheus', '--config', path]);
  expect(status).toMatchObject({ code: 0, stderr: '' });
  expect(familiesOf(status.stdout)).toEqual(familiesOf(scraped));
  // It does not lead, and says so by saying nothing.
  for (const line of wanted.slice(1)) expect(status.stdout.split('\n')).toContain(line);
  expect(status.stdout).not.toMatch(/^godwit_leader\{/m);

  writeFileSync(path, config.replace('mode: auto', 'mode: never'), { mode: 0o600 });
  const broken = await until(
    async () => {
      last = await (await fetch(url)).text();
      return last.includes('\ngodwit_config_valid 0\n') ? last : undefined;
    },
    () => last,
  );
  expect(broken).toContain('godwit_leader{deployment="chat"} 1\n');
  run.child.kill('SIGTERM');
  expect(await run.ended).toBe(0);
});

test('without a controller `status` tells the same names, and that nobody watches', async () => {
  const status = await spawnGodwit(['status', '-o', 'prometheus', '--config', path]);
  expect(status).toMatchObject({ code: 0, stderr: '' });
  expect(familiesOf(status.stdout)).toContain('# TYPE godwit_decisions_total counter');
  expect(status.stdout).toContain('godwit_failover_blocked{deployment="chat",reason="UnknownView"} 1\n');
  expect(status.stdout).toContain('godwit_source_seen{deployment="chat",source="store"} 0\n');
});

test('a port in use is said, and the deployments are watched all the same', async () => {
  const squatter = createServer();
  const { port } = await new Promise<AddressInfo>((done) =>
    squatter.listen(0, '127.0.0.1', () => done(squatter.address() as AddressInfo)),
  );
  try {
    const run = startRun('--metrics', `127.0.0.1:${port}`);
    expect(await says(/metrics cannot be served: (.*)/)).toMatch(/EADDRINUSE.*watched all the same/);
    const live = await until(
      async () => {
        const { stdout } = await spawnGodwit(['status', '-o', 'prometheus', '--config', path]);
        return stdout.includes('godwit_controller_live{deployment="chat"} 1\n') ? stdout : undefined;
      },
      () => text,
    );
    expect(live).toContain('godwit_source_seen{deployment="chat",source="store"} 1\n');
    run.child.kill('SIGTERM');
    expect(await run.ended).toBe(0);
  } finally {
    squatter.close();
  }
});

test('an address that others can reach is refused before anything begins', async () => {
  const ended = await spawnGodwit(['run', '--metrics', '0.0.0.0:9464', '--config', path]);
  expect(ended.code).toBe(2);
  expect(ended.stderr).toContain('0.0.0.0 can be reached from outside');
});
