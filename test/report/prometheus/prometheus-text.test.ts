import { expect, test } from 'vitest';
import { prometheusText } from '../../../src/report/prometheus/prometheus-text.ts';
import type { StatusView } from '../../../src/report/status-view.ts';
import { nowMs, operation } from '../../cli/support/models.ts';
import { metricsOf, metricsView, siteRow, statusOf } from './metrics-samples.ts';

/** The series of one name, without it. */
function series(text: string, name: string): readonly string[] {
  return text.split('\n').flatMap((line) => (line.match(`^${name}[{ ](.*)$`)?.[1] ?? []) as string[]);
}

const textOf = (status: Partial<StatusView> = {}, over: Parameters<typeof metricsOf>[1] = {}) =>
  prometheusText(metricsView(metricsOf(status, over)));

test('is the same for the same view, whole', async () => {
  const text = textOf();
  expect(textOf()).toBe(text);
  await expect(text).toMatchFileSnapshot('../snapshots/metrics.txt');
});

test('of two deployments a name stands once, with the series of both below it', () => {
  const text = prometheusText(metricsView(metricsOf(), metricsOf({ deployment: 'embed' })));
  expect(text.match(/^# TYPE godwit_paused /gm)).toHaveLength(1);
  expect(series(text, 'godwit_paused')).toEqual(['deployment="chat"} 0', 'deployment="embed"} 0']);
});

const unseen = { kind: 'unseen', why: 'free text about a store' } as const;
const stale = { kind: 'seen', asOfMs: nowMs - 60_000, isStale: true } as const;
const seen = { kind: 'seen', asOfMs: nowMs, isStale: false } as const;

test('of a view that is stale only its age is told', () => {
  const text = textOf({ sources: { controller: stale, gateway: seen, store: seen } });
  expect(series(text, 'godwit_site_state')).toContain('deployment="chat",site="left",state="unknown"} 1');
  expect(series(text, 'godwit_site_state')).toContain('deployment="chat",site="left",state="failing"} 0');
  expect(series(text, 'godwit_site_ready_replicas')).toEqual([]);
  expect(series(text, 'godwit_source_seen')).toContain('deployment="chat",source="controller"} 0');
  expect(series(text, 'godwit_loop_last_success_timestamp_seconds')).toEqual([
    `deployment="chat"} ${nowMs / 1000 - 60}`,
  ]);
  expect(series(text, 'godwit_evidence_age_seconds')[0]).toBe('deployment="chat",site="left"} 1.5');
});

test('with nothing seen no number is made up', () => {
  const metrics = metricsOf(
    {
      sites: [],
      traffic: undefined,
      open: undefined,
      temporary: undefined,
      controller: { kind: 'unseen' },
      failoverReady: {
        ...{ value: 'unknown', to: undefined, isTargetReady: false },
        reasons: [{ code: 'UnknownView', message: 'nobody looked' }],
      },
      sources: { controller: unseen, gateway: unseen, store: unseen },
    },
    { tally: undefined, operations: undefined, leads: undefined },
  );
  const text = prometheusText({ ...metricsView(metrics), drills: undefined });
  const told = new Set(text.match(/^godwit_\w+/gm));
  expect([...told]).toEqual([
    'godwit_build_info',
    'godwit_config_info',
    'godwit_config_valid',
    'godwit_source_seen',
    'godwit_service_state',
    'godwit_failover_mode',
    'godwit_failover_blocked',
  ]);
  expect(series(text, 'godwit_failover_blocked')).toContain('deployment="chat",reason="UnknownView"} 1');
});

const temporary = (kind: string, untilMs?: number) =>
  ({ kind, what: kind, by: 'ann@node-1', reason: 'free text', untilMs, end: 'godwit x' }) as const;

test.for([
  { name: 'a pause in the record', given: [temporary('pause')], seenBy: ['store', 'gateway'], paused: ['1'] },
  { name: 'a pause that the gateway keeps', given: [temporary('pin')], seenBy: ['gateway'], paused: ['1'] },
  { name: 'nothing anywhere', given: [], seenBy: ['store', 'gateway'], paused: ['0'] },
  { name: 'nothing in the record, and the gateway is away', given: [], seenBy: ['store'], paused: [] },
  {
    name: 'a drill at the gateway, and the store is away',
    given: [temporary('drill')],
    seenBy: ['gateway'],
    paused: [],
  },
])('paused, by $name: $paused', ({ given, seenBy, paused }) => {
  const source = (name: string) => (seenBy.includes(name) ? seen : unseen);
  const sources = { controller: seen, gateway: source('gateway'), store: source('store') };
  const text = textOf({ temporary: given, sources });
  expect(series(text, 'godwit_paused')).toEqual(paused.map((value) => `deployment="chat"} ${value}`));
});

test('a drill and the end of a shift are told', () => {
  const text = textOf({ temporary: [temporary('shift', nowMs + 60_000), temporary('drill')] });
  expect(series(text, 'godwit_drill_active')).toEqual(['deployment="chat"} 1']);
  expect(series(text, 'godwit_manual_shift_expires_timestamp_seconds')).toEqual([
    `deployment="chat"} ${nowMs / 1000 + 60}`,
  ]);
});

test('a lease that nobody holds is no age, and nobody leads', () => {
  const text = textOf({ controller: { kind: 'gone', holder: undefined, renewedAtMs: undefined }, open: undefined });
  expect(series(text, 'godwit_controller_live')).toEqual(['deployment="chat"} 0']);
  expect(series(text, 'godwit_lease_age_seconds')).toEqual([]);
  expect(series(text, 'godwit_operation_active').filter((each) => each.endsWith(' 1'))).toEqual([]);
});

test('operations that never ended so are told as 0, so that the first one is an increase', () => {
  const all = series(textOf(), 'godwit_operations_total');
  expect(all).toContain('deployment="chat",kind="failover",trigger="automatic",outcome="done"} 2');
  expect(all).toContain('deployment="chat",kind="failover",trigger="automatic",outcome="returned"} 0');
  expect(all).toHaveLength(10 * 3 * 4);
});

test('the configuration that could not be started with is told', () => {
  expect(prometheusText({ ...metricsView(), isConfigValid: false })).toContain('\ngodwit_config_valid 0\n');
});

test('a kind under way is the only one', () => {
  const text = textOf({ open: operation({ endedAtMs: undefined, state: 'held' }) });
  const active = series(text, 'godwit_operation_active').filter((each) => each.endsWith(' 1'));
  expect(active).toEqual(['deployment="chat",kind="failover"} 1']);
});

test('what is announced is counted by kind, also as 0; what could not be read is not 0', () => {
  const [left] = statusOf().sites;
  const told = left?.notices?.told ?? [];
  const noticesOf = (notices: NonNullable<typeof left>['notices']): readonly string[] =>
    series(textOf({ sites: [siteRow('left', notices === undefined ? {} : { notices })] }), 'godwit_site_notices');
  expect(noticesOf({ told, asOfMs: nowMs })).toEqual([
    'deployment="chat",site="left",kind="preemption"} 1',
    'deployment="chat",site="left",kind="maintenance"} 0',
    'deployment="chat",site="left",kind="retirement"} 0',
  ]);
  expect(noticesOf({ told, asOfMs: nowMs, unseen: 'too many calls' })).toEqual([]);
  expect(noticesOf({ told: [] })).toEqual([]);
  expect(noticesOf(undefined)).toEqual([]);
});

test('what the doctor found is counted by severity where a look was taken, with its age', () => {
  const finding = (outcome: 'bad' | 'unknown') => ({ area: 'quota', outcome, where: 'left', what: 'x' }) as const;
  const examined = {
    site: 'left',
    atMs: nowMs - 60_000,
    findings: [finding('bad'), finding('bad'), finding('unknown')],
  };
  const text = textOf({ sites: [siteRow('left', { examined }), siteRow('right')] });
  expect(series(text, 'godwit_doctor_findings')).toEqual([
    'deployment="chat",site="left",severity="bad"} 2',
    'deployment="chat",site="left",severity="unknown"} 1',
  ]);
  expect(series(text, 'godwit_doctor_age_seconds')).toEqual(['deployment="chat",site="left"} 60']);
});

test('of a drill that never ran only its objective is told, and nothing while no record can be read', () => {
  const never = {
    drill: 'site-loss',
    deployment: 'chat',
    verdict: undefined,
    passedAtMs: undefined,
    recoveryMs: undefined,
  };
  const text = prometheusText({ ...metricsView(metricsOf()), drills: [{ ...never, objectiveMs: 120_000 }] });
  const told = (of: string) => of.match(/^godwit_drill_(?!active)\w+/gm);
  expect(told(text)).toEqual(['godwit_drill_objective_seconds']);
  expect(told(prometheusText({ ...metricsView(metricsOf()), drills: undefined }))).toBeNull();
});
