import { expect, test } from 'vitest';
import { carryOut } from '../../../src/engine/carry-out.ts';
import type { RebalanceEnd } from '../../../src/engine/rebalance/run-rebalance.ts';
import type { ProviderError } from '../../../src/model/provider-error.ts';
import type { World } from '../support/world.ts';
import { ada, alive, begin, standing } from './support/running.ts';

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

test('a start that somebody else took the place of is theirs: nothing of it is taken back', async () => {
  const world = await standing(0);
  const { end, said } = begin(world);
  await world.until('something has started', () => alive(world.right) > 0);
  const person = carryOut(
    { ...world.boot().deps, actor: ada },
    { deployment: 'chat', kind: 'scale', from: 'right', to: undefined, replicas: 1, reason: 'mine' },
    { timeoutMs: undefined },
    new AbortController().signal,
  );
  const ended = await world.drive(end, 120_000);
  expect(ended).toMatchObject({
    ...{ kind: 'changed', done: [], left: [{}, {}, {}] },
    reasons: [{}, { code: 'WorldMoved' }, { message: expect.stringMatching(/not taken back: godwit status chat$/) }],
  });
  expect(said).toEqual(['scale chat at right from 0 to 2']);
  await world.drive(person, 120_000);
  expect(alive(world.right)).toBe(1);
});

test('a start that failed after somebody else began to rebalance is left to them', async () => {
  const world = await standing(0);
  world.right.faults.push('pass', { refuse: soldOut });
  const { end, said } = begin(world);
  await world.until('it is begun', () => said.length > 0);
  const row = world.state.leases.get('~rebalance');
  if (row !== undefined) world.state.leases.set('~rebalance', { ...row, holderId: 'another' });
  expect(await world.drive(end, 120_000)).toMatchObject({
    hasLostLease: true,
    reasons: [{}, { code: 'Withdrawn', message: expect.stringContaining('lease of rebalancing ran out') }, {}],
  });
  expect(said).toEqual(['scale chat at right from 0 to 2']);
});

test('a start that a person holds is theirs to go on with', async () => {
  const world = await standing(0);
  world.right.faults.push('lose-reply');
  const { end, said } = begin(world);
  await world.until('something has started', () => alive(world.right) > 0);
  const operationId = world.operations().find(({ plan }) => plan.trigger === 'rebalance')?.id ?? '';
  const person = carryOut(
    { ...world.boot().deps, actor: ada },
    { deployment: 'chat', kind: 'hold', from: undefined, to: undefined, reason: 'mine', operationId },
    { timeoutMs: undefined },
    new AbortController().signal,
  );
  person.catch(() => undefined);
  expect(await world.drive(end, 120_000)).toMatchObject({
    kind: 'changed',
    last: { state: 'held' },
    reasons: [{ message: `${operationId} is held: godwit op resume ${operationId} goes on with it` }],
  });
  expect(said).toEqual(['scale chat at right from 0 to 2']);
});
