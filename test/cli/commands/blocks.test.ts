import { expect, test } from 'vitest';
import { runCommand } from '../../../src/cli/run-command.ts';
import type { Store } from '../../../src/ports/store.ts';
import { nowMs, operation, plan } from '../support/models.ts';
import { emptyStore, storeWith } from '../support/record.ts';
import { bodiesOf, sayingApp } from '../support/saying.ts';

async function run(argv: readonly string[], store: Store) {
  const app = sayingApp(store);
  return { code: await runCommand(argv, app), ...app.printed };
}

/** Its start at site-b failed this long ago. */
function refused(agoMs: number): Promise<Store> {
  const steps = [
    { kind: 'launch', name: '1-launch', site: 'site-b', slots: [0], bestEffort: false, deadlineMs: 1000 },
  ] as const;
  const error = { class: 'capacity', code: 'SoldOut', message: 'none left' } as const;
  const failed = operation({ plan: plan({ kind: 'start', steps }), state: 'failed', step: 0, error });
  return storeWith([agoMs, { kind: 'operation', operation: { ...failed, endedAtMs: nowMs - agoMs } }]);
}

test.for([
  { name: 'a millisecond short of its second', agoMs: 999, names: 'chat/site-b\n' },
  { name: 'once it is over', agoMs: 1000, names: '' },
])('a failed start holds back $name: $names', async ({ agoMs, names }) => {
  expect(await run(['blocks', 'list', '-o', 'name'], await refused(agoMs))).toMatchObject({ code: 0, out: names });
});

test('says where, until when and why', async () => {
  const store = await refused(0);
  const { out } = await run(['blocks', 'list', 'chat'], store);
  expect(out).toMatchInlineSnapshot(`
    "DEPLOYMENT  SITE    UNTIL              WHY
    chat        site-b  03:21:08Z (in 1s)  starts failed 1 times in a row at site-b
    "
  `);
  expect(JSON.parse((await run(['blocks', 'list', '-o', 'json'], store)).out)).toMatchObject({
    kind: 'Blocks',
    items: [{ deployment: 'chat', site: 'site-b', code: 'CoolDown', until: '2026-11-23T03:21:08.000Z' }],
  });
});

test('cleared, it holds back nothing any more; twice is nothing to do', async () => {
  const store = await refused(1);
  const clear = ['blocks', 'clear', 'chat', '--site', 'site-b', '--reason', 'quota raised'];
  expect(await run(clear, store)).toMatchObject({
    code: 0,
    out: 'Cleared: chat at site-b may be started again.\n',
  });
  expect((await bodiesOf(store)).at(-1)).toMatchObject({ key: 'unblock/site-b', why: 'quota raised' });
  expect((await run(['blocks', 'list'], store)).out).toBe('Nothing holds back a start.\n');
  const records = (await bodiesOf(store)).length;
  expect((await run(clear, store)).out).toBe('Nothing to do: no start of chat at site-b is held back.\n');
  expect(await bodiesOf(store)).toHaveLength(records);
});

test.for([
  { argv: ['blocks', 'clear', 'chat', '--reason', 'x'], says: "required option '--site <site>'" },
  { argv: ['blocks', 'clear', 'chat', '--site', 'site-b'], says: "required option '--reason <text>'" },
  { argv: ['blocks', 'clear', 'chat', '--site', 'site-x', '--reason', 'x'], says: 'chat has no site "site-x"' },
])('$argv is refused', async ({ argv, says }) => {
  const store = await emptyStore();
  const { code, err } = await run(argv, store);
  expect(code).toBe(2);
  expect(err).toContain(says);
  expect(await bodiesOf(store)).toEqual([]);
});
