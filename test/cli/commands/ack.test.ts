import { expect, test } from 'vitest';
import { runCommand } from '../../../src/cli/run-command.ts';
import type { Store } from '../../../src/ports/store.ts';
import { nowMs, operation } from '../support/models.ts';
import { emptyStore, storeWith, storeWithFailover } from '../support/record.ts';
import { bodiesOf, sayingApp } from '../support/saying.ts';

async function run(argv: readonly string[], store: Store) {
  const app = sayingApp(store);
  return { code: await runCommand(argv, app), ...app.printed };
}

test('says which failovers hold nothing back any more', async () => {
  const store = await storeWithFailover();
  const { code, out, err } = await run(['ack', 'chat', '--reason', 'node replaced'], store);
  expect(code).toBe(0);
  expect(out).toMatchInlineSnapshot(`
    "Acknowledged op-7f3k.
    Earlier failovers hold nothing back any more (CoolDown, FlapBudgetSpent).
    "
  `);
  expect(err).toBe('Can it fail over again?  godwit status chat\n');
  expect((await bodiesOf(store)).at(-1)).toMatchObject({
    kind: 'standing',
    key: 'ack',
    standing: { kind: 'ack', deployment: 'chat', atMs: nowMs, reason: 'node replaced' },
  });
});

test('one that was acknowledged already is not named again', async () => {
  const store = await storeWithFailover();
  await run(['ack', 'chat'], store);
  const { out } = await run(['ack', 'chat', '-o', 'json'], store);
  expect(JSON.parse(out)).toMatchObject({ kind: 'Acknowledgement', operations: [], reason: null });
});

test('with nothing to acknowledge it is recorded all the same, and said', async () => {
  const store = await emptyStore();
  expect(await run(['ack', 'chat'], store)).toMatchObject({
    code: 0,
    out: 'Acknowledged: no failover of chat in the last day was open to it.\n',
  });
  expect(await bodiesOf(store)).toHaveLength(1);
});

test('more than three are counted', async () => {
  const ended = Array.from({ length: 5 }, (_, index) => {
    const one = operation({ id: `op-${index}` });
    return [9, { kind: 'operation', operation: one }] as const;
  });
  expect((await run(['ack', 'chat'], await storeWith(...ended))).out).toContain(
    'Acknowledged op-4, op-3, op-2 and 2 more.',
  );
});

test('an unknown deployment is refused and nothing is recorded', async () => {
  const store = await emptyStore();
  expect(await run(['ack', 'chta'], store)).toMatchObject({ code: 2, out: '' });
  expect(await bodiesOf(store)).toEqual([]);
});
