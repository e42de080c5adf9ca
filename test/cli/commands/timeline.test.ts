import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { runCommand } from '../../../src/cli/run-command.ts';
import type { JournalBody } from '../../../src/model/journal-entry.ts';
import type { Store } from '../../../src/ports/store.ts';
import { hostileStrings, terminalControls } from '../../report/hostile.ts';
import { fakeApp } from '../support/fake-app.ts';
import { nowMs, operation } from '../support/models.ts';
import { acting, emptyStore, opened, step, storeWith, waiting } from '../support/record.ts';
import { ada } from '../support/saying.ts';

async function run(argv: readonly string[], store: Store) {
  const app = fakeApp({ openStore: async () => store });
  return { code: await runCommand(argv, app), ...app.printed };
}

const pause: JournalBody = {
  kind: 'standing',
  key: 'pause',
  why: 'asked for',
  standing: {
    ...{ kind: 'pause', deployment: 'chat', by: ada, atMs: nowMs - 700_000, reason: 'looking' },
    untilMs: nowMs + 60_000,
  },
};

/** A failover that another controller took up, with notes in it, after it, and long after it. */
async function incident(): Promise<Store> {
  const store = await storeWith(
    [760_000, { kind: 'decision', decision: waiting }],
    [750_001, { kind: 'decision', decision: acting }],
    [750_000, opened()],
    [748_000, step(0, 'intended')],
    [747_000, { kind: 'note', text: 'users called' }],
    [746_000, opened({ epoch: 4 })],
    [745_000, step(0, 'reached')],
    [720_000, { kind: 'operation', operation: operation({ epoch: 4 }) }],
    [700_000, pause],
    [600_000, { kind: 'note', text: 'node replaced', operationId: 'op-7f3k' }],
    [599_000, { kind: 'note', text: 'about another', operationId: 'op-other' }],
  );
  const body = { kind: 'note', text: 'all clear | closed', operationId: 'op-7f3k' } as const;
  await store.journal.append([{ deployment: 'chat', epoch: 0, by: ada, atMs: nowMs, monoMs: 0, body }]);
  return store;
}

test('machine and people, in order, in UTC and local time', async () => {
  const { code, out } = await run(['timeline', 'last'], await incident());
  expect(code).toBe(0);
  expect(out).toMatchInlineSnapshot(`
    "op-7f3k  automatic failover of chat  2026-11-23, UTC and local (+01:00)
    03:08:36Z  04:08:36  decided: automatic failover to site-b 100%
    03:08:37Z  04:08:37  begun: automatic failover, site-a 100% to site-b 100%
    03:08:39Z  04:08:39  step 1 stamp begun
    03:08:40Z  04:08:40  note: users called
    03:08:41Z  04:08:41  controller godwit@node-1: taken up, epoch 4
    03:08:42Z  04:08:42  step 1 stamp reached
    03:09:07Z  04:09:07  ended: done after 30s
    03:09:27Z  04:09:27  set: automation paused, until 03:22:07Z (in 12m) (asked
                         for)
    03:11:07Z  04:11:07  note: node replaced
    03:21:07Z  04:21:07  ada@desk: note: all clear | closed
    "
  `);
  expect(out.split('\n').filter((line) => line.length > 80)).toEqual([]);
});

test('as Markdown for where the incident is told', async () => {
  const store = await incident();
  const { out } = await run(['timeline', 'op-7f3k', '-o', 'md'], store);
  expect(out).toMatchInlineSnapshot(`
    "## op-7f3k: automatic failover of chat, done

    | UTC | local (+01:00) | who | what |
    | --- | --- | --- | --- |
    | 2026-11-23 03:08:36Z | 04:08:36 | godwit | decided: automatic failover to site-b 100% |
    | 2026-11-23 03:08:37Z | 04:08:37 | godwit | begun: automatic failover, site-a 100% to site-b 100% |
    | 2026-11-23 03:08:39Z | 04:08:39 | godwit | step 1 stamp begun |
    | 2026-11-23 03:08:40Z | 04:08:40 | godwit | note: users called |
    | 2026-11-23 03:08:41Z | 04:08:41 | controller godwit&#64;node-1 | taken up, epoch 4 |
    | 2026-11-23 03:08:42Z | 04:08:42 | godwit | step 1 stamp reached |
    | 2026-11-23 03:09:07Z | 04:09:07 | godwit | ended: done after 30s |
    | 2026-11-23 03:09:27Z | 04:09:27 | godwit | set: automation paused, until 03:22:07Z (in 12m) (asked for) |
    | 2026-11-23 03:11:07Z | 04:11:07 | godwit | note: node replaced |
    | 2026-11-23 03:21:07Z | 04:21:07 | ada&#64;desk | note: all clear \\| closed |
    "
  `);
  expect((await run(['timeline', 'op-7f3k', '--md'], store)).out).toBe(out);
});

test('the same as one document, in JSON and YAML', async () => {
  const store = await incident();
  const json = JSON.parse((await run(['timeline', 'last', '-o', 'json'], store)).out);
  expect(json).toMatchObject({ apiVersion: 'godwit/v1', kind: 'Timeline', operation: { id: 'op-7f3k' }, isCut: false });
  expect(json.items.map(({ type }: { type: string }) => type)).toEqual([
    ...['decision', 'opened', 'step', 'note', 'taken-up', 'step', 'ended', 'standing', 'note', 'note'],
  ]);
  expect(parse((await run(['timeline', 'last', '-o', 'yaml'], store)).out)).toEqual(json);
});

test.for([
  { name: 'an hour after the end', afterMs: 3_600_000, isThere: true },
  { name: 'a millisecond later', afterMs: 3_600_001, isThere: false },
])('a note about nothing in particular $name is its own: $isThere', async ({ afterMs, isThere }) => {
  const ended = operation({ openedAtMs: nowMs - 8_000_000, endedAtMs: nowMs - 7_000_000 });
  const store = await storeWith(
    [8_000_000, opened({ openedAtMs: nowMs - 8_000_000 })],
    [7_000_000, { kind: 'operation', operation: ended }],
    [7_000_000 - afterMs, { kind: 'note', text: 'late find' }],
  );
  expect((await run(['timeline', 'last'], store)).out.includes('late find')).toBe(isThere);
});

test('no note writes at the terminal, nor a table of its own', async () => {
  for (const text of [...hostileStrings, '| a | b |\n| --- | --- |', '<script>', '[x](http://evil.example)', '@here']) {
    const store = await storeWith([750_000, opened()], [1000, { kind: 'note', text, operationId: 'op-7f3k' }]);
    for (const format of ['table', 'json', 'yaml', 'md']) {
      const { out } = await run(['timeline', 'last', '-o', format], store);
      expect(out).not.toMatch(terminalControls);
      if (format === 'md') expect(out.trimEnd().split('\n')).toHaveLength(6);
      if (format === 'md') expect(out).not.toMatch(/<script>|[^\\]\]\(http|@here/);
    }
  }
});

test('nothing was done yet', async () => {
  expect(await run(['timeline', 'last'], await emptyStore())).toMatchObject({ code: 2, out: '' });
});
