import fc from 'fast-check';
import { expect, test } from 'vitest';
import { detect } from '../../../src/core/detect/detect.ts';
import type { Observation } from '../../../src/model/observation.ts';
import type { DetectorPolicy } from '../../../src/model/policy.ts';
import { answer, completion, detector, nowMs } from '../support/view.ts';

const settled = { startedAtMs: nowMs - 600_000, timeoutMs: 60_000 };

/** Letters oldest first, 200 ms apart, the newest 100 ms ago. */
function history(letters: string): readonly Observation[] {
  const outcomes = { g: 'good', b: 'bad', u: 'unknown' } as const;
  return [...letters].map((letter, index) =>
    answer((letters.length - 1 - index) * 200 + 100, outcomes[letter as keyof typeof outcomes], {
      ...(letter === 'b' ? { reason: 'BadStatus' as const, detail: 'status 500' } : {}),
    }),
  );
}

function stateOf(letters: string, change: Partial<DetectorPolicy> = {}, startUp = settled): string {
  return detect(history(letters), completion, { ...detector, ...change }, startUp, nowMs).state;
}

test.for([
  { name: 'stays good one failure short of the run', letters: 'ggbb', state: 'good' },
  { name: 'is bad with the run complete', letters: 'ggbbb', state: 'bad' },
  { name: 'stays bad one success short of recovery', letters: 'gbbbg', state: 'bad' },
  { name: 'is good again with the successes complete', letters: 'gbbbgg', state: 'good' },
  { name: 'counts failures over an answer that saw nothing', letters: 'gbubb', state: 'bad' },
  { name: 'is unknown when nothing was seen', letters: 'uuu', state: 'unknown' },
  { name: 'stays good with the share of failures under the limit', letters: 'gggggbgb', state: 'good' },
  { name: 'is bad when half of the window failed, never in a row', letters: 'gbgbgbgb', state: 'bad' },
  { name: 'says nothing of a share with too few answers', letters: 'gbgbgb', state: 'good' },
])('$name', ({ letters, state }) => {
  expect(stateOf(letters)).toBe(state);
});

test.for([
  { name: 'the newest failure', letters: 'gbbb', state: 'bad', detail: 'status 500' },
  { name: 'a failure, not what was not seen since', letters: 'gbbbu', state: 'bad', detail: 'status 500' },
  { name: 'nothing while it is good', letters: 'gbg', state: 'good', detail: undefined },
])('gives as the reason $name', ({ letters, state, detail }) => {
  expect(detect(history(letters), completion, detector, settled, nowMs)).toMatchObject({ state, detail });
});

test('a share that was bad is over once enough good answers follow', () => {
  expect(stateOf('gbgbbgbbg')).toBe('bad');
  expect(stateOf('gbgbbgbbgg')).toBe('good');
});

test('evidence is fresh up to the limit and unknown a millisecond later', () => {
  const policy = { ...detector, staleAfterMs: 3000 };
  expect(detect([answer(3000, 'good')], completion, policy, settled, nowMs).state).toBe('good');
  expect(detect([answer(3001, 'good')], completion, policy, settled, nowMs).state).toBe('unknown');
});

test('failures while the model loads are start-up, up to the limit and not beyond', () => {
  const loading = { startedAtMs: nowMs - 59_999, timeoutMs: 60_000 };
  const overdue = { startedAtMs: nowMs - 60_000, timeoutMs: 60_000 };
  expect(stateOf('bbbbb', {}, loading)).toBe('starting');
  expect(detect(history('bbbbb'), completion, detector, loading, nowMs).sinceMs).toBe(nowMs - 900);
  expect(stateOf('bbbbb', {}, overdue)).toBe('bad');
});

test.for([
  { letters: 'ggg', failingSinceMs: undefined },
  { letters: 'ggb', failingSinceMs: nowMs - 100 },
  { letters: 'gbgbb', failingSinceMs: nowMs - 300 },
  { letters: 'gbub', failingSinceMs: nowMs - 500 },
  { letters: 'bbg', failingSinceMs: undefined },
] as const)('$letters has failed since the first failure of its last run', ({ letters, failingSinceMs }) => {
  expect(detect(history(letters), completion, detector, settled, nowMs).failingSinceMs).toBe(failingSinceMs);
});

test('what failed before the first good answer is not held against it', () => {
  expect(stateOf('bbbbbbbbg')).toBe('good');
  expect(stateOf('bbbbbbbbgbb')).toBe('good');
  expect(stateOf('bbbbbbbbgbbb')).toBe('bad');
});

test('is slow when the newest first tokens are far beyond the usual', () => {
  const times = [50, 52, 48, 51, 49, 50, 53, 47, 450, 470, 460];
  const slow = times.map((firstTokenMs, index) => answer((times.length - index) * 200, 'good', { firstTokenMs }));
  expect(detect(slow, completion, detector, settled, nowMs)).toMatchObject({ state: 'slow', sinceMs: nowMs - 2200 });
  expect(detect(slow, completion, { ...detector, slowPhi: 1000 }, settled, nowMs).state).toBe('good');
});

test('is bad since the first failure of the run, with the reason of the newest', () => {
  expect(detect(history('ggbubb'), completion, detector, settled, nowMs)).toMatchObject({
    state: 'bad',
    sinceMs: nowMs - 700,
    asOfMs: nowMs - 100,
    reason: 'BadStatus',
    detail: 'status 500',
    failuresInARow: 3,
    successesInARow: 0,
    vantage: 'here',
    plane: 'data',
    probe: 'completion',
  });
});

test('what fails two times of three is bad since its share made it so, not since its newest failure', () => {
  // The eighth answer is the first that a share can be made of.
  expect(detect(history('gbbgbbgbbgbbgbb'), completion, detector, settled, nowMs)).toMatchObject({
    state: 'bad',
    sinceMs: nowMs - 1500,
  });
});

test('stays bad since the same moment, whatever else comes in, until it is no longer bad', () => {
  const letters = fc.array(fc.constantFrom('g', 'b', 'u'), { minLength: 4, maxLength: 60 });
  fc.assert(
    fc.property(letters, (drawn) => {
      const all = history(drawn.join(''));
      let before: number | undefined;
      for (let length = 1; length <= all.length; length += 1) {
        const { state, sinceMs, asOfMs } = detect(
          all.slice(0, length),
          completion,
          detector,
          settled,
          all[length - 1]?.atMs ?? 0,
        );
        if (state === 'bad' && before !== undefined) expect(sinceMs).toBe(before);
        expect(sinceMs).toBeLessThanOrEqual(asOfMs);
        before = state === 'bad' ? sinceMs : undefined;
      }
    }),
    { numRuns: 500 },
  );
});

test('without one good answer after its start-up time it is not bad before the run is complete', () => {
  expect(detect(history('bb'), completion, detector, settled, nowMs)).toMatchObject({
    state: 'good',
    sinceMs: nowMs,
  });
});

test('a good condition carries no reason, and an unknown one begins with the newest look', () => {
  expect(detect(history('bgg'), completion, detector, settled, nowMs)).toMatchObject({
    state: 'good',
    reason: undefined,
    sinceMs: nowMs - 300,
  });
  expect(detect(history('uu'), completion, detector, settled, nowMs)).toMatchObject({ sinceMs: nowMs - 100 });
});

test('an empty history is unknown as of now and names nobody', () => {
  expect(detect([], completion, detector, settled, nowMs)).toMatchObject({
    state: 'unknown',
    replica: '',
    sinceMs: nowMs,
    asOfMs: 0,
  });
});

test('never calls bad what only saw nothing, whatever came before it was good', () => {
  const letters = fc.array(fc.constantFrom('g', 'u'), { minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(letters, (drawn) => {
      expect(['good', 'unknown']).toContain(stateOf(drawn.join('')));
    }),
  );
});

test('gives the slowest time per token of the answers that measured one', () => {
  const measured = history('gggb').map((each, index) => ({
    ...each,
    ...[{ perTokenMs: 12 }, { perTokenMs: 30 }, {}, {}][index],
  }));
  expect(detect(measured, completion, detector, settled, nowMs).perTokenMs).toBe(30);
  expect(detect(history('ggg'), completion, detector, settled, nowMs).perTokenMs).toBeUndefined();
});
