import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PinBook } from '../../src/gateway/pin-book.ts';
import type { PinRequest } from '../../src/model/pin.ts';
import { ana } from '../core/support/pins.ts';
import { temporaryDir } from './support/world.ts';

interface Bench {
  readonly path: string;
  readonly logs: string[];
  readonly clock: { monoMs: number };
  readonly open: (bootId?: string) => PinBook;
}

function bench(): Bench {
  const path = join(temporaryDir(), 'pins.jsonl');
  const logs: string[] = [];
  const clock = { monoMs: 1000 };
  const open = (bootId = 'boot-1'): PinBook =>
    new PinBook({
      ...{ path, bootId, monoMs: () => clock.monoMs, wallMs: () => 1_700_000_000_000 },
      log: (line) => logs.push(line),
    });
  return { path, logs, clock, open };
}

const hold = (change: Partial<PinRequest> = {}): PinRequest => ({
  ...{ deployment: 'chat', kind: 'hold', by: ana, reason: undefined, forMs: undefined, weights: undefined },
  ...change,
});
const over = { deployment: 'chat', by: ana, reason: undefined, number: undefined };

/** Three pins: merged, released, standing. */
function three(book: PinBook): void {
  for (let made = 0; made < 2; made += 1) book.take(hold(), undefined);
  book.release({ ...over, number: 2 });
  book.take(hold({ kind: 'pause', forMs: 5000 }), undefined);
  book.release({ ...over, number: 1 });
  book.merged('chat', 1);
}

test('a torn line at the end is dropped and told of, older lines are kept, new ones follow', () => {
  const { path, logs, open } = bench();
  const first = open();
  first.take(hold(), undefined);
  const whole = readFileSync(path);
  first.take(hold({ kind: 'pause' }), undefined);
  const both = readFileSync(path);
  // Cut at every byte of the second line.
  for (let size = whole.length; size < both.length; size += 1) {
    writeFileSync(path, both.subarray(0, size));
    logs.length = 0;
    const book = open();
    expect(book.sight('chat').standing).toEqual([1]);
    expect(logs).toEqual(size === whole.length ? [] : [expect.stringContaining('torn')]);
    expect(book.take(hold(), undefined)).toMatchObject({ number: 2 });
    expect(open().sight('chat').standing).toEqual([1, 2]);
  }
});

test('a damaged line in the middle costs that line alone; a copy of the file is kept and told of', () => {
  const { path, logs, open } = bench();
  three(open());
  const lines = readFileSync(path, 'utf8').split('\n');
  lines[3] = lines[3]?.replace('pause', 'pauSe') ?? '';
  writeFileSync(path, lines.join('\n'));
  const damaged = readFileSync(path, 'utf8');
  expect(open().sight('chat')).toMatchObject({ standing: [] });
  expect(logs).toEqual([`1 lines of ${path} are damaged; a copy is kept as ${path}.damaged`]);
  expect(readFileSync(`${path}.damaged`, 'utf8')).toBe(damaged);
  expect(
    open()
      .sight('chat')
      .pins.map(({ number }) => number),
  ).toEqual([2, 3, 5]);
  expect(logs).toHaveLength(1);
});

test('a damaged last line that has its end was answered for: it is told of, kept aside, and its number is not given out again', () => {
  const { path, logs, open } = bench();
  const first = open();
  first.take(hold(), undefined);
  first.take(hold({ kind: 'pause' }), undefined);
  first.take(hold({ deployment: 'other' }), undefined);
  const whole = readFileSync(path, 'utf8');
  const lines = whole.split('\n');
  writeFileSync(path, [lines[0], lines[2], lines[1]?.replace('pause', 'pauSe'), ''].join('\n'));
  const damaged = readFileSync(path, 'utf8');
  expect(open().sight('chat').standing).toEqual([1]);
  expect(logs).toEqual([`1 lines of ${path} are damaged; a copy is kept as ${path}.damaged`]);
  expect(readFileSync(`${path}.damaged`, 'utf8')).toBe(damaged);
  // Also not after the file was written anew, and not in another deployment: nobody knows whose line it was.
  for (const deployment of ['chat', 'other', 'third'])
    expect(open().take(hold({ deployment }), undefined)).toMatchObject({ number: 3 });
  expect(logs).toHaveLength(1);
});

test('two damaged lines at the end are no torn tail: one of them was answered for', () => {
  const { path, logs, open } = bench();
  open().take(hold(), undefined);
  appendFileSync(path, 'one\ntwo');
  expect(open().sight('chat').standing).toEqual([1]);
  expect(logs).toEqual([expect.stringContaining('torn'), expect.stringContaining('1 lines')]);
  expect(existsSync(`${path}.damaged`)).toBe(true);
});

test('whatever bytes the file holds, the book opens, and what it takes then is there the next time', () => {
  const { path, open } = bench();
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.boolean(), (bytes, hasPin) => {
      rmSync(path, { force: true });
      const count = hasPin && open().take(hold(), undefined) !== undefined ? 1 : 0;
      appendFileSync(path, bytes);
      const book = open();
      expect(book.sight('chat').standing).toHaveLength(count);
      book.take(hold(), undefined);
      expect(open().sight('chat').standing).toHaveLength(count + 1);
    }),
    { numRuns: 50 },
  );
});

test('a file above 1 MiB is compacted to what stands, is not merged, or is the newest', () => {
  const { path, open } = bench();
  const first = open();
  three(first);
  first.merged('chat', 3);
  const seen = first.sight('chat');
  for (let made = 0; made < 3; made += 1) {
    const taken = first.take(hold({ deployment: 'other' }), undefined);
    first.release({ ...over, deployment: 'other' });
    for (const number of [taken?.number ?? 0, (taken?.number ?? 0) + 1]) first.merged('other', number);
  }
  // Said again and again, it changes nothing.
  const line = readFileSync(path, 'utf8').split('\n').at(-2);
  appendFileSync(
    path,
    `${line}\n`.repeat(Math.ceil((1024 * 1024 - statSync(path).size + 1) / ((line?.length ?? 0) + 1))),
  );
  const newest = first.sight('other').pins.at(-1);
  const second = open();
  expect(statSync(path).size).toBeLessThan(5000);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(
    open()
      .sight('chat')
      .pins.map(({ number }) => number),
  ).toEqual([2, 4, 5]);
  expect(second.sight('chat').standing).toEqual(seen.standing);
  // A released pin whose release is gone stays released.
  expect(open().sight('chat').standing).toEqual(seen.standing);
  expect(open().sight('other').pins).toEqual([newest]);
  expect(open().take(hold({ deployment: 'other' }), undefined)?.number).toBe((newest?.number ?? 0) + 1);
});

test('a file of 1 MiB is left as it is', () => {
  const { path, open } = bench();
  three(open());
  const bytes = readFileSync(path, 'utf8');
  const line = bytes.split('\n')[4];
  const many = bytes + `${line}\n`.repeat(Math.floor((1024 * 1024 - bytes.length) / ((line?.length ?? 0) + 1)));
  writeFileSync(path, many);
  open();
  expect(statSync(path).size).toBe(many.length);
});

test('after another boot the time is counted anew, once: a person’s word errs on the long side', () => {
  const { clock, open } = bench();
  clock.monoMs = 900_000;
  open().take(hold({ forMs: 5000 }), undefined);
  clock.monoMs = 100;
  const book = open('boot-2');
  clock.monoMs = 3000;
  expect(open('boot-2').sight('chat').standing).toEqual([1]);
  clock.monoMs = 5099;
  expect(book.sight('chat').standing).toEqual([1]);
  expect(open('boot-2').sight('chat').standing).toEqual([1]);
  clock.monoMs = 5100;
  expect(book.sight('chat').standing).toEqual([]);
  expect(open('boot-2').sight('chat').standing).toEqual([]);
});

test('a file that cannot be read is told of and never written over', () => {
  const { path, logs, open } = bench();
  mkdirSync(path);
  const book = open();
  expect(logs).toEqual([expect.stringContaining('cannot be read')]);
  expect(() => book.take(hold(), undefined)).toThrow('could not be read when the gateway started');
  expect(book.sight('chat').standing).toEqual([]);
});

test('a file that cannot be tidied up is told of, and its pins stand', () => {
  const { path, logs, open } = bench();
  open().take(hold(), undefined);
  appendFileSync(path, 'one\ntwo\n');
  mkdirSync(`${path}.new`);
  expect(open().sight('chat').standing).toEqual([1]);
  expect(logs.at(-1)).toContain('could not be written anew');
});

test('a return tells of the table it wants, as long as it is the newest that stands', () => {
  const { open } = bench();
  const book = open();
  book.take(hold({ kind: 'return', weights: { left: 100 } }), 8);
  expect(open().returns()).toMatchObject([{ pin: { number: 1, weights: { left: 100 } }, routeVersion: 8 }]);
  book.take(hold(), undefined);
  expect(open().returns()).toEqual([]);
  book.release({ ...over, number: 2 });
  expect(open().returns()).toHaveLength(1);
  book.release(over);
  expect(open().returns()).toEqual([]);
});
