/** A run replaces replicas of one market by those of another, on virtual time. */
import { expect, test } from 'vitest';
import { runController } from '../../../src/engine/controller.ts';
import { runRebalance } from '../../../src/engine/rebalance/run-rebalance.ts';
import type { RunTerms } from '../../../src/engine/rebalance/run-terms.ts';
import { offerOf, type Shelf, soldOut, stock } from '../support/shelf.ts';
import { createWorld, type World } from '../support/world.ts';
import { policy, rated, solver, withShared } from './support/solving.ts';

const markets = [
  { market: 'on-demand', usdPerHour: 4 },
  { market: 'spot', usdPerHour: 1 },
] as const;

/** Left has two on demand and all the traffic, and could have two in the spot market; right is dearer than both. */
async function standing(): Promise<{ world: World; shelf: Shelf }> {
  const world = createWorld({ deployment: { placements: [rated('left', 4, 2), rated('right', 9, 2, 'warm')] } });
  const shelf = stock(
    world.left,
    markets.map(({ market }) => ({ offer: offerOf('p5.48xlarge', { market }) })),
  );
  runController(world.boot().deps, new AbortController().signal).catch(() => undefined);
  await world.until('proven', () => servingAt(world) === 2);
  await world.pass(3000);
  return { world, shelf };
}

const servingAt = ({ sink }: World): number =>
  (sink.entry?.sites.find(({ site }) => site === 'left')?.replicas ?? []).filter(({ state }) => state === 'serving')
    .length;

const had = ({ left }: World): readonly string[] =>
  [...left.replicas.values()].filter(({ state }) => state === 'running').map(({ slot, market }) => `${slot} ${market}`);

async function run(world: World, runId: string) {
  const said: string[] = [];
  const { deps } = world.boot();
  const capacity = markets.map((each) => ({ accelerator: 'H100', count: 2, ...each }));
  const terms: RunTerms = {
    ...{ solver, withinMs: 20_000, runId, reason: 'hourly' },
    approve: async () => true,
    say: (line) => said.push(line),
  };
  const config = { ...withShared(deps.config, capacity, 1), rebalance: policy };
  const end = await world.drive(runRebalance({ ...deps, config }, terms, new AbortController().signal), 120_000);
  return { end, said };
}

test('what is cheaper is started and proven before what is dearer goes, and then all is best as it is', async () => {
  const { world } = await standing();
  const { end, said } = await run(world, 'slot-1');
  expect(said).toEqual([
    'scale chat at left from 2 to 4 (spot 0 to 2)',
    'scale chat at left from 4 to 2 (on-demand 2 to 0)',
  ]);
  expect(end).toMatchObject({ kind: 'changed', left: [], reasons: [] });
  expect(end.kind === 'changed' && end.plan.outcome).not.toHaveProperty('reached');
  await world.pass(10_000);
  expect(had(world)).toEqual(['2 spot', '3 spot']);
  expect(servingAt(world)).toBe(2);
  expect((await run(world, 'slot-2')).end).toMatchObject({ kind: 'unchanged', why: 'best-as-it-is' });
  expect(world.violations).toEqual([]);
});

test('a market that is sold out leaves all as it was, is left alone for a while, and blocks no other start', async () => {
  const { world, shelf } = await standing();
  shelf.denials.set('p5.48xlarge a spot', soldOut);
  const { end } = await run(world, 'slot-1');
  expect(end).toMatchObject({ kind: 'changed', done: [] });
  await world.pass(5000);
  expect(had(world)).toEqual(['0 on-demand', '1 on-demand']);
  const again = await run(world, 'slot-2');
  expect(again.end).toMatchObject({ kind: 'unchanged', why: 'best-as-it-is' });
  expect(again.end.kind === 'unchanged' && again.end.plan.outcome).toMatchObject({
    binding: [{ says: 'no more of chat at left: the last start failed at left in the market spot' }],
  });
  world.left.crash(1);
  await world.until('it is started again', () => had(world).length === 2 && servingAt(world) === 2);
  shelf.denials.clear();
  await world.pass(600_000);
  expect((await run(world, 'slot-3')).end).toMatchObject({ kind: 'changed', left: [] });
  expect(had(world)).toEqual(['2 spot', '3 spot']);
  expect(world.violations).toEqual([]);
});
