import { expect, test } from 'vitest';
import { runCommand } from '../../../src/cli/run-command.ts';
import type { WishEnd } from '../../../src/engine/carry-out.ts';
import type { Plan } from '../../../src/model/plan.ts';
import type { Wish } from '../../../src/model/wish.ts';
import { fakeApp } from '../support/fake-app.ts';
import { operation, plan } from '../support/models.ts';
import { planned, preview } from '../support/previews.ts';

async function run(argv: readonly string[], hunt?: Plan) {
  const wishes: Wish[] = [];
  const failed = operation({
    ...{ state: 'failed', step: 0, plan: plan({ kind: 'start' }) },
    error: { class: 'capacity', code: 'NothingLeftToAsk', message: 'nothing is left to ask for at site-c' },
  });
  const app = fakeApp({
    preview: async (_, wish) =>
      preview(wish, hunt === undefined ? {} : { planned: { ...planned({}, wish), plan: hunt } }),
    carryOut: async (_, wish): Promise<WishEnd> => {
      wishes.push(wish);
      return { kind: 'ended', operation: failed, by: 'this-process' };
    },
  });
  const code = await runCommand(argv, app);
  return { code, wishes, ...app.printed };
}

test.for([
  { argv: ['--site', 'site-c'], wish: { from: 'site-c' } },
  { argv: ['--anywhere'], wish: { from: undefined, anywhere: true } },
  { argv: ['--anywhere', '--replicas', '2'], wish: { from: undefined, anywhere: true, replicas: 2 } },
  { argv: ['--anywhere', '--hedge'], wish: { from: undefined, anywhere: true, hedge: true } },
  { argv: ['--anywhere', '--wait-for-capacity'], wish: { from: undefined, anywhere: true, waitMs: 3_600_000 } },
  {
    argv: ['--anywhere', '--wait-for-capacity', '--deadline', '2h'],
    wish: { from: undefined, anywhere: true, waitMs: 7_200_000 },
  },
  { argv: ['--site', 'site-c', '--wait-for-capacity'], wish: { from: 'site-c', anywhere: true, waitMs: 3_600_000 } },
])('start $argv asks for $wish', async ({ argv, wish }) => {
  const { wishes } = await run(['start', 'chat', ...argv, '--yes']);
  const [{ anywhere, replicas, hedge, waitMs, from } = {}] = wishes as Partial<Wish>[];
  const asked = { from, ...(anywhere === undefined ? {} : { anywhere }) };
  expect({
    ...asked,
    ...(replicas === undefined ? {} : { replicas }),
    ...(hedge === undefined ? {} : { hedge }),
    ...(waitMs === undefined ? {} : { waitMs }),
  }).toEqual(wish);
});

test.for([
  { argv: [], says: 'start needs to know where' },
  { argv: ['--anywhere', '--site', 'site-c'], says: 'start at one site or anywhere' },
  { argv: ['--site', 'site-c', '--replicas', '2'], says: '--replicas 2 needs --anywhere' },
  { argv: ['--site', 'site-c', '--hedge'], says: '--hedge needs --anywhere' },
  { argv: ['--anywhere', '--deadline', '2h'], says: '--deadline needs --wait-for-capacity' },
  { argv: ['--anywhere', '--replicas', '0'], says: 'write a whole number from 1 to 1000' },
  { argv: ['--site', 'site-x'], says: 'chat has no site "site-x"' },
])('start $argv is refused: $says', async ({ argv, says }) => {
  const { code, err, wishes } = await run(['start', 'chat', ...argv, '--yes']);
  expect([code, wishes]).toEqual([2, []]);
  expect(err).toContain(says);
});

test('without capacity it ends as such, and says where every attempt is told', async () => {
  const { code, err } = await run(['start', 'chat', '--anywhere', '--yes']);
  expect(code).toBe(6);
  expect(err).toContain('godwit explain last');
  expect(err).toContain('godwit blocks list');
});

test('the plan says the order, how long it waits, and why a site is left out', async () => {
  const hunt = plan({
    ...{ kind: 'start', trigger: 'manual' },
    steps: [
      {
        ...{ kind: 'hunt', name: '1-hunt site-c, site-b', replicas: 2, waits: true, deadlineMs: 7_200_000 },
        candidates: [
          { site: 'site-c', slots: [0, 1] },
          { site: 'site-b', slots: [0] },
        ],
      },
    ],
    because: [
      { code: 'AskedByPerson', message: 'ada@desk: sold out' },
      { code: 'ResidencyBlocked', site: 'site-a', message: 'site-a lies in us' },
    ],
  });
  const { out } = await run(['plan', 'start', 'chat', '--anywhere', '--wait-for-capacity'], hunt);
  const flat = out.replaceAll(/\s+/g, ' ');
  expect(flat).toContain('where they can be had, asking in this order: site-c, site-b, asking again for up to 2h.');
  expect(flat).toContain('ResidencyBlocked: site-a lies in us');
  expect(flat).not.toContain('AskedByPerson');
});

test('the plan of a hedged one says that both start and one stays, and why one cannot be hedged', async () => {
  const hunt = plan({
    ...{ kind: 'start', trigger: 'manual' },
    steps: [
      {
        ...{ kind: 'hunt', name: '1-hunt site-c, site-b', replicas: 1, waits: false, deadlineMs: 240_000, hedge: 2 },
        candidates: [
          { site: 'site-c', slots: [0] },
          { site: 'site-b', slots: [0] },
        ],
      },
    ],
    because: [{ code: 'NotHedged', message: 'no two sites' }],
  });
  const { out } = await run(['plan', 'start', 'chat', '--anywhere', '--hedge'], hunt);
  const flat = out.replaceAll(/\s+/g, ' ');
  expect(flat).toContain('at 2 sites at once, asking in this order: site-c, site-b. The first that is proven stays');
  expect(flat).toContain('NotHedged: no two sites');
  const { out: json } = await run(['plan', 'start', 'chat', '--anywhere', '--hedge', '-o', 'json'], hunt);
  expect(JSON.parse(json)).toMatchObject({ steps: [{ hedge: 2, candidates: [{}, {}] }] });
});
