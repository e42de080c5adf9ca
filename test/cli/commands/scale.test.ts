import { expect, test } from 'vitest';
import { runCommand } from '../../../src/cli/run-command.ts';
import type { WishEnd } from '../../../src/engine/carry-out.ts';
import type { Operation } from '../../../src/model/operation.ts';
import type { Plan, Step } from '../../../src/model/plan.ts';
import type { Wish } from '../../../src/model/wish.ts';
import { fakeApp } from '../support/fake-app.ts';
import { operation, plan } from '../support/models.ts';
import { planned, preview } from '../support/previews.ts';

const launch: Step = {
  ...{ kind: 'launch', name: '1-launch site-b', site: 'site-b', slots: [1, 2], bestEffort: false, deadlineMs: 1 },
};
const prove: Step = { kind: 'prove', name: '2-prove site-b', site: 'site-b', replicas: 3, below: 3, deadlineMs: 1 };
const trim: Step = {
  ...{ kind: 'trim', name: '2-trim site-b to 1', site: 'site-b', keep: 1, how: 'delete', drainMs: 1, takes: 2 },
  deadlineMs: 1,
};
const scale = { site: 'site-b', replicas: 3, before: 1, instead: 1, isTakenBack: false } as const;
const stays = { 'site-a': 100, 'site-b': 0 };
const up = plan({ kind: 'scale', trigger: 'manual', before: stays, after: stays, steps: [launch, prove], scale });
const down: Plan = { ...up, steps: [prove, trim], scale: { ...scale, replicas: 1, before: 3, isTakenBack: true } };

async function run(argv: readonly string[], change: { readonly shown?: Plan; readonly ended?: Operation } = {}) {
  const wishes: Wish[] = [];
  const app = fakeApp({
    preview: async (_, wish) => preview(wish, { planned: { ...planned({}, wish), plan: change.shown ?? up } }),
    carryOut: async (_, wish): Promise<WishEnd> => {
      wishes.push(wish);
      return { kind: 'ended', operation: change.ended ?? operation({ state: 'done', plan: up }), by: 'this-process' };
    },
  });
  const code = await runCommand(argv, app);
  return { code, wishes, ...app.printed };
}

test.for([
  {
    argv: ['scale', 'chat', '--site', 'site-b', '--replicas', '3'],
    wish: { kind: 'scale', from: 'site-b', replicas: 3 },
  },
  {
    argv: ['scale', 'chat', '--site', 'site-b', '--replicas', '0'],
    wish: { kind: 'scale', from: 'site-b', replicas: 0 },
  },
  {
    argv: ['scale', 'chat', '--site', 'site-b', '--replicas', '3', '--markets', 'on-demand=1,spot=2'],
    wish: { kind: 'scale', from: 'site-b', replicas: 3, markets: { 'on-demand': 1, spot: 2 } },
  },
  {
    argv: ['switchover', 'chat', '--weights', 'site-a=60,site-b=40'],
    wish: { kind: 'switchover', to: undefined, weights: { 'site-a': 60, 'site-b': 40 } },
  },
  {
    argv: ['switchover', 'chat', '--weights', 'site-b=100', '--keep'],
    wish: { weights: { 'site-b': 100 }, keeps: true },
  },
])('$argv asks for $wish', async ({ argv, wish }) => {
  expect((await run([...argv, '--yes'])).wishes).toMatchObject([wish]);
});

test.for([
  { argv: ['scale', 'chat', '--site', 'site-b'], says: "required option '--replicas <n>' not specified" },
  { argv: ['scale', 'chat', '--site', 'site-b', '--replicas', '-1'], says: 'write a whole number from 0 to 1000' },
  { argv: ['scale', 'chat', '--site', 'site-b', '--replicas', '1001'], says: 'write a whole number from 0 to 1000' },
  { argv: ['scale', 'chat', '--site', 'site-x', '--replicas', '1'], says: 'chat has no site "site-x"' },
  ...[
    { typed: 'spot=2', says: '--markets spot=2 is 2 in all, and --replicas says 3' },
    { typed: 'spot=2,spot=1', says: 'names a market twice' },
    { typed: 'cheap=3', says: 'must be of on-demand, spot, reserved, each with a number' },
    { typed: 'spot', says: 'must be of on-demand, spot, reserved, each with a number' },
  ].map(({ typed, says }) => {
    return { argv: ['scale', 'chat', '--site', 'site-b', '--replicas', '3', '--markets', typed], says };
  }),
  { argv: ['switchover', 'chat'], says: 'switchover needs to know where to' },
  {
    argv: ['switchover', 'chat', '--to', 'site-b', '--weights', 'site-b=100'],
    says: '--to and --weights both say where',
  },
  { argv: ['switchover', 'chat', '--to', 'site-b', '--keep'], says: '--keep needs --weights' },
  {
    argv: ['switchover', 'chat', '--weights', 'site-a=60,site-b=41'],
    says: '--weights site-a=60,site-b=41 is 101% in all',
  },
  { argv: ['switchover', 'chat', '--weights', 'site-a'], says: 'is no part of a split' },
])('$argv is refused: $says', async ({ argv, says }) => {
  const { code, err, wishes } = await run([...argv, '--yes']);
  expect([code, wishes]).toEqual([2, []]);
  expect(err).toContain(says);
});

const inSpot: Plan = {
  ...{ ...up, steps: [{ ...launch, market: 'spot' }, prove, trim] },
  scale: { ...scale, before: 3, slots: [0, 3, 4] },
};

test.for([
  {
    shown: inSpot,
    says: 'Replace replicas of chat at site-b, which keeps 3: 2 spot started, others stopped once nothing runs there.',
  },
  { shown: up, says: 'Scale chat at site-b from 1 to 3 in place of the configured 1, starting 2.' },
  { shown: down, says: 'Scale chat at site-b from 3 to 1, as configured, each stopped once nothing runs there.' },
])('the plan says: $says', async ({ shown, says }) => {
  const { out } = await run(['plan', 'scale', 'chat', '--site', 'site-b', '--replicas', '3'], { shown });
  expect(out.replaceAll(/\s+/g, ' ')).toContain(says);
});

const sold = { class: 'capacity', code: 'SoldOut', message: 'none left' } as const;
const late = { class: 'unknown', code: 'DeadlinePassed', message: 'too late' } as const;

test.for([
  {
    name: 'what was started is said to run on, and how to take it away',
    ended: operation({ state: 'failed', step: 0, error: sold, plan: up }),
    says: 'site-b is still to have 1. What op-1 has started goes on running; take it away: godwit scale chat --site site-b --replicas 1',
  },
  {
    name: 'what was stopped is said to come back where it is needed',
    ended: operation({ state: 'failed', step: 1, error: late, plan: down }),
    says: 'What op-1 has stopped beyond 1 is started again while the site needs it.',
  },
  {
    name: 'before it took away anything there is nothing to say of it',
    ended: operation({ state: 'failed', step: 0, error: late, plan: down }),
    says: 'site-b is still to have 3.',
  },
])('without success: $name', async ({ ended, says }) => {
  const id = ended.id;
  const { err } = await run(['scale', 'chat', '--site', 'site-b', '--replicas', '3', '--yes'], { ended });
  expect(err.replaceAll(/\s+/g, ' ')).toContain(says.replaceAll('op-1', id));
});
