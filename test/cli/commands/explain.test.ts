import { expect, test } from 'vitest';
import { runCommand } from '../../../src/cli/run-command.ts';
import { settingsOf } from '../../../src/config/load.ts';
import { jsonSchema } from '../../../src/config/schema.ts';
import type { Store } from '../../../src/ports/store.ts';
import { codePages } from '../../../src/report/text/code-pages.ts';
import { type JsonSchema, schemasIn } from '../../config/support/json-schema.ts';
import { providers } from '../../config/support/load.ts';
import { fakeApp } from '../support/fake-app.ts';
import { acting, emptyStore, opened, storeWith, storeWithFailover } from '../support/record.ts';

async function run(argv: readonly string[], store?: Store) {
  const app = fakeApp(store === undefined ? {} : { openStore: async () => store });
  return { code: await runCommand(argv, app), ...app.printed };
}

test('the last operation: why, what was seen then, each step', async () => {
  const { code, out } = await run(['explain', 'last'], await storeWithFailover());
  expect(code).toBe(0);
  expect(out).toMatchInlineSnapshot(`
    "op-7f3k  automatic failover of chat  ✔ done after 30s
      opened   03:08:37Z by the controller godwit@node-1, pid 4711
      steps    2 of 2
      weights  site-a 100%  to  site-b 100%
      because  SiteFailing: SiteDead: no replica answers for 4 s
    Seen then   03:08:36Z
      ✖ site-a  SiteDead since 03:07:07Z (1m29s): SiteDead for 14 minutes
      ✔ site-b  Healthy: all replicas answer
    Steps
      ✔ stamp                     stood already
      ✔ fence                     reached in 28s
    "
  `);
});

test('an operation by its name, for machines', async () => {
  const { out } = await run(['explain', 'op-7f3k', '-o', 'json'], await storeWithFailover());
  expect(JSON.parse(out)).toMatchObject({
    kind: 'Explanation',
    operation: { id: 'op-7f3k', outcome: 'done' },
    decided: { seq: 2, decision: { kind: 'act' } },
    steps: [
      { name: 'stamp', state: 'found', beganAt: null },
      { name: 'fence', state: 'reached', beganAt: '2026-11-23T03:08:39.000Z' },
    ],
  });
});

test('why nothing was done at a moment, with the values seen then', async () => {
  const { code, out } = await run(['explain', '--why-not', 'chat', '--at', '03:08:30'], await storeWithFailover());
  expect(code).toBe(0);
  expect(out).toMatchInlineSnapshot(`
    "chat did not act (said first at 03:08:27Z, 3s before 03:08:30Z)
      ✖ CoolDown until 03:08:36Z (in 6s): op-old was 5s ago; one failover in 15m
    Seen then
      ✖ site-a  SiteDead since 03:07:07Z (1m20s): SiteDead for 14 minutes
      ✔ site-b  Healthy: all replicas answer
    More  godwit explain CoolDown
    "
  `);
});

test('that it did act is no reason why not', async () => {
  const { out } = await run(['explain', '--why-not', 'chat'], await storeWithFailover());
  expect(out).toContain('chat: it DID act: automatic failover away from site-a');
});

test('before anybody looked there is nothing to tell', async () => {
  const { code, err } = await run(['explain', '--why-not', 'chat', '--at', '03:00'], await storeWithFailover());
  expect({ code, err }).toMatchObject({
    code: 2,
    err: expect.stringContaining('nothing was decided for chat by then'),
  });
});

test('an operation whose decision the journal does not hold says so', async () => {
  const { out } = await run(['explain'], await storeWith([9, opened()]));
  expect(out).toContain('the journal does not hold the decision behind it');
});

test.for(Object.keys(codePages))('%s has a page within 80 columns that says what to do', async (code) => {
  const { code: exit, out } = await run(['explain', code.toLowerCase()]);
  expect(exit).toBe(0);
  expect(out.split('\n').filter((line) => line.length > 80)).toEqual([]);
  expect(out).toMatch(new RegExp(`^${code}  \\((reason|diagnosis|error)\\)\n  [\\s\\S]+\n  do    \\S`));
});

test.for(['NoTraffic', 'Withdrawn', 'WorldMoved'])(
  'the page of %s knows that a rebalancing says it too',
  async (code) => {
    expect((await run(['explain', code])).out).toMatch(/rebalanc/);
  },
);

test('a key of the configuration that a page names is one', async () => {
  const named = Object.values(codePages).flatMap(({ means, todo }) =>
    [...`${means} ${todo}`.matchAll(/\b(?:failover|startup|drain)(?:\.[a-z]\w*)+/g)].map(([key]) => key),
  );
  expect(named.length).toBeGreaterThan(10);
  const schema = jsonSchema(await settingsOf(providers)) as JsonSchema;
  const known = [...schemasIn(schema)].map(([path]) => path.replace('deployments.*.', ''));
  expect(named.filter((key) => !known.includes(key))).toEqual([]);
});

test.for([
  { argv: ['explain', 'CoolDwon'], says: 'did you mean "CoolDown"?' },
  { argv: ['explain', 'op-none'], says: 'there is no operation "op-none"' },
  { argv: ['explain', 'last'], says: 'nothing was done yet' },
  { argv: ['explain', 'last', '--why-not', 'chat'], says: 'not both' },
  { argv: ['explain', '--at', '03:00'], says: '--at goes with --why-not' },
  { argv: ['explain', '--why-not', 'chta'], says: 'did you mean "chat"?' },
  { argv: ['explain', '--why-not', 'chat', '--at', 'noon'], says: 'write 02:51 (UTC)' },
])('$argv is refused and says: $says', async ({ argv, says }) => {
  const { code, err, out } = await run(argv, await emptyStore());
  expect({ code, out }).toEqual({ code: 2, out: '' });
  expect(err).toContain(says);
});

test('what the controller saw last is newer than the record', async () => {
  const store = await storeWith([9, { kind: 'decision', decision: acting }]);
  const decision = { kind: 'stay', diagnosis: acting.diagnosis, reasons: [] } as const;
  const snapshot = { deployment: 'chat', atMs: Date.UTC(2026, 10, 23, 3, 21, 5), view: {} as never, decision };
  const seen = { ...store, snapshots: { ...store.snapshots, get: async () => snapshot } };
  const { out } = await run(['explain', '--why-not', 'chat'], seen);
  expect(out).toContain('chat did not act (seen at 03:21:05Z, 2s before 03:21:07Z)');
});
