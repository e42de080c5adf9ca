import { expect, test } from 'vitest';
import { reachedBy } from '../../../src/core/placement/reached.ts';
import type { Choice } from '../../../src/model/placement-problem.ts';

const choice = (site: string, market: 'on-demand' | 'spot', today: number, deployment = 'chat'): Choice => ({
  ...{ deployment, pool: { name: `${site}/H100/${market}`, site, market, usdPerHour: 1 } },
  ...{ units: 1, ratedRps: 1, today, startupHours: 0 },
});

test.for<[string, readonly Choice[], readonly number[], readonly number[]]>([
  ['what changes no market is all reached', [choice('a', 'on-demand', 2), choice('b', 'spot', 0)], [0, 3], [0, 3]],
  ['one market for another is not', [choice('a', 'on-demand', 2), choice('a', 'spot', 1)], [0, 3], [2, 1]],
  [
    'what a site grows by is had where it is planned',
    [choice('a', 'on-demand', 2), choice('a', 'spot', 1)],
    [1, 4],
    [2, 3],
  ],
  [
    'what it shrinks by goes where it is planned',
    [choice('a', 'on-demand', 3), choice('a', 'spot', 1)],
    [0, 2],
    [1, 1],
  ],
  [
    'where each market can be asked for all of it is',
    [choice('a', 'on-demand', 2), choice('a', 'spot', 1)].map((each) => ({ ...each, isSteered: true as const })),
    [0, 3],
    [0, 3],
  ],
  ['each deployment by itself', [choice('a', 'on-demand', 2), choice('a', 'spot', 1, 'embed')], [0, 3], [0, 3]],
])('%s', ([, choices, after, reached]) => {
  const weights = { chat: { a: 100 } };
  expect(reachedBy({ choices }, { replicas: after, weights })).toEqual({ replicas: reached, weights });
});
