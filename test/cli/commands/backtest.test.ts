import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { App } from '../../../src/cli/app.ts';
import { runCommand } from '../../../src/cli/run-command.ts';
import { someBacktest } from '../../report/support/backtest.ts';
import { fakeApp } from '../support/fake-app.ts';

let dir = '';
let trace = '';
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'godwit-backtest-'));
  trace = write('spot.csv', '0,add,node1\n60000,remove,node1\n');
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

function write(name: string, text: string): string {
  const path = join(dir, name);
  writeFileSync(path, text);
  return path;
}

function replaying(report = someBacktest()) {
  const asked: Parameters<App['backtest']>[] = [];
  const backtest: App['backtest'] = async (...given) => {
    asked.push(given);
    return report;
  };
  return { app: fakeApp({ backtest }), asked };
}

test('replays a trace with four replicas and five minutes to start, and shows the comparison', async () => {
  const { app, asked } = replaying();
  expect(await runCommand(['backtest', '--trace', trace], app)).toBe(0);
  const rebalance = { everyMs: 900_000, policy: undefined };
  expect(asked[0]?.[1]).toEqual({ wanted: 4, startupMs: 300_000, policyOf: undefined, rebalance });
  expect(asked[0]?.[0].pools.map(({ site, nodes }) => [site, nodes.length])).toEqual([
    ['spot', 1],
    ['anywhere', 8],
  ]);
  expect(app.printed.out).toContain('clairvoyant optimum');
});

test('takes several files, prices, a demand and a start-up time', async () => {
  const { app, asked } = replaying();
  const other = write('other.csv', '0,add,node1\n30000,remove,node1\n');
  const prices = write(
    'prices.yaml',
    'prices: [{ site: spot, market: spot, usdPerHour: 1, source: a, asOf: 2026-11-28 }]',
  );
  const argv = [
    'backtest',
    '--trace',
    trace,
    '--trace',
    other,
    '--prices',
    prices,
    '--demand',
    '2',
    '--startup',
    '90s',
    '--rebalance-every',
    '2m',
  ];
  expect(await runCommand([...argv, '-o', 'json'], app)).toBe(0);
  expect(asked[0]?.[1]).toMatchObject({ wanted: 2, startupMs: 90_000, rebalance: { everyMs: 120_000 } });
  expect(asked[0]?.[0]).toMatchObject({
    endMs: 30_000,
    pools: [{ site: 'spot', price: { asOf: '2026-11-28' } }, {}, {}],
  });
  const document = JSON.parse(app.printed.out) as unknown;
  expect(document).toMatchObject({
    kind: 'BacktestReport',
    trace: [trace, other],
    prices,
    wanted: 2,
    rows: [{}, {}, {}],
  });
});

test.for([
  { name: 'in milliseconds', report: { rebalancedEveryMs: 900_000 }, told: 900_000 },
  { name: 'as nothing where none is rebalanced', report: {}, told: undefined },
])('tells as JSON how often a row is rebalanced: $name', async ({ report, told }) => {
  const { app } = replaying({ ...someBacktest(), ...report });
  expect(await runCommand(['backtest', '--trace', trace, '-o', 'json'], app)).toBe(0);
  const document = JSON.parse(app.printed.out) as Record<string, unknown>;
  expect(document['rebalancedEveryMs']).toBe(told);
});

test('takes a demand that changes from a file', async () => {
  const { app, asked } = replaying();
  const demand = write('demand.csv', 'at_ms,replicas\n0,2\n30000,5\n');
  expect(await runCommand(['backtest', '--trace', trace, '--demand', demand], app)).toBe(0);
  const points = [
    { atMs: 0, replicas: 2 },
    { atMs: 30_000, replicas: 5 },
  ];
  expect(asked[0]?.[1]).toMatchObject({ wanted: 5, demand: points });
  expect(await runCommand(['backtest', '--trace', trace, '--demand', '0'], app)).toBe(2);
  expect(app.printed.err).toContain('write a whole number from 1 to 100');
});

test('follows the policy of a deployment that is named', async () => {
  const { app, asked } = replaying();
  const argv = ['backtest', '--trace', trace, '--policy', 'godwit.yaml'];
  expect(await runCommand(argv, app)).toBe(0);
  expect(asked[0]?.[1].policyOf?.name).toBe('chat');
  expect(await runCommand([...argv, '--deployment', 'chit'], app)).toBe(2);
  expect(app.printed.err).toContain('there is no deployment "chit"');
});

test('ends as every command does when a signal comes, and shows nothing', async () => {
  const backtest = async (): Promise<undefined> => undefined;
  const app = fakeApp({ backtest, interrupted: AbortSignal.abort('SIGTERM') });
  expect(await runCommand(['backtest', '--trace', trace], app)).toBe(143);
  expect(app.printed.out).toBe('');
  expect(app.printed.err).toContain('interrupted; nothing was touched');
});

test('writes the page beside what it prints', async () => {
  const { app } = replaying();
  const html = join(dir, 'page.html');
  expect(await runCommand(['backtest', '--trace', trace, '--html', html], app)).toBe(0);
  expect(readFileSync(html, 'utf8')).toContain('<!doctype html>');
  expect(app.printed.err).toContain(`with a chart in ${html}`);
});

test('fails when an invariant did not hold', async () => {
  const { app } = replaying(someBacktest('east', { violations: ['I4 at 12 s: nobody serves'] }));
  expect(await runCommand(['backtest', '--trace', trace], app)).toBe(1);
});

test('says where a trace is wrong, and replays nothing', async () => {
  const { app, asked } = replaying();
  const path = write('wrong.csv', '0,add,node1\n5,remove,node2\n');
  expect(await runCommand(['backtest', '--trace', path], app)).toBe(2);
  expect(app.printed.err).toContain(`error: ${path}:2: node2 is not there, so it cannot be removed`);
  expect(await runCommand(['backtest', '--trace', join(dir, 'none.csv')], app)).toBe(2);
  expect(app.printed.err).toContain('none.csv cannot be read: ENOENT');
  expect(await runCommand(['backtest', '--trace', write('huge.csv', ' '.repeat(16 * 1024 * 1024 + 1))], app)).toBe(2);
  expect(app.printed.err).toContain('huge.csv is larger than 16 MiB');
  expect(await runCommand(['backtest'], app)).toBe(2);
  expect(asked).toEqual([]);
});
