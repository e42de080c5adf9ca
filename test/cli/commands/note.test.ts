import { expect, test } from 'vitest';
import { runCommand } from '../../../src/cli/run-command.ts';
import type { Store } from '../../../src/ports/store.ts';
import { config, deployment } from '../support/models.ts';
import { emptyStore, storeWithFailover } from '../support/record.ts';
import { bodiesOf, sayingApp } from '../support/saying.ts';

const two = config({ deployments: [deployment(), deployment({ name: 'embed' })] });

async function run(argv: readonly string[], store: Store, typed = config()) {
  const app = sayingApp(store, typed);
  return { code: await runCommand(argv, app), ...app.printed };
}

test('the only deployment need not be named', async () => {
  const store = await emptyStore();
  expect(await run(['note', 'users called'], store)).toMatchObject({
    code: 0,
    out: 'Noted for chat: it is in the record.\n',
  });
  expect(await bodiesOf(store)).toEqual([{ kind: 'note', text: 'users called' }]);
  expect((await store.journal.read({}))[0]).toMatchObject({ deployment: 'chat', by: { kind: 'person', name: 'ada' } });
});

test('with several it must be, and then nothing was written', async () => {
  const store = await emptyStore();
  const { code, err } = await run(['note', 'users called'], store, two);
  expect(code).toBe(2);
  expect(err).toContain('add --deployment NAME or --op last');
  expect(await bodiesOf(store)).toEqual([]);
  expect(await run(['note', 'users called', '--deployment', 'embed'], store, two)).toMatchObject({ code: 0 });
  expect((await store.journal.read({}))[0]?.deployment).toBe('embed');
});

test('an operation names the deployment', async () => {
  const store = await storeWithFailover();
  const { code, out } = await run(['note', 'node replaced', '--op', 'last', '-o', 'json'], store, two);
  expect(code).toBe(0);
  expect(JSON.parse(out)).toMatchObject({ kind: 'Note', deployment: 'chat', op: 'op-7f3k', text: 'node replaced' });
  expect((await bodiesOf(store)).at(-1)).toEqual({ kind: 'note', text: 'node replaced', operationId: 'op-7f3k' });
});

test('an operation of another deployment is a mistake', async () => {
  const store = await storeWithFailover();
  const { code, err } = await run(['note', 'x', '--op', 'op-7f3k', '--deployment', 'embed'], store, two);
  expect(code).toBe(2);
  expect(err).toContain('op-7f3k was about chat, not about embed');
});

test.for([
  {
    name: 'no operation of that name',
    argv: ['note', 'x', '--op', 'op-none'],
    says: 'there is no operation "op-none"',
  },
  { name: 'nothing to write', argv: ['note', '  '], says: 'write at least a word' },
  { name: 'too much to write', argv: ['note', 'x'.repeat(2001)], says: 'write at most 2000 letters' },
])('refuses $name', async ({ argv, says }) => {
  const store = await emptyStore();
  const { code, err } = await run(argv, store);
  expect(code).toBe(2);
  expect(err).toContain(says);
  expect(await bodiesOf(store)).toEqual([]);
});

test('two thousand letters are still a note', async () => {
  expect(await run(['note', 'x'.repeat(2000)], await emptyStore())).toMatchObject({ code: 0 });
});
