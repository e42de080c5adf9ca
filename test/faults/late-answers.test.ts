import { expect, test } from 'vitest';
import { withTrafficFaults } from '../../src/faults/probe.ts';
import type { Fault } from '../../src/model/fault.ts';
import type { ProbeSpec } from '../../src/model/probe-spec.ts';
import { createProbe } from '../../src/probes/probe.ts';
import { createSeededRandom } from '../../src/testkit/seeded-random.ts';
import { ana } from '../core/support/pins.ts';
import { listen, realClock, replicaAt, streamHead } from '../probes/misbehaving.ts';

const chunk = (text: string): string => `data: ${JSON.stringify({ model: 'tiny', choices: [{ text }] })}\n\n`;
const whole = `${streamHead}${chunk('one')}${chunk('two')}data: [DONE]\n\n`;
const completion: ProbeSpec = {
  ...{
    kind: 'completion',
    name: 'c',
    path: '/v1/completions',
    model: 'tiny',
    prompt: 'hi',
    everyMs: 1000,
    timeoutMs: 400,
  },
  ...{ maxTokens: 4, firstTokenLimitMs: 300, contains: undefined },
};
const fault = (change: Partial<Fault>): Fault => ({
  ...{
    deployment: 'chat',
    drill: 'l',
    run: 'r',
    kind: 'latency',
    site: 'alpha',
    sharePct: 100,
    forMs: 5000,
    by: ana,
    armedAtMs: 0,
    untilMs: 5000,
  },
  ...change,
});
const look = async (url: string, spec: ProbeSpec, change: Partial<Fault>, leftMs = 5000) => {
  const inner = createProbe({ clock: realClock, vantage: 'here' });
  const faults = () =>
    Promise.resolve({ kind: 'seen', value: { inForce: [fault(change)], ended: [] }, asOfMs: 0 } as const);
  const probe = withTrafficFaults(inner, { clock: realClock, random: createSeededRandom(1), vantage: 'here', faults });
  const call = { signal: new AbortController().signal, deadlineAtMonoMs: realClock.monoMs() + leftMs };
  const { outcome, reason, detail } = await probe.check(spec, replicaAt(url), call);
  return { outcome, reason, detail };
};
const sound = () => listen((s) => void s.end(whole));

test('cut short by its call, a late answer accuses nobody', async () => {
  expect(await look(await sound(), completion, { delayMs: 900 }, 100)).toMatchObject({ outcome: 'unknown' });
});

test('cut short, a stall accuses nobody', async () => {
  expect(await look(await sound(), completion, { kind: 'stalled-streams' }, 100)).toMatchObject({ outcome: 'unknown' });
});

test('a refused connection stays Refused under latency', async () => {
  expect(await look('http://127.0.0.1:1', completion, { delayMs: 900 })).toMatchObject({ reason: 'Refused' });
});

test('a token in time and an end that is not: it stalls', async () => {
  const url = await listen((s) => {
    s.write(`${streamHead}${chunk('one')}`);
    setTimeout(() => s.end(`${chunk('two')}data: [DONE]\n\n`), 250);
  });
  expect(await look(url, completion, { delayMs: 200 })).toMatchObject({ reason: 'Stalled' });
});

test('a stream that stalls does so whenever its first token came', async () => {
  const url = await listen((s) => void setTimeout(() => s.end(whole), 120));
  expect(await look(url, { ...completion, firstTokenLimitMs: 50 }, { kind: 'stalled-streams' })).toMatchObject({
    reason: 'Stalled',
  });
});
