import { expect, test } from 'vitest';
import type { RebalanceEnd } from '../../../src/engine/rebalance/run-rebalance.ts';
import type { ProviderError } from '../../../src/model/provider-error.ts';
import type { World } from '../support/world.ts';
import { alive, begin, standing } from './support/running.ts';

const soldOut: ProviderError = { class: 'capacity', code: 'SoldOut', message: 'nothing left' };

/** Right starts one replica and refuses the second. */
async function halfStarted(world: World): Promise<{ readonly end: Promise<RebalanceEnd>; readonly said: string[] }> {
  const begun = begin(world);
  await world.until('one has started', () => alive(world.right) === 1);
  return begun;
}

test('a start that fails half-way is taken back, and nothing moves', async () => {
  const world = await standing(0);
  world.right.faults.push('pass', { refuse: soldOut });
  const { end, said } = await halfStarted(world);
  expect(await world.drive(end, 120_000)).toMatchObject({ kind: 'changed', done: [], left: [{}, {}, {}] });
  expect(said.at(-1)).toBe('taking back: scale chat at right from 2 to 0');
  expect([alive(world.left), alive(world.right)]).toEqual([2, 0]);
  expect(world.sink.entry?.weights).toEqual({ left: 100, right: 0 });
  expect(world.violations).toEqual([]);
});

test('what cannot be taken back is told, with the command that does it', async () => {
  const world = await standing(0);
  world.right.faults.push('pass', { refuse: soldOut });
  const { end } = await halfStarted(world);
  world.right.refusal = soldOut;
  const ended = await world.drive(end, 240_000);
  if (ended.kind !== 'changed') throw new Error(ended.kind);
  expect(ended.reasons.map(({ message }) => message)).toContain(
    'what it started at right may still run: godwit scale chat --site right --replicas 0',
  );
});
