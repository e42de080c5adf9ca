import { expect, test } from 'vitest';
import { momentOf } from '../../src/cli/moment.ts';

const nowMs = Date.UTC(2026, 10, 25, 3, 21, 7);

test.for([
  { typed: '02:51', at: '2026-11-25T02:51:00.000Z' },
  { typed: '02:51:30Z', at: '2026-11-25T02:51:30.000Z' },
  { typed: '03:21:07', at: '2026-11-25T03:21:07.000Z' },
  { typed: '03:21:08', at: '2026-11-24T03:21:08.000Z' },
  { typed: '23:59', at: '2026-11-24T23:59:00.000Z' },
  { typed: '2026-11-20T02:51Z', at: '2026-11-20T02:51:00.000Z' },
  { typed: '2026-11-20T02:51:10.5+01:00', at: '2026-11-20T01:51:10.500Z' },
])('$typed is $at', ({ typed, at }) => {
  expect(new Date(momentOf(typed, nowMs)).toISOString()).toBe(at);
});

test.for(['', '24:00', '02:60', '2:51', 'yesterday', '2026-11-20', '2026-11-20T02:51', '2026-13-40T02:51Z'])(
  '"%s" is no time, and the error says how to write one',
  (typed) => {
    expect(() => momentOf(typed, nowMs)).toThrow(expect.objectContaining({ code: 'UsageInvalid' }));
  },
);
