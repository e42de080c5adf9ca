import { expect, test } from 'vitest';
import { runCommand } from '../../../src/cli/run-command.ts';
import type { OrphanOrder } from '../../../src/engine/delete-orphan.ts';
import type { Orphan, OrphanEnd, OrphanReport } from '../../../src/model/orphan.ts';
import { hostileStrings, terminalControls } from '../../report/hostile.ts';
import { nowMs } from '../support/models.ts';
import { emptyStore } from '../support/record.ts';
import { bodiesOf, sayingApp } from '../support/saying.ts';

function orphan(over: Partial<Orphan['replica']> = {}): Orphan {
  return {
    replica: {
      ...{ id: 'i-0abc', bootId: 'b', deployment: 'chat', site: 'site-b', slot: 0, url: undefined, state: 'running' },
      ...{ billed: 'yes', startedAtMs: nowMs - 3_600_000, startKey: 'op-gone/1/0' },
      ...over,
    },
    why: 'operation-unknown',
    isServing: false,
  };
}

async function run(argv: readonly string[], report: OrphanReport, end: OrphanEnd = { kind: 'not-found' }) {
  const store = await emptyStore();
  const orders: OrphanOrder[] = [];
  const app = sayingApp(store, undefined, {
    findOrphans: async () => report,
    deleteOrphan: async (_, order) => {
      orders.push(order);
      return end;
    },
  });
  return { code: await runCommand(argv, app), ...app.printed, bodies: await bodiesOf(store), orders };
}

const one: OrphanReport = { orphans: [orphan()], unseen: [] };
const none: OrphanReport = { orphans: [], unseen: [] };
const blind: OrphanReport = { orphans: [], unseen: [{ deployment: 'chat', site: 'site-b', why: 'token expired' }] };

test('lists what it is, what it costs and why it is nobody’s', async () => {
  const { code, out } = await run(['orphans', 'list'], one);
  expect(code).toBe(0);
  expect(out).toMatchInlineSnapshot(`
    "REPLICA  DEPLOYMENT  SITE    STATE    BILLED  AGE  WHY
    i-0abc   chat        site-b  running  yes      1h  no operation
    "
  `);
  expect((await run(['orphans', 'list'], none)).out).toBe('No orphans.\n');
});

test('a site that cannot be read is never none', async () => {
  const { code, out, err } = await run(['orphans', 'list'], blind);
  expect(code).toBe(11);
  expect(out).toBe('No orphans where it can be seen.\nCannot see chat at site-b: token expired\n');
  expect(err).toContain('There may be more');
});

test('no name writes at the terminal', async () => {
  for (const text of hostileStrings) {
    const bad = { orphans: [orphan({ id: text, site: text })], unseen: [{ deployment: text, site: text, why: text }] };
    for (const format of ['table', 'json', 'yaml', 'name'])
      expect((await run(['orphans', 'list', '-o', format], bad)).out).not.toMatch(terminalControls);
  }
});

test('adopting records that it is ours', async () => {
  const { code, out, bodies } = await run(['orphans', 'adopt', 'i-0abc', '--reason', 'by hand'], one);
  expect(code).toBe(0);
  expect(out).toBe('Adopted: i-0abc at site-b is on record as ours.\n');
  expect(bodies).toMatchObject([
    { kind: 'standing', key: 'adopted/i-0abc', standing: { kind: 'adopted', site: 'site-b', replica: 'i-0abc' } },
  ]);
});

test.for([
  { name: 'one that is none', report: none, says: 'there is no orphan "i-0abc"' },
  { name: 'one of a site that cannot be read', report: blind, says: 'site-b cannot be read: token expired' },
  {
    name: 'one of two of that name',
    report: { orphans: [orphan(), orphan({ site: 'site-c' })], unseen: [] },
    says: 'two sites have a "i-0abc"',
  },
])('$name is not adopted', async ({ report, says }) => {
  const { code, err, bodies } = await run(['orphans', 'adopt', 'i-0abc', '--reason', 'x'], report);
  expect(code).toBe(2);
  expect(err).toContain(says);
  expect(bodies).toEqual([]);
});

const removal = ['orphans', 'delete', 'i-0abc', '--confirm', 'chat', '--reason', 'crash'];

test.for<{ end: OrphanEnd; code: number; says: string }>([
  { end: { kind: 'deleted', replica: orphan().replica }, code: 0, says: 'is gone and costs nothing (read back)' },
  { end: { kind: 'not-found' }, code: 2, says: 'chat has no orphan "i-0abc"' },
  {
    end: { kind: 'refused', reasons: [{ code: 'SourceNotFenced', message: 'site-b has weight' }] },
    code: 5,
    says: 'SourceNotFenced: site-b has weight',
  },
  { end: { kind: 'failed', why: 'not permitted' }, code: 1, says: 'was not deleted: not permitted' },
  { end: { kind: 'unknown', why: 'no answer' }, code: 11, says: 'Not known: no answer' },
  {
    end: { kind: 'lease-held', holder: { kind: 'controller', name: 'godwit', host: 'node-1', pid: 1 } },
    code: 75,
    says: 'godwit@node-1 (pid 1) holds the lease',
  },
])('a deletion that ends as $end.kind is exit $code', async ({ end, code, says }) => {
  const told = await run(removal, one, end);
  expect(told.code).toBe(code);
  expect(told.out + told.err).toContain(says);
  expect(told.orders).toEqual([{ deployment: 'chat', replica: 'i-0abc', reason: 'crash' }]);
  const json = await run([...removal, '-o', 'json'], one, end);
  expect(JSON.parse(json.out)).toMatchObject({ kind: 'OrphanDeleted', outcome: end.kind });
});

test.for([
  { argv: ['orphans', 'delete', 'i-0abc', '--reason', 'x'], says: "required option '--confirm <deployment>'" },
  { argv: ['orphans', 'delete', 'i-0abc', '--confirm', 'chat'], says: "required option '--reason <text>'" },
  { argv: ['orphans', 'delete', 'i-0abc', '--confirm', 'yes', '--reason', 'x'], says: 'there is no deployment "yes"' },
])('$argv deletes nothing', async ({ argv, says }) => {
  const { code, err, orders } = await run(argv, one);
  expect(code).toBe(2);
  expect(err).toContain(says);
  expect(orders).toEqual([]);
});
