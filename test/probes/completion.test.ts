import { expect, test } from 'vitest';
import type { CompletionProbeSpec } from '../../src/model/probe-spec.ts';
import { serve } from '../demo/model-server/serving.ts';
import { listen, look, streamHead } from './misbehaving.ts';

const spec: CompletionProbeSpec = {
  kind: 'completion',
  name: 'completion',
  everyMs: 1000,
  timeoutMs: 2000,
  path: '/v1/chat/completions',
  model: 'tiny-chat',
  prompt: 'Reply with the single word: ready',
  maxTokens: 8,
  firstTokenLimitMs: 1000,
  contains: 'ready',
};

test.for(['/v1/chat/completions', '/v1/completions'])('a real answer on %s is good and measured', async (path) => {
  const { url } = await serve(['--first-token-ms', '40']);
  const seen = await look(url, { ...spec, path });
  expect(seen).toMatchObject({
    ...{ deployment: 'chat', site: 'alpha', replica: 'alpha-0', bootId: 'boot-1', probe: 'completion' },
    ...{ plane: 'data', vantage: 'here', atMs: 1000, outcome: 'good' },
  });
  expect(seen.firstTokenMs).toBeGreaterThanOrEqual(39);
  expect(seen.durationMs).toBeGreaterThanOrEqual(seen.firstTokenMs ?? 0);
});

test.for([
  { name: 'a hung engine', faults: { hang: true }, more: { timeoutMs: 80 }, reason: 'TimedOut' },
  { name: 'errors', faults: { errors: 1 }, more: {}, reason: 'BadStatus' },
  {
    name: 'a late first token',
    faults: { firstTokenMs: 120 },
    more: { firstTokenLimitMs: 50 },
    reason: 'FirstTokenLate',
  },
  { name: 'another model', faults: { wrongModel: 'other' }, more: {}, reason: 'WrongModel' },
  {
    name: 'a stream that stalls',
    faults: { stallAfterTokens: 2 },
    more: { prompt: 'Tell more', timeoutMs: 80, contains: undefined },
    reason: 'Stalled',
  },
  { name: 'another text', faults: {}, more: { contains: 'steady' }, reason: 'WrongText' },
])('$name is $reason', async ({ faults, more, reason }) => {
  const { url, fault } = await serve();
  await fault('POST', faults);
  expect(await look(url, { ...spec, ...more })).toMatchObject({ outcome: 'bad', reason });
});

test('the time between tokens is measured, and nothing is made up from a single one', async () => {
  const { url } = await serve(['--tokens-per-second', '50']);
  const many = await look(url, { ...spec, prompt: 'Tell more', maxTokens: 6, contains: undefined });
  expect(many.perTokenMs).toBeGreaterThanOrEqual(15);
  const one = await look(url, { ...spec, prompt: 'Tell more', maxTokens: 1, contains: undefined });
  expect(one).toMatchObject({ outcome: 'good' });
  expect(one.perTokenMs).toBeUndefined();
});

test('a late first token is still measured', async () => {
  const { url, fault } = await serve();
  await fault('POST', { firstTokenMs: 120 });
  const seen = await look(url, { ...spec, firstTokenLimitMs: 50 });
  expect(seen.firstTokenMs).toBeGreaterThanOrEqual(119);
});

test('a server that loads its model is Loading', async () => {
  const { url } = await serve(['--load-ms', '60000']);
  expect(await look(url, spec)).toMatchObject({ outcome: 'bad', reason: 'Loading' });
});

const event = (text: string, model = 'tiny-chat'): string =>
  `data: ${JSON.stringify({ model, choices: [{ delta: { content: text } }] })}\n\n`;

test.for([
  { name: 'the end without a token', says: 'data: [DONE]\n\n', outcome: 'bad', reason: 'NoTokens' },
  { name: 'an empty answer', says: '', outcome: 'bad', reason: 'NoTokens' },
  { name: 'only empty content', says: `${event('')}data: [DONE]\n\n`, outcome: 'bad', reason: 'NoTokens' },
  { name: 'tokens without an end', says: event('ready'), outcome: 'bad', reason: 'Stalled' },
  { name: 'no JSON', says: 'data: {oops\n\n', outcome: 'bad', reason: 'BadAnswer' },
  { name: 'JSON that is no object', says: 'data: 7\n\n', outcome: 'bad', reason: 'BadAnswer' },
  { name: 'an error event', says: `${event('re')}data: {"error":{}}\n\n`, outcome: 'bad', reason: 'BadAnswer' },
  { name: 'more than 64 KiB', says: `: ${'x'.repeat(70_000)}\n`, outcome: 'bad', reason: 'BadAnswer' },
])('$name is $reason', async ({ says, outcome, reason }) => {
  const url = await listen((socket) => socket.end(streamHead + says));
  expect(await look(url, spec)).toMatchObject({ outcome, reason });
});

test.for([
  ['reasoning tokens', { choices: [{ delta: { reasoning_content: 'ready' } }] }],
  ['an error that is null and a chunk without choices', { error: null, choices: [] }],
  ['a chunk whose delta is null', { choices: [{ delta: null }] }],
  ['a choice that is null', { choices: [null] }],
] as const)('takes %s in its stride', async ([, chunk]) => {
  const says = `data: ${JSON.stringify(chunk)}\n\n${event('ready')}data: [DONE]\n\n`;
  const url = await listen((socket) => socket.end(streamHead + says));
  expect(await look(url, spec)).toMatchObject({ outcome: 'good' });
});

test('what a stranger calls himself is shown short and without control characters', async () => {
  const says = event('ready', `\u001b[31mevil\u202e${'x'.repeat(500)}`);
  const url = await listen((socket) => socket.end(streamHead + says));
  const { detail = '' } = await look(url, spec);
  expect(detail).toMatch(/^answered as \[31mevilx+, not tiny-chat$/);
  expect(detail.length).toBeLessThan(120);
});

test('a connection reset in the middle is Reset', async () => {
  const url = await listen((socket) => {
    socket.write(streamHead + event('re'), () => socket.resetAndDestroy());
  });
  expect(await look(url, spec)).toMatchObject({ outcome: 'bad', reason: 'Reset' });
});
