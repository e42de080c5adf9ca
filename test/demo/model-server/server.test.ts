import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { isLoopback } from '../../../src/demo/model-server/server.ts';
import { eventsOf, serve, until } from './serving.ts';

test('answers a whole chat completion with usage and the name of who answered', async () => {
  const { chat } = await serve(['--name', 'alpha-0']);
  const response = await chat({ max_tokens: 3 });
  expect(response.headers.get('x-served-by')).toBe('alpha-0');
  expect(await response.json()).toMatchObject({
    object: 'chat.completion',
    model: 'tiny-chat',
    system_fingerprint: 'alpha-0',
    choices: [{ index: 0, message: { role: 'assistant', content: expect.any(String) }, finish_reason: 'length' }],
    usage: { prompt_tokens: 4, completion_tokens: 3, total_tokens: 7 },
  });
});

test('gives the same text whole and streamed, and again the next time', async () => {
  const { chat } = await serve();
  const whole = async (): Promise<string | undefined> =>
    /"content":"([^"]*)"/.exec(await (await chat({ max_tokens: 5 })).text())?.[1];
  const streamed = (await (await chat({ max_tokens: 5, stream: true })).text()).matchAll(/"content":"([^"]*)"/g);
  const text = await whole();
  expect(text?.split(' ')).toHaveLength(5);
  expect([...streamed].map(([, token]) => token).join('')).toBe(text);
  expect(await whole()).toBe(text);
});

test('ends a stream with a finish reason, the usage when asked, and the end mark', async () => {
  const { chat } = await serve();
  const events = await eventsOf(await chat({ max_tokens: 2, stream: true, stream_options: { include_usage: true } }));
  expect(events.slice(-3)).toMatchObject([
    { choices: [{ finish_reason: 'length' }] },
    { choices: [], usage: { completion_tokens: 2 } },
    '[DONE]',
  ]);
});

test('speaks the shape of plain completions', async () => {
  const { chat } = await serve();
  const body = { prompt: 'Reply with the single word: ready', max_tokens: 4 };
  const whole = await (await chat(body, '/v1/completions')).json();
  expect(whole).toMatchObject({ object: 'text_completion', choices: [{ text: 'ready', finish_reason: 'stop' }] });
  const events = await eventsOf(await chat({ ...body, stream: true }, '/v1/completions'));
  expect(events[0]).toMatchObject({ object: 'text_completion', choices: [{ text: 'ready', finish_reason: null }] });
});

test('takes a chat path with a query string for chat', async () => {
  const { chat } = await serve();
  expect(await (await chat({}, '/v1/chat/completions?x=1')).json()).toMatchObject({ object: 'chat.completion' });
});

test.for([
  { name: 'a body that is no JSON', body: '{', status: 400 },
  { name: 'a body that is no object', body: '[]', status: 400 },
  { name: 'no messages', body: '{"model":"tiny-chat"}', status: 400 },
  { name: 'max_tokens of 0', body: '{"messages":[{"content":"x"}],"max_tokens":0}', status: 400 },
  { name: 'an unknown model', body: '{"model":"other","messages":[{"content":"x"}]}', status: 404 },
])('refuses $name with $status in OpenAI’s error shape', async ({ body, status }) => {
  const { url } = await serve();
  const response = await fetch(`${url}/v1/chat/completions`, { method: 'POST', body });
  expect(response.status).toBe(status);
  expect(await response.json()).toMatchObject({ error: { message: expect.any(String), type: expect.any(String) } });
});

test('refuses a body of more than ten mebibytes with 413', async () => {
  const { url } = await serve();
  const response = await fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    body: 'x'.repeat(10 * 1024 * 1024 + 1),
  });
  expect(response.status).toBe(413);
});

test('lists the model, says it is healthy, and knows no other path or method', async () => {
  const { url } = await serve();
  expect(await (await fetch(`${url}/v1/models`)).json()).toMatchObject({
    data: [{ id: 'tiny-chat', object: 'model' }],
  });
  const health = await fetch(`${url}/health`);
  expect([health.status, await health.text()]).toEqual([200, '']);
  expect((await fetch(`${url}/nothing`)).status).toBe(404);
  expect((await fetch(`${url}/health`, { method: 'PUT' })).status).toBe(405);
});

test('answers 503 everywhere while the model loads, then 200', async () => {
  const { url, chat } = await serve(['--load-ms', '300']);
  expect((await fetch(`${url}/health`)).status).toBe(503);
  expect((await fetch(`${url}/v1/models`)).status).toBe(503);
  expect((await chat({})).status).toBe(503);
  await until(async () => (await fetch(`${url}/health`)).status === 200);
  expect((await chat({})).status).toBe(200);
});

test('queues what is above its concurrency and shows it in the metrics', async () => {
  const { url, chat, fault } = await serve(['--concurrency', '1']);
  await fault('POST', { hang: true });
  const answers = [chat({}), chat({}), chat({})];
  const metrics = async (): Promise<string> => await (await fetch(`${url}/metrics`)).text();
  const labels = '{engine="0",model_name="tiny-chat"}';
  await until(async () => (await metrics()).includes(`vllm:num_requests_waiting${labels} 2\n`));
  expect(await metrics()).toContain(`vllm:num_requests_running${labels} 1\n`);
  await fault('DELETE');
  for (const answer of await Promise.all(answers)) expect(answer.status).toBe(200);
  const after = await metrics();
  expect(after).toContain('vllm:request_success_total{engine="0",model_name="tiny-chat",finished_reason="stop"} 3\n');
  expect(after).toContain(`vllm:generation_tokens_total${labels} 48\n`);
  expect(after).toContain('vllm:time_to_first_token_seconds_bucket{engine="0",model_name="tiny-chat",le="+Inf"} 3\n');
  expect(after).toContain(`vllm:time_to_first_token_seconds_count${labels} 3\n`);
});

test('every line of the metrics is Prometheus text', async () => {
  const { url } = await serve(['--model', 'a"b\\c']);
  const lines = (await (await fetch(`${url}/metrics`)).text()).trimEnd().split('\n');
  const right = /^(# TYPE vllm:\w+ (gauge|counter|histogram)|vllm:\w+\{(\w+="(\\.|[^"\\])*",?)+\} [\d.e+-]+)$/;
  expect(lines.filter((line) => !right.test(line))).toEqual([]);
});

test('a client that leaves frees its place', async () => {
  const { url, chat } = await serve(['--concurrency', '1', '--first-token-ms', '60000']);
  const leaving = new AbortController();
  const body = JSON.stringify({ messages: [{ content: 'x' }] });
  const first = fetch(`${url}/v1/chat/completions`, { method: 'POST', body, signal: leaving.signal });
  const running = async (): Promise<string | undefined> =>
    /num_requests_running\{.*\} (\d)/.exec(await (await fetch(`${url}/metrics`)).text())?.[1];
  await until(async () => (await running()) === '1');
  leaving.abort();
  await expect(first).rejects.toThrow();
  await until(async () => (await running()) === '0');
  expect((await chat({ model: 'other' })).status).toBe(404);
});

test('a client that leaves in the middle of its body harms nobody', async () => {
  const { server, chat } = await serve();
  const socket = connect(server.port, '127.0.0.1');
  socket.write('POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\ncontent-length: 99\r\n\r\n{');
  // The answer to a second connection's request shows that the first one's head has been read.
  expect((await chat({})).status).toBe(200);
  socket.resetAndDestroy();
  await once(socket, 'close');
  expect((await chat({})).status).toBe(200);
});

test('a text that a stop ends at once is an empty answer that ends', async () => {
  const { chat } = await serve();
  const body = { messages: [{ content: 'Reply with the single word: ready' }], stop: 'ready' };
  expect(await (await chat(body)).json()).toMatchObject({
    choices: [{ message: { content: '' }, finish_reason: 'stop' }],
    usage: { completion_tokens: 0 },
  });
  expect((await eventsOf(await chat({ ...body, stream: true }))).at(-1)).toBe('[DONE]');
});

test.for([
  ['127.0.0.1', true],
  ['::1', true],
  ['::ffff:127.0.0.1', true],
  ['10.0.0.1', false],
  ['::ffff:10.0.0.1', false],
  [undefined, false],
] as const)('faults from %s: %s', ([address, isAllowed]) => {
  expect(isLoopback(address)).toBe(isAllowed);
});
