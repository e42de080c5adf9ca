import { expect, test } from 'vitest';
import { runCommand } from '../../../src/cli/run-command.ts';
import type { Store } from '../../../src/ports/store.ts';
import { fakeApp } from '../support/fake-app.ts';
import { operation, plan } from '../support/models.ts';
import { emptyStore, opened, storeWith, storeWithFailover } from '../support/record.ts';

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
