import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { root, spawnGodwit } from './support/spawn-godwit.ts';

/** The replica does nothing and ends by itself: nothing is left behind even if the test dies. */
const config = `
version: 1
sites:
  only: { provider: local, ports: 19870-19879 }
deployments:
  chat:
    model: tiny
    command: ["sleep", "40"]
    sites:
      only: { replicas: 1 }
traffic:
  driver: gateway
  listen: 127.0.0.1:0
`;

let dir = '';
let path = '';
const started: ChildProcess[] = [];
const gateways = new Set<number>();

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'godwit-run-'));
  path = join(dir, 'godwit.yaml');
  writeFileSync(path, config, { mode: 0o600 });
});

afterEach(async () => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
  for (const pid of gateways) if (isAlive(pid)) process.kill(pid, 'SIGKILL');
  gateways.clear();
  rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    expect(error).toMatchObject({ code: 'ESRCH' });
    return false;
  }
}

function startRun() {
  const child = spawn(process.execPath, [join(root, 'bin/godwit.js'), 'run', '--config', path], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  started.push(child);
  let text = '';
  child.stderr.on('data', (part: Buffer) => {
    text += part.toString();
  });
  const ended = new Promise<number | null>((done) => child.once('close', done));
  return { child, ended, text: () => text };
}

async function until<T>(look: () => T | undefined, what: () => string): Promise<T> {
  const deadlineMs = performance.now() + 20_000;
  for (;;) {
    const found = look();
    if (found !== undefined) return found;
    if (performance.now() > deadlineMs) throw new Error(`waited 20 s; seen: ${what()}`);
    await new Promise((wake) => setTimeout(wake, 50));
  }
}

/** The pid of the n-th gateway that was started. */
function gatewayOf(text: string, nth: number): number | undefined {
  const pid = [...text.matchAll(/gateway started \(pid (\d+)\)/g)][nth - 1]?.[1];
  if (pid !== undefined) gateways.add(Number(pid));
  return pid === undefined ? undefined : Number(pid);
}

test('starts a gateway, starts it again when it was killed, and leaves it at work at the end', async () => {
  const run = startRun();
  const first = await until(() => gatewayOf(run.text(), 1), run.text);
  process.kill(first, 'SIGKILL');
  const second = await until(() => gatewayOf(run.text(), 2), run.text);
  expect(second).not.toBe(first);
  run.child.kill('SIGTERM');
  expect(await run.ended).toBe(0);
  expect(isAlive(second)).toBe(true);
  expect(run.text()).toContain('Stopped. The gateway keeps serving at the last weights.');
});

test('a gateway whose port is in use does not start, and it is said why', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const address = other.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  writeFileSync(path, config.replace('127.0.0.1:0', `127.0.0.1:${port}`), { mode: 0o600 });
  const run = startRun();
  const why = `did not start: the gateway cannot listen on 127.0.0.1:${port}`;
  await until(() => (run.text().includes(why) ? true : undefined), run.text);
  run.child.kill('SIGINT');
  expect(await run.ended).toBe(0);
  other.close();
});

test('a second controller touches nothing, names the first one and exits 75', async () => {
  const run = startRun();
  await until(() => gatewayOf(run.text(), 1), run.text);
  await until(() => (run.text().includes('lease taken') ? true : undefined), run.text);
  const second = await spawnGodwit(['run', '--config', path]);
  expect(second.code).toBe(75);
  expect(second.stderr).toContain('another controller holds the lease; nothing was touched');
  expect(second.stderr).toMatch(new RegExp(`holder +.+, pid ${run.child.pid}`));
  run.child.kill('SIGINT');
  expect(await run.ended).toBe(0);
});
