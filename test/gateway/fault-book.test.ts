import { expect, test } from 'vitest';
import { FaultBook, type Moment } from '../../src/gateway/fault-book.ts';
import type { FaultRequest } from '../../src/model/fault.ts';
import { createSeededRandom } from '../../src/testkit/seeded-random.ts';
import { ana } from '../core/support/pins.ts';

/** The wall clock is elsewhere: nothing may be judged by it. */
const at = (monoMs: number): Moment => ({ monoMs, wallMs: 7_000_000 + monoMs });
const request = (change: Partial<FaultRequest> = {}): FaultRequest => ({
  ...{
    deployment: 'chat',
    drill: 'loss',
    run: 'run-1',
    kind: 'blackhole',
    site: 'left',
    sharePct: 100,
    forMs: 5000,
    by: ana,
  },
  ...change,
});
const always = (): number => 0;

test('loses what is sent to its site up to the last moment of its time, and nothing of another site', () => {
  const book = new FaultBook();
  book.arm(request(), at(1000));
  expect(book.swallows('left', 1000, always)).toBe(true);
  expect(book.swallows('left', 5999, always)).toBe(true);
  expect(book.swallows('left', 6000, always)).toBe(false);
  expect(book.swallows('right', 1000, always)).toBe(false);
});

test.for([
  { sharePct: 0, draws: 0, isLost: false },
  { sharePct: 1, draws: 0, isLost: true },
  { sharePct: 50, draws: 0.499, isLost: true },
  { sharePct: 50, draws: 0.5, isLost: false },
  { sharePct: 100, draws: 0.999, isLost: true },
])('at $sharePct percent and $draws drawn it is lost: $isLost', ({ sharePct, draws, isLost }) => {
  const book = new FaultBook();
  book.arm(request({ sharePct }), at(0));
  expect(book.swallows('left', 0, () => draws)).toBe(isLost);
});

test('half of many are lost at fifty percent', () => {
  const book = new FaultBook();
  book.arm(request({ sharePct: 50 }), at(0));
  const random = createSeededRandom(11);
  const lost = Array.from({ length: 1000 }, () => book.swallows('left', 0, random.next)).filter((isLost) => isLost);
  expect(lost.length).toBeGreaterThan(450);
  expect(lost.length).toBeLessThan(550);
});

test('armed again by the same run it counts anew, and is still one', () => {
  const book = new FaultBook();
  book.arm(request(), at(0));
  expect(book.arm(request({ sharePct: 40 }), at(4999))).toMatchObject({ kind: 'armed', fault: { sharePct: 40 } });
  expect(book.sight(9998)).toMatchObject({ inForce: [{ armedAtMs: 7_004_999, untilMs: 7_009_999 }], ended: [] });
  expect(book.sight(9999).inForce).toEqual([]);
});

test.for([
  { from: 0, to: 30, newShare: 0.3 },
  { from: 30, to: 30, newShare: 0 },
  { from: 50, to: 75, newShare: 0.5 },
  { from: 50, to: 10, newShare: 0 },
  { from: 50, to: 100, newShare: 1 },
  { from: 100, to: 100, newShare: 0 },
])('from $from to $to percent it hits $newShare of those it spared', ({ from, to, newShare }) => {
  const book = new FaultBook();
  book.arm(request({ sharePct: from }), at(0));
  expect(book.arm(request({ sharePct: to }), at(1))).toMatchObject({ kind: 'armed', newShare });
});

test('one whose time is over ended then, whenever somebody looks', () => {
  const book = new FaultBook();
  book.arm(request(), at(0));
  expect(book.sight(60_000)).toEqual({
    inForce: [],
    ended: [
      {
        ...request(),
        ...{ armedAtMs: 7_000_000, untilMs: 7_005_000, endedAtMs: 7_005_000 },
        because: 'nobody armed it again in time',
      },
    ],
  });
});

test('another run is told who is busy, and has its turn when all of the first have ended', () => {
  const book = new FaultBook();
  book.arm(request(), at(0));
  book.arm(request({ site: 'right', forMs: 6000 }), at(0));
  const other = request({ drill: 'loss', run: 'run-2' });
  expect(book.arm(other, at(5000))).toEqual({ kind: 'busy', message: expect.stringContaining('run-1 of ana') });
  expect(book.arm(other, at(6000))).toMatchObject({ kind: 'armed', fault: { drill: 'loss', run: 'run-2' } });
});

test('lifting ends all with the reason given, and once only', () => {
  const book = new FaultBook();
  book.lift({ because: 'nothing there yet' }, at(0));
  book.arm(request(), at(0));
  book.arm(request({ site: 'right' }), at(0));
  book.lift({ because: 'done' }, at(100));
  book.lift({ because: 'again' }, at(200));
  expect(book.swallows('left', 100, always)).toBe(false);
  const { inForce, ended } = book.sight(200);
  expect(inForce).toEqual([]);
  expect(ended.map(({ site, because, endedAtMs }) => [site, because, endedAtMs])).toEqual([
    ['left', 'done', 7_000_100],
    ['right', 'done', 7_000_100],
  ]);
});

test('sixteen stand at once, and the sixteen newest that ended are kept', () => {
  const book = new FaultBook();
  for (let count = 0; count < 16; count += 1)
    expect(book.arm(request({ site: `s${count}` }), at(count))).toMatchObject({ kind: 'armed' });
  expect(book.arm(request({ site: 's16' }), at(16))).toMatchObject({ kind: 'full' });
  expect(book.arm(request({ site: 's0' }), at(16))).toMatchObject({ kind: 'armed' });
  book.lift({ because: 'done' }, at(17));
  // What somebody ended stays ended.
  expect(book.arm(request({ site: 's16' }), at(18))).toEqual({ kind: 'lifted', message: 'done' });
  book.arm(request({ run: 'run-2', site: 's16' }), at(18));
  book.lift({ because: 'done' }, at(19));
  const sites = book.sight(20).ended.map(({ site }) => site);
  expect(sites).toHaveLength(16);
  expect(sites.at(-1)).toBe('s16');
  // The oldest of all: s0 had been armed again, and so was the newest of the first sixteen.
  expect(sites).not.toContain('s1');
});
