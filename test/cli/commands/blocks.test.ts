import { expect, test } from 'vitest';
import { runCommand } from '../../../src/cli/run-command.ts';
import type { Block } from '../../../src/model/block.ts';
import type { Config } from '../../../src/model/config.ts';
import type { Store } from '../../../src/ports/store.ts';
import { config, nowMs, operation, plan, site, snapshot, view } from '../support/models.ts';
import { emptyStore, storeWith } from '../support/record.ts';
import { bodiesOf, sayingApp } from '../support/saying.ts';

async function run(argv: readonly string[], store: Store, given?: Config) {
  const app = sayingApp(store, given);
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
    "DEPLOYMENT  SITE    BLOCKED     UNTIL
    chat        site-b  everything  03:21:08Z (in 1s)
      the last start failed at site-b
    "
  `);
  expect(JSON.parse((await run(['blocks', 'list', '-o', 'json'], store)).out)).toMatchObject({
    kind: 'Blocks',
    items: [
      { deployment: 'chat', site: 'site-b', code: 'StartBlocked', refused: null, until: '2026-11-23T03:21:08.000Z' },
    ],
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

const soldOut: Block = {
  ...{ deployment: 'chat', config: 'c0ffee', site: 'site-b', provider: 'aws', account: 'aws-1', region: 'us-east-1' },
  offer: { machine: 'p5.48xlarge', family: 'p5', market: 'on-demand', zone: 'us-east-1a' },
  ...{ scope: 'offer', reach: { machines: 'larger', markets: 'asked' }, class: 'capacity' },
  ...{ code: 'InsufficientInstanceCapacity', message: 'We currently do not have sufficient capacity' },
  ...{ atMs: nowMs - 1000, untilMs: nowMs + 599_000, isUntilChanged: false },
};
const noQuota: Block = {
  ...{ ...soldOut, scope: 'region', reach: { machines: 'family', markets: 'all' }, class: 'quota' },
  ...{ code: 'VcpuLimitExceeded', message: 'limit of 0' },
};
const noAccess: Block = {
  ...{ ...soldOut, site: 'site-c', account: 'aws-2', scope: 'account', reach: { machines: 'all', markets: 'all' } },
  ...{ class: 'auth', code: 'AuthFailure', message: 'not able to validate', isUntilChanged: true },
};

test('what was refused is listed with what it blocks, the provider’s own code and what to do', async () => {
  const store = await emptyStore();
  await store.blocks.put([soldOut, noQuota, noAccess], nowMs);
  expect((await run(['blocks', 'list'], store)).out).toMatchInlineSnapshot(`
    "DEPLOYMENT  SITE    BLOCKED                           UNTIL
    chat        site-b  p5.48xlarge us-east-1a on-demand  03:31:06Z (in 9m59s)
      InsufficientInstanceCapacity: We currently do not have sufficient capacity
    chat        site-b  p5 family in us-east-1            03:31:06Z (in 9m59s)
      VcpuLimitExceeded: limit of 0
    chat        site-c  all machines in account aws-2     changed, or 03:31:06Z
      AuthFailure: not able to validate
    capacity  sold out: godwit start DEPLOYMENT --anywhere, or wait
    quota     ask for more, or elsewhere: godwit start DEPLOYMENT --anywhere
    auth      renew the credentials or grant the permission
    "
  `);
  const [first, , third] = JSON.parse((await run(['blocks', 'list', '-o', 'json'], store)).out).items;
  expect(first).toMatchObject({
    code: 'StartBlocked',
    refused: {
      code: 'InsufficientInstanceCapacity',
      scope: 'offer',
      class: 'capacity',
      offer: { machine: 'p5.48xlarge' },
    },
  });
  expect(third).toMatchObject({
    site: 'site-c',
    refused: { account: 'aws-2', isUntilChanged: true, code: 'AuthFailure' },
  });
});

const inAws = config({
  sites: ['site-a', 'site-b', 'site-c'].map((name) => ({ ...site(name), provider: 'aws', region: 'us-east-1' })),
});

/** What a controller saw of the sites when it looked last. */
async function storeThatKnows(accounts: Readonly<Record<string, string>>, blocks: readonly Block[]): Promise<Store> {
  const store = await emptyStore();
  const sites = view({}).sites.map((each) => {
    const account = accounts[each.site.name];
    return { ...each, ...(account === undefined ? {} : { account }) };
  });
  await store.snapshots.put(snapshot([], { view: view({}, { sites }) }));
  await store.blocks.put(blocks, nowMs);
  return store;
}

const clearAtB = ['blocks', 'clear', 'chat', '--site', 'site-b', '--reason', 'renewed'];
const noRight: Block = {
  ...{ ...noAccess, site: 'site-a', account: 'aws-1', config: inAws.digest, offer: undefined, scope: 'site' },
  ...{ reach: undefined, code: 'UnauthorizedOperation', message: 'you may not do this' },
};

test('what was met at one site and holds at another is listed with both, and is cleared at the other', async () => {
  const met: Block = { ...noAccess, site: 'site-a', deployment: 'embed' };
  const store = await storeThatKnows({ 'site-b': 'aws-2' }, [met]);
  expect((await run(['blocks', 'list', 'chat'], store, inAws)).out).toMatchInlineSnapshot(`
    "DEPLOYMENT  SITE    BLOCKED                        UNTIL
    embed       site-a  all machines in account aws-2  changed, or 03:31:06Z
      AuthFailure: not able to validate
      met at site-a, holds at site-a, site-b
    auth      renew the credentials or grant the permission
    "
  `);
  const { items } = JSON.parse((await run(['blocks', 'list', '-o', 'json'], store, inAws)).out);
  expect(items).toMatchObject([{ deployment: 'embed', site: 'site-a', holdsAt: ['site-a', 'site-b'] }]);
  expect((await run(clearAtB, store, inAws)).out).toMatchInlineSnapshot(`
    "Cleared: chat at site-b may be started again.
      all machines in account aws-2, met at site-a: AuthFailure
    "
  `);
  expect(await store.blocks.list(nowMs)).toEqual([]);
});

test.for([
  { name: 'another account', accounts: { 'site-b': 'aws-1' }, block: { ...noAccess, site: 'site-a' } },
  { name: 'no known account', accounts: {}, block: { ...noAccess, site: 'site-a' } },
  { name: 'the same account and region, of a right', accounts: { 'site-b': 'aws-1' }, block: noRight },
])('what does not hold at the other site is not cleared there: $name', async ({ accounts, block }) => {
  const store = await storeThatKnows(accounts, [block]);
  const { items } = JSON.parse((await run(['blocks', 'list', '-o', 'json'], store, inAws)).out);
  expect(items).toMatchObject([{ site: 'site-a', holdsAt: ['site-a'] }]);
  expect((await run(clearAtB, store, inAws)).out).toMatch(/^Nothing to do/);
  expect(await store.blocks.list(nowMs)).toEqual([block]);
});

test('what one configuration was refused as a whole holds nothing back under another', async () => {
  const store = await storeThatKnows({}, [{ ...noRight, config: 'before' }]);
  expect((await run(['blocks', 'list'], store, inAws)).out).toBe('Nothing holds back a start.\n');
});

test('cleared at one site, what is blocked in its account goes, and another account stays', async () => {
  const store = await emptyStore();
  const twin: Block = { ...noQuota, site: 'site-a' };
  await store.blocks.put([soldOut, twin, noAccess], nowMs);
  const { code, out } = await run(
    ['blocks', 'clear', 'chat', '--site', 'site-b', '--reason', 'more quota', '-o', 'json'],
    store,
    inAws,
  );
  expect(code).toBe(0);
  expect(JSON.parse(out)).toMatchObject({ outcome: 'cleared' });
  expect(await store.blocks.list(nowMs)).toEqual([noAccess]);
});
