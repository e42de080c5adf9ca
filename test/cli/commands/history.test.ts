import { expect, test } from 'vitest';
import { runCommand } from '../../../src/cli/run-command.ts';
import type { Store } from '../../../src/ports/store.ts';
import { fakeApp } from '../support/fake-app.ts';
import { nowMs, operation, plan } from '../support/models.ts';
import { emptyStore, opened, storeWith, storeWithFailover } from '../support/record.ts';
import { ada } from '../support/saying.ts';

async function run(argv: readonly string[], store: Store) {
  const app = fakeApp({ openStore: async () => store });
  return { code: await runCommand(argv, app), ...app.printed };
}

test('one line each, and how to learn more', async () => {
  const { code, out, err } = await run(['history'], await storeWithFailover());
  expect(code).toBe(0);
  expect(out).toMatchInlineSnapshot(`
    "WHEN          OPERATION  DEPLOYMENT  WHAT                END   TOOK  TO
    11-23 03:08Z  op-7f3k    chat        automatic failover  done   30s  site-b 100%
    "
  `);
  expect(err).toBe('More on one:  godwit explain op-7f3k\n');
});

test('one still open has no length yet', async () => {
  const { out } = await run(['history'], await storeWith([9, opened({ state: 'waking' })]));
  expect(out).toMatch(/waking +- /);
});

test.for([
  { since: '13m', ids: ['op-7f3k'] },
  { since: '12m', ids: [] },
])('those begun within $since: $ids', async ({ since, ids }) => {
  const { out } = await run(['history', '--since', since, '-o', 'json'], await storeWithFailover());
  expect(JSON.parse(out).items.map(({ id }: { id: string }) => id)).toEqual(ids);
});

test('of one deployment alone; an unknown one is refused', async () => {
  const other = operation({ id: 'op-x', plan: plan({ deployment: 'embed' }) });
  const store = await storeWithFailover();
  await store.journal.append([
    { deployment: 'embed', epoch: 1, by: other.by, atMs: 1, monoMs: 1, body: { kind: 'operation', operation: other } },
  ]);
  expect((await run(['history', 'chat'], store)).out).not.toContain('op-x');
  expect((await run(['history'], store)).out).toContain('op-x');
  expect(await run(['history', 'chta'], store)).toMatchObject({ code: 2, out: '' });
});

test('nothing is said to be nothing', async () => {
  expect(await run(['history'], await emptyStore())).toMatchObject({
    code: 0,
    out: 'Nothing was done in that time.\n',
  });
});

test('more than a person reads is cut, and says so', async () => {
  const many = Array.from({ length: 201 }, (_, index) => [9, opened({ id: `op-${index}` })] as const);
  const { out, err } = await run(['history'], await storeWith(...many));
  expect(out.trim().split('\n')).toHaveLength(201);
  expect(err).toContain('Only the newest 200');
});

const shift = operation({
  id: 'op-shift',
  plan: plan({ kind: 'shift', trigger: 'manual' }),
  state: 'held',
  endedAtMs: undefined,
  order: { kind: 'hold', by: ada, atMs: nowMs, reason: 'wait for it' },
});

async function withShift(): Promise<Store> {
  return storeWith(
    [750_000, { kind: 'operation', operation: operation() }],
    [9, { kind: 'operation', operation: shift }],
  );
}

test.for([
  { argv: [], names: ['op-shift', 'op-7f3k'] },
  { argv: ['--trigger', 'manual'], names: ['op-shift'] },
  { argv: ['--trigger', 'auto'], names: ['op-7f3k'] },
  { argv: ['--trigger', 'manual,auto'], names: ['op-shift', 'op-7f3k'] },
  { argv: ['--kind', 'failover'], names: ['op-7f3k'] },
  { argv: ['--kind', 'shift,failover'], names: ['op-shift', 'op-7f3k'] },
  { argv: ['--kind', 'shift', '--trigger', 'auto'], names: [] },
])('$argv lists $names', async ({ argv, names }) => {
  const { code, out } = await run(['history', '-o', 'name', ...argv], await withShift());
  expect(code).toBe(0);
  expect(out.split('\n').filter((line) => line !== '')).toEqual(names);
});

test('what a person said of it is told in words', async () => {
  expect((await run(['history'], await withShift())).out).toContain('held by ada');
  const json = JSON.parse((await run(['history', '-o', 'json'], await withShift())).out);
  expect(json.items[0].order).toEqual({ kind: 'hold', by: ada, at: '2026-11-23T03:21:07.000Z', reason: 'wait for it' });
  expect(json.items[1].order).toBeNull();
});

test('one line of JSON each, between version and result', async () => {
  const { out } = await run(['history', '-o', 'jsonl'], await withShift());
  const lines = out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(lines.map(({ type, id }) => id ?? type)).toEqual(['version', 'op-shift', 'op-7f3k', 'result']);
});

test('wide says more, within 180 columns', async () => {
  const { out } = await run(['history', '-o', 'wide'], await withShift());
  expect(out).toMatch(/FROM +STEPS +BY +BECAUSE\n/);
  expect(out).toContain('godwit@node-1  SiteFailing: SiteDead: no replica answers for 4 s');
  expect(out.split('\n').filter((line) => line.length > 180)).toEqual([]);
});

test('an unknown kind is refused with those there are', async () => {
  const { code, err } = await run(['history', '--kind', 'faliover'], await emptyStore());
  expect(code).toBe(2);
  expect(err).toContain('allowed: start, stop, scale, failover');
});
