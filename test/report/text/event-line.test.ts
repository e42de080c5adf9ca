import { expect, test } from 'vitest';
import type { Event } from '../../../src/model/event.ts';
import { jsonLine } from '../../../src/report/json/document.ts';
import { eventJson } from '../../../src/report/json/event.ts';
import { eventLine } from '../../../src/report/text/event-line.ts';
import { plainStyle } from '../../../src/report/text/style.ts';
import { nowMs, operation, siteDiagnosis } from '../../cli/support/models.ts';
import { hostileStrings, terminalControls } from '../hostile.ts';

const head = { atMs: nowMs, deployment: 'chat' };
const holder = { kind: 'controller', name: 'godwit', host: 'node-1', pid: 4711 } as const;
const record = { deployment: 'chat', holder, epoch: 4, ttlMs: 10_000, heldMs: 60_000, renewedAtMs: nowMs };
const lease = { deployment: 'chat', holder, holderId: 'h', epoch: 4, ttlMs: 10_000, usableUntilMonoMs: 1 };
const diagnosis = {
  code: 'SiteDead',
  actionable: true,
  site: 'site-a',
  message: 'no replica answers',
  sites: [siteDiagnosis('site-a', 'SiteDead')],
} as const;
const action = {
  kind: 'failover',
  trigger: 'automatic',
  from: 'site-a',
  weights: { 'site-a': 0, 'site-b': 100 },
  start: [],
  inOneStep: true,
  because: [{ code: 'SiteFailing', message: 'dead' }],
  requestId: undefined,
} as const;
const preemption = {
  ...({ kind: 'preemption', code: 'marked-for-termination', message: 'taken back' } as const),
  ...{ replicaId: 'a-1', deployment: 'chat' },
} as const;
const coolDown = { code: 'CoolDown', message: 'op-1 was 5 s ago' } as const;

const finding = { area: 'quota', outcome: 'bad', where: 'site-a', what: 'no room' } as const;

const lines: readonly (readonly [Event, string | undefined])[] = [
  [{ ...head, type: 'lease-taken', lease }, '+ lease taken, epoch 4'],
  [{ ...head, type: 'lease-lost', record }, 'x lease lost, now godwit@node-1 pid 4711'],
  [{ ...head, type: 'lease-lost', record: undefined }, 'x lease lost'],
  [{ ...head, type: 'finding', site: 'site-a', state: 'appeared', finding }, 'x doctor: bad: quota site-a: no room'],
  [
    { ...head, type: 'finding', site: 'site-a', state: 'appeared', finding: { ...finding, outcome: 'unknown' } },
    '? doctor: unknown: quota site-a: no room',
  ],
  [{ ...head, type: 'finding', site: 'site-a', state: 'gone', finding }, '+ doctor: no more: quota site-a: no room'],
  [{ ...head, type: 'diagnosis', diagnosis }, 'x SiteDead site-a: no replica answers'],
  [
    {
      ...head,
      type: 'diagnosis',
      diagnosis: { ...diagnosis, code: 'TooManyFailing', actionable: false, site: undefined },
    },
    '! TooManyFailing: no replica answers',
  ],
  [
    { ...head, type: 'diagnosis', diagnosis: { ...diagnosis, code: 'Healthy', actionable: false } },
    '+ Healthy site-a: no replica answers',
  ],
  [
    { ...head, type: 'decision', decision: { kind: 'act', diagnosis, action } },
    '> decided: automatic failover to site-b 100%',
  ],
  [
    {
      ...head,
      type: 'decision',
      decision: { kind: 'advise', diagnosis, action, reasons: [{ code: 'AdviseMode', message: 'a person decides' }] },
    },
    '! advises failover to site-b 100%; not done: AdviseMode (a person decides)',
  ],
  [
    { ...head, type: 'decision', decision: { kind: 'stay', diagnosis, reasons: [coolDown] } },
    '! stays: CoolDown (op-1 was 5 s ago)',
  ],
  [{ ...head, type: 'decision', decision: { kind: 'stay', diagnosis, reasons: [] } }, undefined],
  [{ ...head, type: 'operation', operation: operation() }, '+ op-7f3k automatic failover done after 30s'],
  [
    {
      ...head,
      type: 'operation',
      operation: operation({ state: 'failed', error: { class: 'transient', code: 'ECONNRESET', message: 'reset' } }),
    },
    'x op-7f3k automatic failover failed after 30s: ECONNRESET reset',
  ],
  [
    { ...head, type: 'operation', operation: operation({ state: 'shifting', endedAtMs: undefined }) },
    '> op-7f3k automatic failover shifting',
  ],
  [
    {
      ...head,
      type: 'step',
      operationId: 'op-7f3k',
      index: 1,
      count: 3,
      step: 'fence',
      state: 'reached',
      detail: 'weight 0 read back',
    },
    '+ op-7f3k step 2/3 fence reached weight 0 read back',
  ],
  [
    {
      ...head,
      type: 'step',
      operationId: 'op-7f3k',
      index: 0,
      count: 3,
      step: 'stamp',
      state: 'unknown',
      detail: undefined,
    },
    '? op-7f3k step 1/3 stamp unknown',
  ],
  [
    { ...head, type: 'notice', site: 'site-a', notice: preemption },
    '! announced at site-a: preemption of a-1 at any moment (marked-for-termination: taken back)',
  ],
  [{ ...head, type: 'warning', message: 'gateway not stamped' }, '! warning: gateway not stamped'],
];

test.for(lines)('$0.type reads %#', ([event, text]) => {
  expect(eventLine(event, plainStyle)).toBe(text === undefined ? undefined : `03:21:07Z chat ${text}`);
});

test.for(lines)('$0.type is one JSON object with type, time and deployment %#', ([event]) => {
  expect(JSON.parse(jsonLine(eventJson(event)))).toMatchObject({
    type: event.type,
    at: '2026-11-23T03:21:07.000Z',
    deployment: 'chat',
  });
});

test('counts steps from 1 for people and machines alike', () => {
  const step = {
    ...head,
    type: 'step',
    operationId: 'op-1',
    index: 0,
    count: 4,
    step: 'stamp',
    state: 'intended',
    detail: undefined,
  } as const;
  expect(eventJson(step)).toMatchObject({ step: 1, steps: 4, name: 'stamp', op: 'op-1' });
});

test('names the kind and weights of a decision for machines', () => {
  expect(eventJson({ ...head, type: 'decision', decision: { kind: 'act', diagnosis, action } })).toMatchObject({
    decision: 'act',
    action: { kind: 'failover', weights: { 'site-b': 100 } },
    reasons: [{ code: 'SiteFailing' }],
  });
});

test.for(hostileStrings.map((text) => [JSON.stringify(text).slice(0, 50), text] as const))(
  'stays one harmless line with %s',
  ([, evil]) => {
    const evilOperation = operation({ id: 'op-1', error: { class: 'unknown', code: evil, message: evil } });
    const events: Event[] = [
      { atMs: nowMs, deployment: evil, type: 'warning', message: evil },
      { ...head, type: 'lease-lost', record: { ...record, holder: { ...holder, name: evil, host: evil } } },
      { ...head, type: 'diagnosis', diagnosis: { ...diagnosis, site: evil, message: evil } },
      {
        ...head,
        type: 'decision',
        decision: { kind: 'stay', diagnosis, reasons: [{ code: 'CoolDown', message: evil }] },
      },
      {
        ...head,
        type: 'decision',
        decision: { kind: 'act', diagnosis, action: { ...action, weights: { [evil]: 100 } } },
      },
      { ...head, type: 'operation', operation: evilOperation },
      { ...head, type: 'step', operationId: 'op-1', index: 0, count: 1, step: evil, state: 'failed', detail: evil },
    ];
    for (const event of events) {
      const line = eventLine(event, plainStyle) ?? '';
      expect(line).not.toMatch(terminalControls);
      expect(line).not.toContain('\n');
      expect(jsonLine(eventJson(event))).not.toMatch(terminalControls);
    }
  },
);
