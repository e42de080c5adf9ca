import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { verdicts } from '../../src/model/drill-run.ts';
import { noticeKinds } from '../../src/model/notice.ts';
import { endStates, operationKinds, triggers } from '../../src/model/operation.ts';
import { failoverModes } from '../../src/model/policy.ts';
import { reasonCodes } from '../../src/model/reason.ts';
import { turnLimitsMs } from '../../src/model/tally.ts';
import { prometheusText } from '../../src/report/prometheus/prometheus-text.ts';
import { serviceStates, siteStates } from '../../src/report/status-view.ts';
import { metricsOf, metricsView } from '../report/prometheus/metrics-samples.ts';

/** A view in which the reason stands in the way, and has led to decisions. */
function textWith(code: (typeof reasonCodes)[number]): string {
  const reasons = [{ code, message: `free text about ${code}`, site: 'left' }];
  const decisions = [{ decision: 'stay', reason: code, trigger: 'automatic', count: 3 }] as const;
  const metrics = metricsOf({ failoverReady: { value: 'no', to: undefined, isTargetReady: false, reasons } });
  const { tally } = metrics;
  return prometheusText(metricsView({ ...metrics, tally: tally === undefined ? tally : { ...tally, decisions } }));
}

test.for(reasonCodes)('the reason %s is a label of what it blocks and of the decisions it led to', (code) => {
  const lines = textWith(code).split('\n');
  const blocks = lines.filter((line) => line.startsWith('godwit_failover_blocked{') && line.endsWith(' 1'));
  expect(blocks).toEqual([`godwit_failover_blocked{deployment="chat",reason="${code}"} 1`]);
  expect(lines).toContain(
    `godwit_decisions_total{deployment="chat",decision="stay",reason="${code}",trigger="automatic"} 3`,
  );
});

test('what a reason may be is told whether or not it holds', () => {
  const told = [...prometheusText(metricsView(metricsOf())).matchAll(/^godwit_failover_blocked\{.*reason="(\w+)"/gm)];
  expect(told.map(([, code]) => code)).toEqual([...reasonCodes]);
});

/** Every label there is, and every value it may have: names of the view's own configuration, codes, states. */
const closed: Readonly<Record<string, readonly string[]>> = {
  version: ['1.2.3'],
  environment: ['production'],
  digest: ['3fa1c0ffee12'],
  deployment: ['chat'],
  site: ['left', 'right'],
  source: ['controller', 'gateway', 'store'],
  le: [...turnLimitsMs.map((limitMs) => String(limitMs / 1000)), '+Inf'],
  state: [...serviceStates, ...siteStates],
  kind: ['wanted', 'real', ...operationKinds, ...noticeKinds],
  outcome: ['ok', 'failed', 'cut', 'good', 'bad', 'unknown', ...endStates],
  probe: ['completion'],
  mode: failoverModes,
  reason: ['none', ...reasonCodes],
  decision: ['stay', 'advise', 'act', 'steer'],
  trigger: triggers,
  drill: ['site-loss'],
  verdict: verdicts,
};

test('labels are from closed sets: no id of an operation, no free text', () => {
  const text = textWith('Paused');
  const labels = [...text.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)];
  expect(labels.length).toBeGreaterThan(100);
  for (const [, label = '', value = ''] of labels) expect(closed[label] ?? [], label).toContain(value);
  expect(text).not.toMatch(/op-open|op-last|free text about/);
});

/** https://prometheus.io/docs/practices/naming/, checked 2026-11-27. */
test('names have the prefix, and counters alone end in _total', () => {
  const types = [...textWith('Paused').matchAll(/^# TYPE (\S+) (\S+)$/gm)];
  expect(types.length).toBeGreaterThan(25);
  for (const [, name = '', type] of types) {
    expect(name).toMatch(/^godwit_[a-z_]+$/);
    expect(name.endsWith('_total'), name).toBe(type === 'counter');
  }
});

test('what README tells an operator to watch is there', () => {
  const known = new Set([...textWith('Paused').matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name));
  const named = readFileSync(new URL('../../README.md', import.meta.url), 'utf8').match(/\bgodwit_\w+/g) ?? [];
  expect(named.length).toBeGreaterThan(4);
  expect(named.filter((name) => !known.has(name))).toEqual([]);
});
