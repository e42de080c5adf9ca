import { expect, test } from 'vitest';
import type { Denial } from '../../../src/model/denial.ts';
import type { BlockReach, BlockScope, ErrorVerdict } from '../../../src/model/error-verdict.ts';
import { nameOfOffer, type Offer } from '../../../src/model/offer.ts';
import type { ErrorClass } from '../../../src/model/provider-error.ts';
import type { Attempt } from '../../../src/providers/shared/attempt-record.ts';
import type { Told } from '../../../src/providers/shared/told.ts';
import { goOnAfter, offersAsked, type Walk, walkOffers } from '../../../src/providers/shared/walk.ts';

const offer = (machine: string, zone: string, market: Offer['market'] = 'on-demand'): Offer => ({
  ...{ machine, zone, market, family: machine.split('.')[0] ?? '' },
});
const [a, b, c] = [offer('p5.48xlarge', 'a'), offer('p5.48xlarge', 'b'), offer('p4d.24xlarge', 'a')];

type Refusal = Extract<Told<string>, { kind: 'refused' }>;

function no(
  errorClass: ErrorClass,
  code: string,
  scope: BlockScope,
  reach?: BlockReach,
  message = 'so it is',
): Refusal {
  const verdict: ErrorVerdict = {
    ...{ class: errorClass, scope, reach, retry: 'never', because: code },
    ...{ retryAfterMs: undefined, expiryMs: undefined },
  };
  return { kind: 'refused', error: { class: errorClass, code, message }, verdict };
}

const soldOut = no('capacity', 'SoldOut', 'offer', { machines: 'larger', markets: 'asked' });
const overQuota = no('quota', 'OverQuota', 'region', { machines: 'family', markets: 'asked' });
const forbidden = no('auth', 'Forbidden', 'account', { machines: 'all', markets: 'all' });
const wrong = no('invalid', 'Wrong', 'spec');
const tooMany: Refusal = {
  ...no('throttled', 'TooMany', 'none'),
  error: { class: 'throttled', code: 'TooMany', message: 'slow down', retryAfterMs: 7000 },
};
const lost: Told<string> = { kind: 'unknown', error: { class: 'unknown', code: 'Lost', message: 'no answer' } };
const had: Told<string> = { kind: 'done', value: 'i-1' };

/** Walks a, b, c; each gives what the table has for it, else it is had. */
async function walk(answers: Partial<Record<'a' | 'b' | 'c', Told<string>>>, change: Partial<Walk<string>> = {}) {
  const asked: string[] = [];
  const heard: string[] = [];
  const names = new Map([a, b, c].map((each, index) => [each, (['a', 'b', 'c'] as const)[index] ?? 'a']));
  const reply = await walkOffers<string>({
    offers: [a, b, c],
    denials: [],
    tell: (denial) => heard.push(`${nameOfOffer(denial.offer)} ${denial.error.code}`),
    isOver: () => false,
    async ask(each) {
      asked.push(names.get(each) ?? '?');
      return answers[names.get(each) ?? 'a'] ?? had;
    },
    ...change,
  });
  return { asked: asked.join(''), heard, reply };
}

test.for([
  { name: 'takes the first that is had', answers: {}, asked: 'a', kind: 'done' },
  { name: 'goes on past one that is sold out', answers: { a: soldOut }, asked: 'ab', kind: 'done' },
  { name: 'leaves out what a quota of the family speaks of', answers: { a: overQuota }, asked: 'ac', kind: 'done' },
  {
    name: 'ends where all are sold out',
    answers: { a: soldOut, b: soldOut, c: soldOut },
    asked: 'abc',
    kind: 'refused',
  },
  { name: 'ends at once where the account is not let in', answers: { a: forbidden }, asked: 'a', kind: 'refused' },
  { name: 'ends at once where the request is wrong', answers: { a: wrong }, asked: 'a', kind: 'refused' },
  { name: 'ends at once where there are too many calls', answers: { a: tooMany }, asked: 'a', kind: 'refused' },
  { name: 'ends at the first that has no answer', answers: { a: soldOut, b: lost }, asked: 'ab', kind: 'unknown' },
] as const)('$name', async ({ answers, asked, kind }) => {
  const end = await walk(answers);
  expect([end.asked, end.reply.kind]).toEqual([asked, kind]);
});

test.for([
  { name: 'quota before capacity', answers: { a: soldOut, b: soldOut, c: overQuota }, code: 'OverQuota' },
  {
    name: 'capacity before the rest',
    answers: { a: no('unknown', 'Odd', 'offer', { machines: 'type', markets: 'asked' }), b: soldOut, c: soldOut },
    code: 'SoldOut',
  },
  { name: 'what ends the walk before all', answers: { a: overQuota, c: forbidden }, code: 'Forbidden' },
  {
    name: 'the last where none is of these',
    answers: {
      a: no('unknown', 'Odd', 'offer', { machines: 'type', markets: 'asked' }),
      b: no('unknown', 'Odder', 'offer', { machines: 'type', markets: 'asked' }),
      c: no('unknown', 'Oddest', 'offer', { machines: 'type', markets: 'asked' }),
    },
    code: 'Oddest',
  },
] as const)('says $name', async ({ answers, code }) => {
  expect((await walk(answers)).reply).toMatchObject({ kind: 'refused', error: { code } });
});

test('names every attempt with its code, and tells each as it comes', async () => {
  const { reply, heard } = await walk({ a: soldOut, b: soldOut, c: overQuota });
  expect(heard).toEqual([
    'p5.48xlarge a on-demand SoldOut',
    'p5.48xlarge b on-demand SoldOut',
    'p4d.24xlarge a on-demand OverQuota',
  ]);
  expect(reply.kind === 'refused' && reply.error.message).toBe(
    `${heard.join(', ')} (p4d.24xlarge a on-demand: so it is)`,
  );
});

test('cuts a long message, and passes on when to come again', async () => {
  const long = no('capacity', 'SoldOut', 'offer', { machines: 'type', markets: 'asked' }, 'x'.repeat(1000));
  const { reply } = await walk({ a: long, b: soldOut, c: soldOut });
  expect(reply.kind === 'refused' && reply.error.message.match(/x+/g)?.map((each) => each.length)).toContain(300);
  expect((await walk({ a: tooMany })).reply).toMatchObject({ error: { class: 'throttled', retryAfterMs: 7000 } });
});

test('names the offer whose answer is missing', async () => {
  const { reply } = await walk({ a: lost });
  expect(reply).toEqual({ kind: 'unknown', error: { ...lost.error, message: 'p5.48xlarge a on-demand: no answer' } });
});

test('asks for nothing that was refused late, and tells of it again', async () => {
  const denials: Denial[] = [{ offer: a, ...soldOut }];
  expect(await walk({}, { denials })).toMatchObject({ asked: 'b', heard: ['p5.48xlarge a on-demand SoldOut'] });
  const ofFamily: Denial[] = [{ offer: offer('p5.48xlarge', 'c'), ...overQuota }];
  expect((await walk({}, { denials: ofFamily })).asked).toBe('c');
});

test('ends between two offers when the call is over, and says what was tried', async () => {
  let left = 1;
  const end = await walk({ a: soldOut }, { isOver: () => left-- === 0 });
  expect([end.asked, end.reply]).toEqual([
    'a',
    { kind: 'refused', error: { class: 'transient', code: 'OutOfTime', message: 'p5.48xlarge a on-demand SoldOut' } },
  ]);
});

test('says that there was nothing to ask for', async () => {
  const { reply } = await walk({}, { offers: [] });
  const error = { class: 'capacity', code: 'NothingToAskFor', message: 'nothing was asked for' };
  expect(reply).toEqual({ kind: 'refused', error });
});

test.for<{ name: string; asked?: readonly Offer[]; gives: readonly Offer[] }>([
  { name: 'all of the site’s own where none is named', gives: [a, b, c] },
  { name: 'those that are named, in that order', asked: [c, a], gives: [c, a] },
  { name: 'none that is not the site’s own', asked: [offer('g6.xlarge', 'a'), b], gives: [b] },
  { name: 'none of another market', asked: [offer('p5.48xlarge', 'a', 'spot')], gives: [] },
  { name: 'none of another subnet', asked: [{ ...a, subnet: 'subnet-1' }], gives: [] },
  { name: 'none at all', asked: [], gives: [] },
])('asks for $name', ({ asked, gives }) => {
  expect(offersAsked([a, b, c], asked === undefined ? {} : { offers: asked })).toEqual(gives);
});

function attempt(change: Partial<Attempt>): Attempt {
  return { startKey: 'k1', epoch: 1, offer: b, token: 't', state: 'intended', atMonoMs: 0, ...change };
}

test.for<{ name: string; last: Attempt | undefined; gives: readonly Offer[] }>([
  { name: 'begins with the first where nothing was asked for', last: undefined, gives: [a, b, c] },
  { name: 'begins anew for another key', last: attempt({ startKey: 'k0' }), gives: [a, b, c] },
  { name: 'repeats the request that has no answer', last: attempt({}), gives: [b, c] },
  { name: 'repeats the request that made one', last: attempt({ state: 'made' }), gives: [b, c] },
  { name: 'goes on after the one refused last', last: attempt({ state: 'refused' }), gives: [c] },
  {
    name: 'begins anew after the last of all was refused',
    last: attempt({ state: 'refused', offer: c }),
    gives: [a, b, c],
  },
  {
    name: 'repeats one that is no offer any more, then all',
    last: attempt({ offer: offer('g6.xlarge', 'a') }),
    gives: [offer('g6.xlarge', 'a'), a, b, c],
  },
])('$name', ({ last, gives }) => {
  expect(goOnAfter([a, b, c], 'k1', last)).toEqual(gives);
});
