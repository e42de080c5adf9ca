/** A world with a controller in which somebody rebalances. */
import { runController } from '../../../../src/engine/controller.ts';
import type { EngineDeps } from '../../../../src/engine/engine.ts';
import { type RebalanceEnd, runRebalance } from '../../../../src/engine/rebalance/run-rebalance.ts';
import type { RunTerms } from '../../../../src/engine/rebalance/run-terms.ts';
import type { RebalancePolicy } from '../../../../src/model/rebalance-policy.ts';
import { createWorld, type World } from '../../support/world.ts';
import { policy, rated, solver } from './solving.ts';

/** Left has two replicas at 4 dollars and all the traffic, right may have two at 3; a controller leads. */
export async function standing(right = 2): Promise<World> {
  const placements = [rated('left', 4, 2), rated('right', 3, 2, right === 0 ? 'warm' : 'hot')];
  const world = createWorld({ deployment: { placements }, sites: { left: 2, right: 2 } });
  runController(world.boot().deps, new AbortController().signal).catch(() => undefined);
  await world.until('proven', () => (world.sink.entry?.spill.length ?? 0) === (right === 0 ? 1 : 2));
  await world.pass(3000);
  return world;
}

export const alive = ({ replicas }: World['left']): number =>
  [...replicas.values()].filter(({ state }) => state === 'running' || state === 'starting').length;

export const ada = { kind: 'person', name: 'ada', host: 'desk', pid: 7 } as const;

export interface Change {
  readonly signal?: AbortSignal;
  readonly over?: Partial<RebalancePolicy>;
  readonly terms?: Partial<RunTerms>;
  readonly deps?: EngineDeps;
}

export function begin(
  world: World,
  { over, terms, deps = world.boot().deps, signal = new AbortController().signal }: Change = {},
): { readonly end: Promise<RebalanceEnd>; readonly said: string[] } {
  const said: string[] = [];
  const config = { ...deps.config, rebalance: { ...policy, ...over } };
  const all: RunTerms = {
    ...{ solver, withinMs: 20_000, runId: 'slot-1', reason: 'hourly' },
    approve: async () => true,
    say: (line) => said.push(line),
    ...terms,
  };
  const end = runRebalance({ ...deps, config }, all, signal);
  end.catch(() => undefined);
  return { end, said };
}

export async function run(world: World, change: Change = {}) {
  const { end, said } = begin(world, change);
  return { end: await world.drive(end, 120_000), said };
}
