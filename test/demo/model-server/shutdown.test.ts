import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { parseModelServerArgs } from '../../../src/demo/model-server/options.ts';
import { startModelServer } from '../../../src/demo/model-server/server.ts';
import { serve, until } from './serving.ts';

const slow = ['--tokens-per-second', '20'];

test('abort cuts a running stream', async () => {
  const { server, chat } = await serve(slow);
  const response = await chat({ stream: true, max_tokens: 1000 });
  await server.close('abort', 60_000);
  await expect(response.text()).rejects.toThrow();
});

test('finish lets a running stream end, tells newcomers 503, and closes at once after it', async () => {
  const { server, url, chat } = await serve(slow);
  const response = await chat({ stream: true, max_tokens: 10 });
  const startedMs = performance.now();
  const closed = server.close('finish', 60_000);
  expect((await chat({})).status).toBe(503);
  expect((await fetch(`${url}/health`)).status).toBe(503);
  expect(await response.text()).toContain('[DONE]');
  await closed;
  expect(performance.now() - startedMs).toBeLessThan(5000);
});

test('finish cuts what is not done when its time is over', async () => {
  const { server, chat } = await serve(slow);
  const response = await chat({ stream: true, max_tokens: 1000 });
  await server.close('finish', 50);
  await expect(response.text()).rejects.toThrow();
});

test('finish with nothing running closes at once', async () => {
  const { server, chat } = await serve();
  await chat({});
  const startedMs = performance.now();
  await server.close('finish', 60_000);
  expect(performance.now() - startedMs).toBeLessThan(5000);
});

test('a port that is taken is ListenFailed', async () => {
  const { server } = await serve();
  const options = parseModelServerArgs(['--port', String(server.port)]);
  await expect(startModelServer(options)).rejects.toMatchObject({ code: 'ListenFailed' });
});

test('as a process: says where it listens and ends on SIGTERM as told', async () => {
  const file = join(import.meta.dirname, '../../../src/demo/model-server/server.ts');
  const flags = ['--port', '0', '--on-term', 'finish', '--first-token-ms', '0', ...slow];
  const code = `import { runModelServer } from ${JSON.stringify(file)}; await runModelServer(${JSON.stringify(flags)});`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  let said = '';
  child.stdout.on('data', (part: Buffer) => {
    said += part.toString();
  });
  await until(() => said.includes('\n'));
  const url = /http:\S+/.exec(said)?.[0];
  const body = JSON.stringify({ messages: [{ content: 'x' }], stream: true, max_tokens: 10 });
  const response = await fetch(`${url}/v1/chat/completions`, { method: 'POST', body });
  const exit = once(child, 'exit');
  child.kill('SIGTERM');
  expect(await response.text()).toContain('[DONE]');
  expect(await exit).toEqual([0, null]);
});
