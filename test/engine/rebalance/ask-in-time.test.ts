import { expect, test } from 'vitest';
import { cameBetween } from '../../../src/engine/rebalance/ask-in-time.ts';
import { rebalanceLease } from '../../../src/engine/rebalance/run-rebalance.ts';
import type { Run } from '../../../src/engine/rebalance/run-terms.ts';
import { begin, standing } from './support/running.ts';

test('what was done to a deployment that the plan leaves alone came between, too', async () => {
  const world = await standing();
  await world.drive(begin(world).end, 120_000);
  const { deps } = world.boot();
  const ids = new Set(world.operations().map(({ id }) => id));
  expect(ids.size).toBeGreaterThan(0);
  const about = { deps } as Run;
  expect(await cameBetween({ ...about, known: new Map([['chat', ids]]) })).toEqual([]);
  const none = new Map([
    [rebalanceLease, new Set<string>()],
    ['chat', new Set<string>()],
  ]);
  expect(await cameBetween({ ...about, known: none })).toMatchObject([{ code: 'WorldMoved' }]);
});
