import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { ask, call, readAll } from './support/clients.ts';
import { type Upstream, upstream } from './support/upstreams.ts';
import { openWorld, temporaryDir, until, type World } from './support/world.ts';

test('lets nobody but its owner reach the admin socket', async () => {
  const dir = temporaryDir();
  const world = await openWorld({ dir, adminSocket: join(dir, 'run', 'admin.sock') });
  expect(statSync(world.adminSocket).mode & 0o777).toBe(0o600);
  expect(statSync(join(dir, 'run')).mode & 0o777).toBe(0o700);
});

test('refuses to start beside a gateway that answers on the same socket, and leaves that one alone', async () => {
  const world = await openWorld();
  await expect(openWorld({ dir: world.dir })).rejects.toMatchObject({
    name: 'GodwitError',
    code: 'ListenFailed',
    hint: expect.any(String),
  });
  expect(await world.admin('GET', '/v1/health')).toMatchObject({ status: 200, value: { port: world.port } });
});

test('refuses to start on a port that is taken, and leaves no socket behind', async () => {
  const { port } = await openWorld();
  const dir = temporaryDir();
  await expect(openWorld({ dir, port })).rejects.toMatchObject({ code: 'ListenFailed' });
  expect(existsSync(join(dir, 'admin.sock'))).toBe(false);
});

test('frees its port when it cannot have its socket', async () => {
  const { url, stop } = await upstream();
  await stop();
  const port = Number(new URL(url).port);
  const dir = temporaryDir();
  const tooLong = join(dir, 'x'.repeat(200));
  await expect(openWorld({ dir, port, adminSocket: tooLong })).rejects.toMatchObject({ code: 'ListenFailed' });
  await until('the port is free', () =>
    openWorld({ dir: temporaryDir(), port }).then(
      () => true,
      () => false,
    ),
  );
});

/** Listens on a socket and is killed there: its file stays. */
async function killedListener(path: string): Promise<void> {
  const script = `require('node:net').createServer().listen(${JSON.stringify(path)}, () => console.log('up'))`;
  const child: ChildProcess = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  if (child.stdout !== null) await once(child.stdout, 'data');
  child.kill('SIGKILL');
  await once(child, 'exit');
}

test('takes the place of a gateway that was killed', async () => {
  const dir = temporaryDir();
  await killedListener(join(dir, 'admin.sock'));
  expect(statSync(join(dir, 'admin.sock')).isSocket()).toBe(true);
  const world = await openWorld({ dir });
  expect(await world.admin('GET', '/v1/health')).toMatchObject({ status: 200 });
});

test('removes no file that is no socket', async () => {
  const dir = temporaryDir();
  const path = join(dir, 'admin.sock');
  writeFileSync(path, 'precious');
  await expect(openWorld({ dir })).rejects.toMatchObject({ code: 'ListenFailed' });
  expect(readFileSync(path, 'utf8')).toBe('precious');
});

/** A gateway in the middle of a stream. */
async function streaming(): Promise<{ readonly world: World; readonly model: Upstream; readonly finish: () => void }> {
  let finish = (): void => undefined;
  const model = await upstream((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: 1\n\n');
    finish = () => void response.end('data: 2\n\n');
  });
  const world = await openWorld();
  await world.put({ sites: { left: [{ url: model.url }] } });
  return { world, model, finish: () => finish() };
}

test.for([
  { name: 'of a connection for one request', headers: {} },
  { name: 'of a connection that is kept', headers: { connection: 'keep-alive' } },
])('lets a running answer finish when it closes, and is gone with it: $name', async ({ headers }) => {
  const { world, model, finish } = await streaming();
  const { text, ended } = readAll(await ask(world, { headers }).response);
  await until('it runs', () => text() === 'data: 1\n\n');
  const startedMs = performance.now();
  const closed = world.close(8000);
  await expect(call(world)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  finish();
  expect(await ended).toBe('clean');
  expect(text()).toBe('data: 1\n\ndata: 2\n\n');
  await closed;
  expect(performance.now() - startedMs).toBeLessThan(4000);
  await until('the upstream is let go', () => model.open() === 0);
});

test('cuts what still runs when its time to close is over', async () => {
  const { world, model } = await streaming();
  const { text, ended } = readAll(await ask(world).response);
  await until('it runs', () => text() !== '');
  await world.close(50);
  expect(await ended).toBe('cut');
  await until('the upstream is let go', () => model.open() === 0);
  await expect(world.admin('GET', '/v1/health')).rejects.toMatchObject({ code: 'ENOENT' });
});
