import fc from 'fast-check';
import { expect, test } from 'vitest';
import { claimExamples, claimPattern, parseClaim } from '../../src/config/claim.ts';

test.for([
  ['recoveryTime <= 120s', 'recoveryTime', 120_000],
  ['recoveryTime<=1.5m', 'recoveryTime', 90_000],
  ['  recoveryTime  <=\t0ms ', 'recoveryTime', 0],
  ['lostRequests <= 0.5%', 'lostRequests', 0.005],
  ['lostRequests <= 0%', 'lostRequests', 0],
  ['lostRequests <=100%', 'lostRequests', 1],
] as const)('reads %j and keeps it as written', ([text, signal, atMost]) => {
  expect(parseClaim(text)).toEqual({ kind: 'claim', claim: { text, signal, atMost } });
});

const form = 'a claim is written signal <= value';
const about = 'a claim is about recoveryTime or lostRequests';
const limit = 'a claim sets a limit: only <= is understood';
const time = 'recoveryTime takes a time with its unit';
const share = 'lostRequests takes a share from 0% to 100%';
const space = 'a unit follows its number without a space';
const tail = 'what follows the value is not understood: a claim is signal <= value';

test.for([
  ['', form, 'such as "recoveryTime <= 120s"'],
  ['   ', form, 'such as "recoveryTime <= 120s"'],
  ['<= 5s', form, 'such as "recoveryTime <= 120s"'],
  ['lostRequests', form, 'such as "lostRequests <= 0.5%"'],
  ['lostRequests 5%', form, 'such as "lostRequests <= 0.5%"'],
  ['recoveryTime <=', form, 'such as "recoveryTime <= 120s"'],
  ['every standby is ready', form, 'such as "recoveryTime <= 120s"'],
  ['recoverTime <= 120s', about, 'did you mean "recoveryTime"?'],
  ['RECOVERYTIME <= 120s', about, 'did you mean "recoveryTime"?'],
  ['lost <= 1%', about, 'known: recoveryTime, lostRequests'],
  ['availability >= 99.5% over the whole drill', about, 'known: recoveryTime, lostRequests'],
  ['toString <= 1%', about, 'known: recoveryTime, lostRequests'],
  ['recoveryTime < 90s', limit, 'write "recoveryTime <= 90s"'],
  ['recoveryTime ≤ 90s', limit, 'write "recoveryTime <= 90s"'],
  ['recoveryTime =< 90s', limit, 'write "recoveryTime <= 90s"'],
  ['lostRequests >= 5', limit, 'write "lostRequests <= 0.5%"'],
  ['recoveryTime <= 5', time, 'did you mean 5s or 5m?'],
  ['recoveryTime <= 5 s', space, 'did you mean 5s?'],
  ['lostRequests <= 0.5 % of all', space, 'did you mean 0.5%?'],
  ['recoveryTime <= 5 within 3m', time, 'did you mean 5s or 5m?'],
  ['recoveryTime <= 5sec', time, 'such as 120s'],
  ['recoveryTime <= -5s', time, 'such as 120s'],
  ['recoveryTime <= 5%', `${time}, not a share`, 'such as 120s'],
  ['lostRequests <= 0.5', share, 'did you mean 0.5%?'],
  ['lostRequests <= 101', share, 'such as 0.5%'],
  ['lostRequests <= 100.1%', share, 'such as 0.5%'],
  ['lostRequests <= 5s', `${share}, not a time`, 'such as 0.5%'],
  ['recoveryTime <= 120s over the whole drill', tail, 'write "recoveryTime <= 120s"'],
  ['lostRequests <= 1% and recoveryTime <= 5s', tail, 'write "lostRequests <= 1%"'],
  ['recoveryTime <= 120s\nlostRequests <= 1%', tail, 'write "recoveryTime <= 120s"'],
] as const)('%j is no claim', ([text, message, hint]) => {
  expect(parseClaim(text)).toEqual({ kind: 'mistake', message, hint });
});

test('its own examples and hints are claims', () => {
  for (const each of claimExamples) expect(parseClaim(each)).toMatchObject({ kind: 'claim', claim: { text: each } });
});

test('the pattern for editors takes every claim, and refuses what is none but for a share above 100%', () => {
  const word = fc.constantFrom(
    'recoveryTime',
    'lostRequests',
    'errorRate',
    '<=',
    '<',
    ' ',
    '5',
    '0.5',
    's',
    'm',
    '%',
    '99',
  );
  const pattern = new RegExp(claimPattern, 'u');
  fc.assert(
    fc.property(
      fc.array(word, { maxLength: 7 }).map((words) => words.join('')),
      (text) => {
        const isShareAbove = /\d{3,}(\.\d+)?%/.test(text);
        expect(pattern.test(text) && !isShareAbove).toBe(parseClaim(text).kind === 'claim' && !isShareAbove);
      },
    ),
    { numRuns: 5000 },
  );
});

test('reads a long text in no time', () => {
  for (const text of ['a'.repeat(1e6), ' '.repeat(1e6), '<'.repeat(1e6), `recoveryTime <= 5s${' '.repeat(1e6)}x`])
    expect(parseClaim(text).kind).toBe('mistake');
});
