import { expect, test } from 'vitest';
import { noteAnswer, noteRefused, updatePool } from '../../../src/core/routing/pool.ts';
import { entry, pool, replica } from '../support/routes.ts';

test('four bad answers in a row eject, three do not', () => {
  const of = pool();
  const left = replica(of, 'left-0');
  expect([1, 2, 3, 4].map(() => noteAnswer(of, left, true, 1000, 0.5))).toEqual([false, false, false, true]);
  expect(left.ejectedUntilMs).toBe(2000);
});

test('a refused connection ejects at once; again while it is out is no news', () => {
  const of = pool();
  const left = replica(of, 'left-0');
  expect(noteRefused(of, left, 1000, 0.5)).toBe(true);
  expect(noteRefused(of, left, 1001, 0.5)).toBe(false);
});

test('the time out doubles, is spread by a quarter either way, and ends at half a minute', () => {
  const of = pool();
  const left = replica(of, 'left-0');
  const outMs = (random: number): number => {
    noteRefused(of, left, 0, random);
    return left.ejectedUntilMs;
  };
  expect([outMs(0), outMs(0.5), outMs(1)]).toEqual([750, 2000, 5000]);
  for (let each = 0; each < 10; each += 1) outMs(0.5);
  expect(outMs(0.5)).toBe(30_000);
});

test('the last one that takes requests is never ejected', () => {
  const of = pool({ sites: { left: 2 }, weights: { left: 100 } });
  noteRefused(of, replica(of, 'left-0'), 0, 0.5);
  expect(noteRefused(of, replica(of, 'left-1'), 0, 0.5)).toBe(false);
  expect(replica(of, 'left-1').ejectedUntilMs).toBe(0);
  const onlyDraining = pool({ sites: { left: [{}, { state: 'draining' }] }, weights: { left: 100 } });
  expect(noteRefused(onlyDraining, replica(onlyDraining, 'left-0'), 0, 0.5)).toBe(false);
});

test('one good answer on trial brings it back, one bad one sends it away for longer', () => {
  const of = pool();
  const left = replica(of, 'left-0');
  noteRefused(of, left, 0, 0.5);
  left.onTrial = true;
  noteAnswer(of, left, true, 1000, 0.5);
  expect(left).toMatchObject({ ejectedUntilMs: 3000, onTrial: false });
  left.onTrial = true;
  noteAnswer(of, left, false, 3000, 0.5);
  expect(left).toMatchObject({ ejectedUntilMs: 0, ejections: 0, onTrial: false });
});

test('a late good answer of an ejected one that is not on trial does not bring it back', () => {
  const of = pool();
  const left = replica(of, 'left-0');
  noteRefused(of, left, 0, 0.5);
  noteAnswer(of, left, false, 500, 0.5);
  expect(left.ejectedUntilMs).toBe(1000);
});

test('a suspect is ejected by one bad answer, unless it answered a user within half a second', () => {
  const of = pool({ sites: { left: [{ state: 'suspect' }], right: 1 } });
  const left = replica(of, 'left-0');
  noteAnswer(of, left, false, 1000, 0.5);
  expect(noteAnswer(of, left, true, 1500, 0.5)).toBe(false);
  left.suspicion = 0;
  expect(noteAnswer(of, left, true, 1501, 0.5)).toBe(true);
});

test('a new entry keeps what is known of the same boots, forgets those not listed, and gives them back', () => {
  const of = pool();
  replica(of, 'left-0').inFlight = 3;
  const gone = updatePool(
    of,
    entry({ sites: { left: [{ state: 'draining' }, { bootId: 'boot-2' }] }, weights: { left: 100 } }),
    0,
  );
  expect(gone.map(({ id, bootId }) => `${id} ${bootId}`)).toEqual(['left-1 boot-1', 'right-0 boot-1']);
  expect(replica(of, 'left-0')).toMatchObject({ inFlight: 3, state: 'draining' });
  expect(replica(of, 'left-1').bootId).toBe('boot-2');
});
