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
const isLost = (book: FaultBook, site: string, monoMs: number, random: () => number = always): boolean =>
  book.hits('blackhole', site, monoMs, random) !== undefined;

test('loses what is sent to its site up to the last moment of its time, and nothing of another site', () => {
  const book = new FaultBook();
  book.arm(request(), at(1000));
  expect(isLost(book, 'left', 1000)).toBe(true);
  expect(isLost(book, 'left', 5999)).toBe(true);
  expect(isLost(book, 'left', 6000)).toBe(false);
  expect(isLost(book, 'right', 1000)).toBe(false);
});

test.for([
  { sharePct: 0, draws: 0, lost: false },
  { sharePct: 1, draws: 0, lost: true },
  { sharePct: 50, draws: 0.499, lost: true },
  { sharePct: 50, draws: 0.5, lost: false },
  { sharePct: 100, draws: 0.999, lost: true },
])('at $sharePct percent and $draws drawn it is lost: $lost', ({ sharePct, draws, lost }) => {
  const book = new FaultBook();
  book.arm(request({ sharePct }), at(0));
  expect(isLost(book, 'left', 0, () => draws)).toBe(lost);
});

test('half of many are lost at fifty percent', () => {
  const book = new FaultBook();
  book.arm(request({ sharePct: 50 }), at(0));
  const random = createSeededRandom(11);
  const lost = Array.from({ length: 1000 }, () => isLost(book, 'left', 0, random.next)).filter((each) => each);
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
  expect(isLost(book, 'left', 100)).toBe(false);
  const { inForce, ended } = book.sight(200);
  expect(inForce).toEqual([]);
  expect(ended.map(({ site, because, endedAtMs }) => [site, because, endedAtMs])).toEqual([
    ['left', 'done', 7_000_100],
    ['right', 'done', 7_000_100],
  ]);
});

test('of the runs that were ended the forty newest stay so: one that is ended again is among them', () => {
  const book = new FaultBook();
  for (let count = 0; count < 40; count += 1) book.lift({ because: 'done', run: `run-${count}` }, at(count));
  book.lift({ because: 'again', run: 'run-0' }, at(40));
  // One that was late counts as well.
  book.arm(request({ run: 'run-40', forMs: 1 }), at(41));
  expect(book.sight(42).ended).toHaveLength(1);
  expect(book.arm(request({ run: 'run-0' }), at(43))).toEqual({ kind: 'lifted', message: 'again' });
  expect(book.arm(request({ run: 'run-40' }), at(43))).toMatchObject({ kind: 'lifted' });
  expect(book.arm(request({ run: 'run-1' }), at(43))).toMatchObject({ kind: 'armed' });
});

test('forty stand at once, and the forty newest that ended are kept', () => {
  const book = new FaultBook();
  for (let count = 0; count < 40; count += 1)
    expect(book.arm(request({ site: `s${count}` }), at(count))).toMatchObject({ kind: 'armed' });
  expect(book.arm(request({ site: 's40' }), at(40))).toMatchObject({ kind: 'full' });
  expect(book.arm(request({ site: 's0' }), at(40))).toMatchObject({ kind: 'armed' });
  book.lift({ because: 'done' }, at(41));
  // What somebody ended stays ended.
  expect(book.arm(request({ site: 's40' }), at(42))).toEqual({ kind: 'lifted', message: 'done' });
  book.arm(request({ run: 'run-2', site: 's40' }), at(42));
  book.lift({ because: 'done' }, at(43));
  const sites = book.sight(44).ended.map(({ site }) => site);
  expect(sites).toHaveLength(40);
  expect(sites.at(-1)).toBe('s40');
  // The oldest of all: s0 had been armed again, and so was the newest of the first forty.
  expect(sites).not.toContain('s1');
});

test('kinds stand beside each other at one site, and each hits alone', () => {
  const book = new FaultBook();
  book.arm(request({ kind: 'errors', sharePct: 50 }), at(0));
  book.arm(request({ kind: 'latency', delayMs: 100 }), at(0));
  expect(book.hits('errors', 'left', 1, () => 0.499)).toMatchObject({ kind: 'errors' });
  expect(book.hits('errors', 'left', 1, () => 0.5)).toBeUndefined();
  expect(book.hits('latency', 'left', 1, () => 0.999)).toMatchObject({ delayMs: 100 });
  expect(book.hits('blackhole', 'left', 1, always)).toBeUndefined();
  book.lift({ because: 'done' }, at(2));
  expect(book.hits('latency', 'left', 3, always)).toBeUndefined();
});

test('what is late goes on at its time, and at once when nothing makes answers late any more', () => {
  const book = new FaultBook();
  const gone: string[] = [];
  book.arm(request({ kind: 'latency', delayMs: 1000, forMs: 60_000 }), at(0));
  const held = { site: 'left', kind: 'latency' } as const;
  book.hold({ ...held, untilMonoMs: 1000, go: () => gone.push('first') });
  book.hold({ ...held, untilMonoMs: 5000, go: () => gone.push('second') });
  book.sweep(999);
  expect(gone).toEqual([]);
  book.sweep(1000);
  expect(gone).toEqual(['first']);
  book.lift({ because: 'done' }, at(1001));
  book.sweep(1002);
  expect(gone).toEqual(['first', 'second']);
});
