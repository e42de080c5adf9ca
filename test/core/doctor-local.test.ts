import { expect, test } from 'vitest';
import {
  controllerFinding,
  drainFindings,
  gatewayFinding,
  routeFinding,
  storeFinding,
} from '../../src/core/doctor-local.ts';
import type { LeaseRecord } from '../../src/model/lease.ts';
import { deployment, nowMs, placement } from '../cli/support/models.ts';

const mebibyte = 1024 * 1024;
const whole = { kind: 'whole', path: '/s/state.db', entries: 7, freeBytes: 64 * mebibyte } as const;

test.for([
  { outlook: whole, outcome: 'ok' },
  { outlook: { ...whole, freeBytes: 64 * mebibyte - 1 }, outcome: 'bad' },
  { outlook: { ...whole, freeBytes: undefined }, outcome: 'unknown' },
  { outlook: { kind: 'none-yet', dir: '/s', freeBytes: 1e9 }, outcome: 'ok' },
  { outlook: { kind: 'unusable', path: '/s', why: 'EACCES', todo: 'chmod' }, outcome: 'bad' },
] as const)('a store that is $outlook.kind with $outlook.freeBytes bytes free is $outcome', ({ outlook, outcome }) => {
  expect(storeFinding(outlook).outcome).toBe(outcome);
});

const holder = { kind: 'controller', name: 'root', host: 'vm', pid: 7 } as LeaseRecord['holder'];
const lease: LeaseRecord = {
  deployment: 'chat',
  holder,
  epoch: 1,
  ttlMs: 10_000,
  heldMs: 60_000,
  renewedAtMs: nowMs - 10_000,
};

test.for([
  { name: 'heard within its time', record: lease, outcome: 'ok' },
  { name: 'not heard for longer', record: { ...lease, renewedAtMs: nowMs - 10_001 }, outcome: 'bad' },
  { name: 'never there', record: undefined, outcome: 'bad' },
  { name: 'not seen', record: 'unseen', outcome: 'unknown' },
] as const)('a controller that is $name: $outcome', ({ record, outcome }) => {
  expect(controllerFinding(deployment(), record, nowMs).outcome).toBe(outcome);
});

test('a gateway must answer, and take connections', () => {
  const at = { pid: 7, port: 8080 };
  const outcomes = [undefined, { ...at, isOpen: false }, { ...at, isOpen: true }].map(
    (gateway) => gatewayFinding('/s/admin.sock', gateway).outcome,
  );
  expect(outcomes).toEqual(['bad', 'bad', 'ok']);
});

test('no route is bad, and a route that is not seen is neither', () => {
  const error = { class: 'transient', code: 'GatewayAbsent', message: 'away' } as const;
  expect(routeFinding(deployment(), { kind: 'seen', value: undefined, asOfMs: 0 }).outcome).toBe('bad');
  expect(routeFinding(deployment(), { kind: 'unknown', error })).toMatchObject({ outcome: 'unknown', why: 'away' });
});

const serving = (command: readonly string[]) =>
  deployment({
    placements: [placement('left', { launch: { command, env: {}, startupTimeoutMs: 1000, stopGraceMs: 30_000 } })],
  });

test.for([
  { command: ['vllm', 'serve', '--shutdown-timeout', '30'], outcome: 'ok' },
  { command: ['vllm', 'serve', '--shutdown-timeout', '31'], outcome: 'bad' },
  { command: ['vllm', 'serve', '--shutdown-timeout=31'], outcome: 'bad' },
  { command: ['vllm', 'serve'], outcome: 'ok' },
])('a server that waits for its requests must be let: $command is $outcome', ({ command, outcome }) => {
  expect(drainFindings(serving(command))).toMatchObject([{ where: 'chat at left', outcome }]);
});

test('so must one in a container', () => {
  const [only = placement('left')] = serving([]).placements;
  const container = { image: 'vllm/vllm-openai:v0.18.0', args: ['--shutdown-timeout', '31'], gpu: 'nvidia' } as const;
  const placements = [{ ...only, launch: { ...only.launch, container } }];
  expect(drainFindings(deployment({ placements }))).toMatchObject([{ outcome: 'bad' }]);
});

test('a machine that starts its server by itself is not asked how it stops it', () => {
  expect(drainFindings(serving([]))).toEqual([]);
});
