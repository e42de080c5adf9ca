import { expect, test } from 'vitest';
import { acceptEntry } from '../../../src/core/routing/accept-entry.ts';
import { type EntryChange, entry } from '../support/routes.ts';

const fence = { epoch: 4, routeVersion: 7 };
const many = (count: number): Record<string, number> =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`s${index}`, 0]));

test.for<{ name: string; change: EntryChange; verdict: object }>([
  { name: 'the same epoch and version again', change: {}, verdict: { kind: 'accepted' } },
  { name: 'a newer version', change: { routeVersion: 8 }, verdict: { kind: 'accepted' } },
  { name: 'a newer epoch', change: { epoch: 5 }, verdict: { kind: 'accepted' } },
  {
    name: 'an older epoch (I2)',
    change: { epoch: 3, routeVersion: 99 },
    verdict: { code: 'stale', message: 'epoch 3 is older than 4' },
  },
  {
    name: 'an older version, also of a newer epoch (I7)',
    change: { epoch: 5, routeVersion: 6 },
    verdict: { code: 'stale' },
  },
  {
    name: 'weights that sum to 99 (I5)',
    change: { weights: { left: 99 } },
    verdict: { code: 'invalid', message: 'weights sum to 99, not 100' },
  },
  { name: 'weights that sum to 101 (I5)', change: { weights: { left: 100, right: 1 } }, verdict: { code: 'invalid' } },
  { name: 'no weights at all (I22)', change: { weights: {} }, verdict: { code: 'invalid' } },
  {
    name: 'a half percent (I5)',
    change: { weights: { left: 99.5, right: 0.5 } },
    verdict: { code: 'invalid', message: 'weights are whole percents' },
  },
  { name: 'a negative weight (I5)', change: { weights: { left: 101, right: -1 } }, verdict: { code: 'invalid' } },
  {
    name: 'weight for a site that is not listed',
    change: { weights: { left: 100, mars: 0 } },
    verdict: { code: 'invalid' },
  },
  { name: 'a spill to a site that is not listed', change: { spill: { mars: 1000 } }, verdict: { code: 'invalid' } },
  { name: 'a hundred sites', change: { sites: many(100), weights: { s0: 100 } }, verdict: { kind: 'accepted' } },
  { name: 'a hundred and one sites', change: { sites: many(101), weights: { s0: 100 } }, verdict: { code: 'invalid' } },
  {
    name: 'a thousand replicas at a site',
    change: { sites: { left: 1000 }, weights: { left: 100 } },
    verdict: { kind: 'accepted' },
  },
  {
    name: 'a thousand and one replicas at a site',
    change: { sites: { left: 1001 }, weights: { left: 100 } },
    verdict: { code: 'invalid' },
  },
])('judges $name', ({ change, verdict }) => {
  expect(acceptEntry(fence, entry(change))).toMatchObject(verdict);
});

test('the same table again is accepted, another one under its numbers is not (I2)', () => {
  expect(acceptEntry(fence, entry(), entry())).toEqual({ kind: 'accepted' });
  const other = entry({ weights: { left: 40, right: 60 } });
  expect(acceptEntry(fence, other, entry())).toMatchObject({ kind: 'refused', code: 'stale' });
  expect(acceptEntry(fence, { ...other, routeVersion: 8 }, entry())).toEqual({ kind: 'accepted' });
});

test.for([
  { url: 'http://127.0.0.1:9100', kind: 'accepted' },
  { url: 'https://model.example/', kind: 'accepted' },
  { url: 'http://127.0.0.1:9100/v1', kind: 'refused' },
  { url: 'http://127.0.0.1:9100/?x', kind: 'refused' },
  { url: 'http://127.0.0.1:9100/#x', kind: 'refused' },
  { url: 'http://127.0.0.1:99999', kind: 'refused' },
  { url: 'ftp://127.0.0.1', kind: 'refused' },
  { url: '127.0.0.1:9100', kind: 'refused' },
])('the address $url is $kind', ({ url, kind }) => {
  const sites = { left: [{ url }] };
  expect(acceptEntry(fence, entry({ sites, weights: { left: 100 } })).kind).toBe(kind);
});

test('a site named twice is refused', () => {
  const once = entry();
  expect(acceptEntry(fence, { ...once, sites: [...once.sites, ...once.sites] })).toMatchObject({
    code: 'invalid',
    message: 'a site is named twice',
  });
});

test('without a fence every whole entry is taken', () => {
  expect(acceptEntry(undefined, entry({ epoch: 1, routeVersion: 1 })).kind).toBe('accepted');
});
