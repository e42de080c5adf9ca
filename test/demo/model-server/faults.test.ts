import { expect, test } from 'vitest';
import { eventsOf, serve } from './serving.ts';

test('hang: completions get no answer while health says 200, until the fault is cleared', async () => {
  const { url, chat, fault } = await serve();
  await fault('POST', { hang: true });
  let isAnswered = false;
  const answer = chat({}).finally(() => {
    isAnswered = true;
  });
  expect((await fetch(`${url}/health`)).status).toBe(200);
  expect(isAnswered).toBe(false);
  expect(await (await fault('DELETE')).json()).toMatchObject({ hang: false, pid: process.pid });
  expect((await answer).status).toBe(200);
});

test('errors: the given share of completions answers 500', async () => {
  const { chat, fault } = await serve();
  await fault('POST', { errors: 1 });
  expect((await chat({})).status).toBe(500);
  await fault('POST', { errors: 0.5 });
  const statuses = await Promise.all(Array.from({ length: 60 }, async () => (await chat({})).status));
  expect(new Set(statuses)).toEqual(new Set([200, 500]));
});

test('slow first token: later than asked for, never earlier', async () => {
  const { chat, fault } = await serve();
  await fault('POST', { firstTokenMs: 150 });
  const startedMs = performance.now();
  await chat({});
  expect(performance.now() - startedMs).toBeGreaterThanOrEqual(149);
});

test('stall: a stream falls silent after that many tokens', async () => {
  const { chat, fault } = await serve();
  await fault('POST', { stallAfterTokens: 2 });
  const response = await chat({ max_tokens: 5, stream: true });
  const reader = response.body?.getReader();
  const first = new TextDecoder().decode((await reader?.read())?.value);
  expect(first.match(/^data: /gm)).toHaveLength(2);
  const more = reader?.read().then(({ value }) => new TextDecoder().decode(value));
  expect(await Promise.race([more, fault('POST', {}).then(() => 'silent')])).toBe('silent');
  await fault('DELETE');
  expect(await more).toContain('[DONE]');
});

test('wrong model: answers and lists under the other name', async () => {
  const { url, chat } = await serve(['--faults', '{"wrongModel":"other"}']);
  expect(await (await chat({})).json()).toMatchObject({ model: 'other' });
  expect(await eventsOf(await chat({ stream: true, max_tokens: 1 }))).toMatchObject([{ model: 'other' }, {}, '[DONE]']);
  expect(await (await fetch(`${url}/v1/models`)).json()).toMatchObject({ data: [{ id: 'other' }] });
});

test('keeps the faults it was not told to change, and refuses what it does not know', async () => {
  const { url, fault } = await serve();
  await fault('POST', { errors: 0.25 });
  await fault('POST', { hang: true });
  expect((await fault('POST', { hnag: true })).status).toBe(400);
  expect((await fault('POST', { errors: 2 })).status).toBe(400);
  expect(await (await fetch(`${url}/faults`)).json()).toMatchObject({ hang: true, errors: 0.25 });
});

test('switches faults while it still loads', async () => {
  const { fault } = await serve(['--load-ms', '60000']);
  expect((await fault('POST', { hang: true })).status).toBe(200);
});
