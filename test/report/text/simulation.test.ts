import { expect, test } from 'vitest';
import type { SimulatedMoment, SimulatedSeed } from '../../../src/model/simulation.ts';
import { type SimulationTerms, summarize } from '../../../src/report/simulation-summary.ts';
import { seedText, simulationText } from '../../../src/report/text/simulation.ts';
import { plainPaint, plainStyle, type Style } from '../../../src/report/text/style.ts';
import { widthOf } from '../../../src/report/text/width.ts';
import { hostileStrings, terminalControls } from '../hostile.ts';

const style: Style = { isUnicode: true, isAccessible: false, width: 80, paint: plainPaint };
const terms: SimulationTerms = {
  ...{ config: 'godwit.yaml', deployment: 'chat-70b', mode: 'auto', faults: ['site', 'process'], seeds: 2 },
  isInterrupted: false,
};

const moments: readonly SimulatedMoment[] = [
  { atMs: 500, kind: 'mishap', mishap: 'controller-killed' },
  { atMs: 75_000, kind: 'fault', site: 'oslo', fault: 'lost', forMs: 51_000 },
  { atMs: 75_000, kind: 'outage', forMs: 4200, worstPct: 100, isOpen: false },
  {
    ...{ atMs: 76_540, kind: 'decision', decision: 'act', diagnosis: 'SiteDead', message: '3 of 3 replicas are bad' },
    reasons: [{ code: 'SiteFailing', message: 'SiteDead: 3 of 3 replicas are bad for 12 s', forMs: undefined }],
  },
  {
    ...{ atMs: 79_600, kind: 'operation', id: 'op-1', operation: 'failover', trigger: 'automatic', from: 'oslo' },
    ...{ weights: { oslo: 0, paris: 100 }, state: 'done', tookMs: 3100, error: undefined },
  },
  {
    ...{ atMs: 120_000, kind: 'decision', decision: 'stay', diagnosis: 'Healthy', message: '' },
    reasons: [{ code: 'CoolDown', message: 'op-1 was 40 s ago, least 20 m', forMs: 1_160_000 }],
  },
  { atMs: 3_723_400, kind: 'fault', site: 'paris', fault: 'one', forMs: undefined },
  {
    ...{ atMs: 3_724_000, kind: 'operation', id: 'op-2', operation: 'start', trigger: 'automatic', from: undefined },
    ...{ weights: { paris: 100 }, state: 'failed', tookMs: 90_000, error: 'none of that kind is left' },
  },
  { atMs: 3_800_000, kind: 'outage', forMs: 100, worstPct: 30, isOpen: true },
];
const calm: SimulatedSeed = {
  ...{ seed: 1, forMs: 600_000, moments: [], smallFaults: 0, failovers: 0, troubles: [], violations: [] },
};
const rough: SimulatedSeed = {
  ...{ seed: 2, forMs: 3_900_000, moments, smallFaults: 12, failovers: 1 },
  troubles: ['paris has 1 of 2 replicas'],
  violations: [{ invariant: 'I4', message: 'the weights leave oslo that serves', atMs: 80_000 }],
};

test('worlds and their summary read as they did', async () => {
  const all = [calm, rough];
  const text = [...all.map((each) => seedText(each, style)), simulationText(summarize(all), terms, style)].join('\n\n');
  await expect(`${text}\n`).toMatchFileSnapshot('../snapshots/simulation.txt');
  expect(text.split('\n').filter((line) => widthOf(line) > 80)).toEqual([]);
});

test('worlds without a fault are summed up as such', () => {
  const text = simulationText(summarize([calm]), { ...terms, seeds: 1 }, plainStyle);
  expect(text.split('\n')).toEqual([
    '+ 1 of 1 worlds of chat-70b, mode auto, faults: site, process',
    '  failovers    0',
    '  no service   never',
    '  held back    by nothing',
    '  in the end   all well in every world',
    '  violations   none',
  ]);
});

test('a long timeline is cut, and says so', () => {
  const many = Array.from({ length: 45 }, (_, index) => ({ atMs: index, kind: 'mishap', mishap: 'link-cut' }) as const);
  const lines = seedText({ ...calm, moments: many }, plainStyle).split('\n');
  expect(lines).toHaveLength(42);
  expect(lines.at(-1)?.trim()).toBe('and 5 more: -o json shows them');
});

test.for(hostileStrings.map((text) => [JSON.stringify(text).slice(0, 50), text] as const))('disarms %s', ([, evil]) => {
  const moments: readonly SimulatedMoment[] = [
    { atMs: 1, kind: 'fault', site: evil, fault: 'hangs', forMs: 5 },
    {
      ...{ atMs: 2, kind: 'operation', id: 'op-1', operation: 'failover', trigger: 'automatic', from: evil },
      ...{ weights: { [evil]: 100 }, state: 'failed', tookMs: 1, error: evil },
    },
    {
      ...{ atMs: 3, kind: 'decision', decision: 'stay', diagnosis: 'SiteDead', message: evil },
      reasons: [{ code: 'CoolDown', message: evil, forMs: 1 }],
    },
  ];
  const seed = { ...calm, moments, troubles: [evil], violations: [{ invariant: 'I1', message: evil, atMs: 1 }] };
  const printed = `${seedText(seed, style)}\n${simulationText(summarize([seed]), { ...terms, deployment: evil }, style)}`;
  expect(printed).not.toMatch(terminalControls);
  expect(printed.split('\n').filter((line) => widthOf(line) > 80)).toEqual([]);
});
