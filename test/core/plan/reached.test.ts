import { expect, test } from 'vitest';
import { isHopeless, isReached } from '../../../src/core/plan/reached.ts';
import type { Step, StepEffect } from '../../../src/model/plan.ts';
import type { Replica } from '../../../src/model/replica.ts';
import type { StepSight } from '../../../src/model/step-sight.ts';
import { sameWeights } from '../../../src/model/weights.ts';
import { blackhole, lost, nowMs, replicaOf, routeOf } from '../support/view.ts';

const unseen = { kind: 'unknown', error: lost } as const;
const seen = <T>(value: T): { kind: 'seen'; value: T; asOfMs: number } => ({ kind: 'seen', value, asOfMs: nowMs });
const route = (weights: Record<string, number>): Partial<StepSight> => ({ route: seen(routeOf({ weights })) });
const replicas = (...changes: readonly Partial<Replica>[]): Partial<StepSight> => ({
  replicas: seen(changes.map(replicaOf)),
});

const stepOf = (effect: StepEffect): Step => ({ ...effect, name: 'step', deadlineMs: 1000 });

function sightOf(sight: Partial<StepSight>): StepSight {
  return {
    beganAtMs: nowMs - 5000,
    isAcknowledged: false,
    route: unseen,
    replicas: unseen,
    ready: [],
    traffic: unseen,
    faults: unseen,
    idleSinceMs: undefined,
    lackingSinceMs: undefined,
    inFlight: undefined,
    calmSinceMs: undefined,
    ...sight,
  };
}

const answerOf = (effect: StepEffect, sight: Partial<StepSight>): string =>
  isReached(stepOf(effect), sightOf(sight), nowMs);

const undo: StepEffect = { kind: 'undo', run: 'loss-1' };
const launch: StepEffect = { kind: 'launch', site: 'left', slots: [0, 1], bestEffort: false };
const prove: StepEffect = { kind: 'prove', site: 'left', replicas: 2 };
const weigh: StepEffect = { kind: 'weigh', weights: { left: 0, right: 100 }, gate: undefined };
const fence: StepEffect = { kind: 'fence', site: 'left' };
const stop: StepEffect = { kind: 'stop', site: 'left', how: 'stop' };
const remove: StepEffect = { kind: 'stop', site: 'left', how: 'delete' };
const settle: StepEffect = { kind: 'settle', forMs: 2000 };

test.for<{ name: string; step: StepEffect; sight: Partial<StepSight>; answer: string }>([
  { name: 'a stamp, acknowledged', step: { kind: 'stamp' }, sight: { isAcknowledged: true }, answer: 'yes' },
  { name: 'a stamp, not acknowledged', step: { kind: 'stamp' }, sight: {}, answer: 'no' },
  { name: 'an undoing, no fault is in force', step: undo, sight: { faults: seen([]) }, answer: 'yes' },
  { name: 'an undoing, the fault stands', step: undo, sight: { faults: seen([blackhole()]) }, answer: 'no' },
  { name: 'an undoing, not read', step: undo, sight: {}, answer: 'unknown' },
  {
    name: 'a launch, both slots alive',
    step: launch,
    sight: replicas({ slot: 0 }, { slot: 1, state: 'starting' }),
    answer: 'yes',
  },
  {
    name: 'a launch, one slot gone',
    step: launch,
    sight: replicas({ slot: 0 }, { slot: 1, state: 'gone' }),
    answer: 'no',
  },
  {
    name: 'a fence of a site that is emptied, nothing spills there',
    step: { ...fence, isEmptied: true },
    sight: { route: seen(routeOf({ weights: { left: 0, right: 100 }, spill: [{ site: 'right', provenForMs: 1 }] })) },
    answer: 'yes',
  },
  {
    name: 'a fence of a site that is emptied, requests may spill there (I21)',
    step: { ...fence, isEmptied: true },
    sight: { route: seen(routeOf({ weights: { left: 0, right: 100 }, spill: [{ site: 'left', provenForMs: 1 }] })) },
    answer: 'no',
  },
  { name: 'a launch, the list unread (I27)', step: launch, sight: {}, answer: 'unknown' },
  { name: 'a proof, enough ready', step: prove, sight: { ready: ['left-0', 'left-1'] }, answer: 'yes' },
  { name: 'a proof, one short', step: prove, sight: { ready: ['left-0'] }, answer: 'no' },
  { name: 'weights, read back the same', step: weigh, sight: route({ right: 100 }), answer: 'yes' },
  { name: 'weights, read back others', step: weigh, sight: route({ left: 1, right: 99 }), answer: 'no' },
  {
    name: 'weights, read back the same while others may still arrive',
    step: weigh,
    sight: { ...route({ right: 100 }), late: [routeOf({ weights: { left: 50, right: 50 } })] },
    answer: 'no',
  },
  {
    name: 'weights, read back the same while the same may still arrive',
    step: weigh,
    sight: { ...route({ right: 100 }), late: [routeOf({ weights: { left: 0, right: 100 } })] },
    answer: 'yes',
  },
  {
    name: 'a fence, while weight may still arrive (I20)',
    step: fence,
    sight: { ...route({ right: 100 }), late: [routeOf({ weights: { left: 1, right: 99 } })] },
    answer: 'no',
  },
  { name: 'weights, not read', step: weigh, sight: {}, answer: 'unknown' },
  { name: 'weights, no route yet', step: weigh, sight: { route: seen(undefined) }, answer: 'no' },
  { name: 'a fence, weight 0 read back (I20)', step: fence, sight: route({ right: 100 }), answer: 'yes' },
  { name: 'a fence, read back as 0 (I20)', step: fence, sight: route({ left: 0, right: 100 }), answer: 'yes' },
  { name: 'a fence, one percent left (I20)', step: fence, sight: route({ left: 1, right: 99 }), answer: 'no' },
  { name: 'a fence, not read (I20)', step: fence, sight: {}, answer: 'unknown' },
  { name: 'a drain, idle', step: { kind: 'drain', site: 'left' }, sight: { idleSinceMs: nowMs }, answer: 'yes' },
  { name: 'a drain, busy or not seen', step: { kind: 'drain', site: 'left' }, sight: {}, answer: 'no' },
  { name: 'a stop, stopped and free', step: stop, sight: replicas({ state: 'stopped', billed: 'no' }), answer: 'yes' },
  {
    name: 'a stop, stopped and billed (I16)',
    step: stop,
    sight: replicas({ state: 'stopped', billed: 'yes' }),
    answer: 'no',
  },
  {
    name: 'a stop, billing unknown (I16)',
    step: stop,
    sight: replicas({ state: 'stopped', billed: 'unknown' }),
    answer: 'unknown',
  },
  { name: 'a stop, still running', step: stop, sight: replicas({ state: 'running', billed: 'no' }), answer: 'no' },
  { name: 'a stop, the list unread', step: stop, sight: {}, answer: 'unknown' },
  { name: 'a deletion, only stopped', step: remove, sight: replicas({ state: 'stopped', billed: 'no' }), answer: 'no' },
  { name: 'a deletion, gone', step: remove, sight: replicas({ state: 'gone', billed: 'no' }), answer: 'yes' },
  { name: 'a settling, a millisecond short', step: settle, sight: { calmSinceMs: nowMs - 1999 }, answer: 'no' },
  { name: 'a settling, long enough', step: settle, sight: { calmSinceMs: nowMs - 2000 }, answer: 'yes' },
  {
    name: 'a settling, calm for long but begun just now',
    step: settle,
    sight: { calmSinceMs: 0, beganAtMs: nowMs - 1999 },
    answer: 'no',
  },
  { name: 'a settling, not calm', step: settle, sight: {}, answer: 'no' },
])('$name: $answer', ({ step, sight, answer }) => {
  expect(answerOf(step, sight)).toBe(answer);
});

test('weights are the same when a site without any is not named', () => {
  expect(sameWeights({ left: 100 }, { left: 100, right: 0 })).toBe(true);
  expect(sameWeights({ left: 100, right: 0 }, { left: 100 })).toBe(true);
  expect(sameWeights({ left: 100 }, { left: 99, right: 1 })).toBe(false);
});

test.for<{ name: string; step: StepEffect; agoMs: number | undefined; is: boolean }>([
  { name: 'has hope while all live', step: prove, agoMs: undefined, is: false },
  { name: 'has hope a millisecond before the time is up', step: prove, agoMs: 9999, is: false },
  { name: 'is hopeless once what it proves has been gone for long enough', step: prove, agoMs: 10_000, is: true },
])('a proof $name', ({ step, agoMs, is }) => {
  const lackingSinceMs = agoMs === undefined ? undefined : nowMs - agoMs;
  expect(isHopeless(stepOf(step), sightOf({ lackingSinceMs }), nowMs)).toBe(is);
});

test('only a proof is hopeless: whatever else waits may be settled by others', () => {
  expect(isHopeless(stepOf(launch), sightOf({ lackingSinceMs: 0 }), nowMs)).toBe(false);
});
