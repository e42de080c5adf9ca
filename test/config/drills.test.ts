import { join } from 'node:path';
import { expect, test } from 'vitest';
import { resolvedValues } from '../../src/config/show.ts';
import { faultKinds } from '../../src/model/fault.ts';
import { findingsOf, loaded, loadText, terms } from './support/load.ts';

interface Parts {
  /** Items of the list, one a line from line 11 on. */
  readonly fault?: readonly string[];
  readonly deployment?: string;
  /** More lines of the drill, from line 9 on, four spaces in. */
  readonly more?: string;
  readonly sites?: string;
}

const oslo = '{ type: blackhole, site: oslo, for: 2m }';
const later = '{ type: blackhole, sites: [paris], at: 2m, for: 2m }';

/** Line 4 is the deployment, 7 the drill, 8 its deployment, 10 its faults, the first of them in 11. */
const config = ({ fault = [oslo], deployment = 'chat', more = '', sites = 'oslo: {}, paris: {}' }: Parts) => `version: 1
sites: { oslo: { provider: local, ports: 9100-9109 }, paris: { provider: local, ports: 9200-9209 } }
deployments:
  chat: { model: tiny, command: [server], sites: { ${sites} }, failover: { mode: "off" } }
  code: { model: other, command: [server], sites: { paris: {} }, failover: { mode: "off" } }
drills:
  lose-oslo:
    deployment: ${deployment}
    ${more}
    fault:
${fault.map((each) => `      - ${each}\n`).join('')}`;

const blackhole = (site: string, at: string, length: string, share = '100%') =>
  `{ at: ${at}, type: blackhole, site: ${site}, share: ${share}, for: ${length} }`;
const nothing = (from: string, place: string) =>
  `${place} from ${from} on every site of chat is lost: nothing would serve`;

test.for([
  ['nothing wrong', {}, []],
  ['a deployment that is not defined', { deployment: 'caht' }, ['8:17 deployment "caht" is not defined']],
  ['a deployment that is no name', { deployment: '[chat]' }, ['8:17 deployment must be text, not a list']],
  ['a site that is not defined', { fault: [oslo.replace('oslo', 'olso')] }, ['11:34 chat does not run at "olso"']],
  ['a site of others', { deployment: 'code' }, ['11:34 code does not run at "oslo"']],
  ['a fault that is a list', { fault: ['[]'] }, ['11:9 fault must be a map, not a list']],
  ['sixteen faults', { fault: Array.from({ length: 16 }, (_, at) => blackhole('oslo', `${at}m`, '1m')) }, []],
  [
    'two at one site, one a millisecond before the other has ended',
    { fault: [blackhole('oslo', '0s', '1m'), blackhole('oslo', '59999ms', '1m')] },
    ['12:9 overlaps with fault 1 at oslo: only one blackhole can be in force there'],
  ],
  [
    'two at one site, one after the other',
    { fault: [blackhole('oslo', '0s', '1m'), blackhole('oslo', '1m', '1m')] },
    [],
  ],
  ['seventeen faults', { fault: Array.from({ length: 17 }, () => oslo) }, ['11:7 a drill has at most 16 faults']],
  ['a fault of five seconds', { fault: [blackhole('oslo', '0s', '5s')] }, []],
  ['a fault of an hour, after an hour', { fault: [blackhole('oslo', '1h', '1h')] }, []],
  ['a fault of more than an hour', { fault: [blackhole('oslo', '0s', '3600001ms')] }, ['11:66 must be at most 1h']],
  ['a fault of less than five seconds', { fault: [blackhole('oslo', '0s', '4999ms')] }, ['11:66 must be at least 5s']],
  ['a fault after more than an hour', { fault: [blackhole('oslo', '3600001ms', '5s')] }, ['11:15 must be at most 1h']],
  [
    'a fault without an end',
    { fault: ['{ type: blackhole, site: oslo }'] },
    ['11:9 drills.lose-oslo.fault needs "for"'],
  ],
  ['a fault of one in a hundred', { fault: [blackhole('oslo', '0s', '5s', '1%')] }, []],
  ['a fault of nothing', { fault: [blackhole('oslo', '0s', '5s', '0%')] }, ['11:55 must be at least 1%']],
  ['several sites, one after the other', { fault: [oslo.replace('site: oslo', 'sites: [oslo]'), later] }, []],
  [
    'a site and sites',
    { fault: [oslo.replace('site: oslo', 'site: oslo, sites: [paris]')] },
    ['11:9 a fault is at one `site`, or at `sites`'],
  ],
  ['no site at all', { fault: ['{ type: blackhole, for: 1m }'] }, ['11:9 a fault is at one `site`, or at `sites`']],
  [
    'every site of one fault',
    { fault: [oslo.replace('site: oslo', 'sites: [oslo, paris]')] },
    [nothing('0s', '11:36')],
  ],
  [
    'a site that is none of them',
    { fault: [oslo.replace('site: oslo', 'sites: [oslo, pariss]')] },
    ['11:42 chat does not run at "pariss"'],
  ],
  ['a site named twice', { fault: [oslo.replace('site: oslo', 'sites: [oslo, oslo]')] }, ['11:42 oslo is named twice']],
  [
    'a delay of several sites, which is said once',
    {
      more: 'kind: tabletop',
      fault: [oslo.replace('blackhole', 'latency').replace('site: oslo', 'sites: [oslo, paris]')],
    },
    ['11:9 latency needs `delay`'],
  ],
  [
    'seventeen faults in nine items',
    {
      more: 'kind: tabletop',
      fault: Array.from({ length: 9 }, (_, nth) =>
        oslo.replace('site: oslo', `at: ${nth * 2}m, ${nth < 8 ? 'sites: [oslo, paris]' : 'site: oslo'}`),
      ),
    },
    ['11:7 a drill has at most 16 faults, one a site; these are 17'],
  ],
  ['a part of a percent', { fault: [blackhole('oslo', '0s', '5s', '1.5%')] }, ['11:55 must be a whole percent']],
  [
    'a fault there is not',
    { fault: [oslo.replace('blackhole', 'earthquake')] },
    [`11:17 type is none of the ${faultKinds.length} that are known`],
  ],
  ['a delay that is missing', { fault: [oslo.replace('blackhole', 'latency')] }, ['11:9 latency needs `delay`']],
  [
    'a delay of what has none',
    { fault: [oslo.replace('site:', 'delay: 5s, site:')] },
    ['11:35 only latency and slow-first-token have a delay'],
  ],
  ['a program without its undo', { fault: [oslo.replace('blackhole', 'exec')] }, ['11:9 exec needs `run` and `undo`']],
  [
    'a program of another kind',
    { fault: [oslo.replace('site:', 'run: [./a], undo: [./b], site:')] },
    ['11:33 only exec runs a program'],
  ],
  [
    'a share of what hits no requests',
    { fault: [oslo.replace('blackhole', 'kill').replace('site:', 'share: 50%, site:')] },
    ['11:30 kill hits no requests: it has no share'],
  ],
  ['two kinds at one site', { fault: [oslo, oslo.replace('blackhole', 'hang')] }, []],
  ['a canary of a quarter', { more: 'kind: canary', fault: [blackhole('oslo', '0s', '1m', '25%')] }, []],
  [
    'a canary of more',
    { more: 'kind: canary', fault: [blackhole('oslo', '0s', '1m', '26%')] },
    ['11:9 a canary hits at most 25% of a site’s requests, not 26%'],
  ],
  [
    'a canary of what has no share',
    { more: 'kind: canary', fault: [oslo.replace('blackhole', 'hang')] },
    ['11:17 hang cannot be done to a share: a canary hits requests alone'],
  ],
  [
    'every site, in the simulator',
    { more: 'kind: simulation', fault: [blackhole('oslo', '0s', '1m'), blackhole('paris', '0s', '1m')] },
    [],
  ],
  [
    'a vendor that is left by another kind',
    { more: 'exit: { vendor: aws, stay: 1m }' },
    ['9:5 only a drill of kind provider-exit leaves a vendor'],
  ],
  [
    'a vendor that is left, and something broken',
    { more: 'kind: provider-exit' },
    ['11:7 a drill of kind provider-exit breaks nothing: it moves away'],
  ],
  ['a generated load', { more: 'load: { source: generated, rate: 20rps }' }, []],
  [
    'tokens that are neither a number nor two',
    { more: 'load: { source: generated, rate: 20rps, outputTokens: many }' },
    ['9:59 a number of tokens, 1 to 100000, or { p50: 50, p95: 200 }'],
  ],
  [
    'more tokens for half than for nearly all',
    { more: 'load: { source: generated, rate: 20rps, promptTokens: { p50: 9, p95: 8 } }' },
    ['9:66 p50 is above p95'],
  ],
  ['a load without its rate', { more: 'load: { source: generated }' }, ['9:5 a generated load needs `rate`']],
  ['a replay without its file', { more: 'load: { source: replay }' }, ['9:5 a replayed load needs `file`']],
  [
    'a rate without its unit',
    { more: 'load: { source: generated, rate: "20" }' },
    ['9:38 a rate is written such as 50rps, at most 2000rps'],
  ],
  [
    'live traffic at a rate',
    { more: 'load: { source: live-traffic, rate: 20rps }' },
    ['9:41 a load of live-traffic has no rate'],
  ],
  [
    'a time zone there is not',
    { more: 'schedule: { cron: "0 10 * * Wed", timezone: Europe/Atlantis }' },
    ['9:49 there is no such time zone'],
  ],
  ['four fields of cron', { more: 'schedule: { cron: "0 10 * *" }' }, ['9:23 five fields, such as "0 10 * * Wed"']],
  ['a minute there is not', { more: 'schedule: { cron: "61 10 * * Wed" }' }, ['9:23 cron does not understand that']],
  [
    'a day that never comes',
    { more: 'schedule: { cron: "0 10 30 2 *" }' },
    ['9:23 there is no such day: it never runs'],
  ],
  ['a day once in four years', { more: 'schedule: { cron: "0 10 29 2 *" }' }, []],
  [
    'a day left out that is none',
    { more: 'schedule: { cron: "0 10 * * *", skipDates: [2026-02-30] }' },
    ['9:49 there is no such day'],
  ],
  [
    'a claim to be watched',
    { more: 'abortIf: [recoveryTime > 5m]' },
    ['9:15 recoveryTime is known only when the drill is over'],
  ],
  ['a title of nothing', { more: 'title: ""' }, ['9:12 title must not be empty']],
  ['a hypothesis of no claim', { more: 'hypothesis: []' }, []],
  [
    'one claim without its list',
    { more: 'hypothesis: recoveryTime <= 1s' },
    ['9:17 hypothesis must be a list, not text ("recoveryTime <= 1s")'],
  ],
  ['a claim as a map', { more: 'hypothesis: [{ recoveryTime: 1s }]' }, ['9:18 hypothesis must be text, not a map']],
  [
    'a claim that is none',
    { more: 'hypothesis: [lostRequests <= 1%, recoveryTime <= 1]' },
    ['9:38 recoveryTime takes a time with its unit'],
  ],
  ['every site in part', { fault: [blackhole('oslo', '0s', '1m'), blackhole('paris', '0s', '1m', '99%')] }, []],
  [
    'every site at once',
    { fault: [blackhole('oslo', '0s', '1m'), blackhole('paris', '0s', '1m')] },
    [nothing('0s', '12:42')],
  ],
  ['one site when the other is back', { fault: [blackhole('oslo', '0s', '1m'), blackhole('paris', '1m', '1m')] }, []],
  [
    'one site a millisecond before the other is back',
    { fault: [blackhole('oslo', '0s', '1m'), blackhole('paris', '59999ms', '1m')] },
    [nothing('59999ms', '12:47')],
  ],
  [
    'every site, the later one written first',
    { fault: [blackhole('paris', '30s', '1m'), blackhole('oslo', '0s', '1m')] },
    [nothing('30s', '11:43')],
  ],
  [
    'every site twice, which is said once',
    { fault: [blackhole('oslo', '0s', '1h'), blackhole('paris', '9m', '1m'), blackhole('paris', '3m', '1m')] },
    [nothing('3m', '13:42')],
  ],
  ['the only site', { sites: 'oslo: {}' }, [nothing('0s', '11:34')]],
  ['the only site, in half', { sites: 'oslo: {}', fault: [blackhole('oslo', '0s', '1m', '50%')] }, []],
] as const satisfies readonly (readonly [string, Parts, readonly string[]])[])('%s', async ([, parts, expected]) => {
  const found = await findingsOf(config(parts));
  expect(found.filter((each) => !each.includes('nothing to fail over to'))).toEqual(expected);
});

test('an empty list has no fault', async () => {
  expect(await findingsOf(config({}).replace(/fault:[\s\S]*$/, 'fault: []\n'))).toEqual([
    expect.stringMatching(/a drill needs at least one fault/),
  ]);
});

test('says nothing of what follows from a mistake elsewhere', async () => {
  for (const [text, only] of [
    [config({ sites: 'oslo: { replicas: many }' }), '4:70 replicas must be a number'],
    [config({ fault: [oslo.replace('2m', '2')], sites: 'oslo: {}' }), '11:45 a duration is written'],
    [
      config({}).replace('command: [server], sites: { oslo', 'comand: [server], sites: { oslo'),
      '4:24 unknown key "comand"',
    ],
    [config({}).replace(/drills:[\s\S]*$/, 'drills: [lose-oslo]\n'), '6:9 drills must be a map'],
    [config({}).replace(/deployments:[\s\S]*drills:/, 'deployments: []\ndrills:'), '3:14 deployments must be a map'],
    [config({ sites: '' }), '4:43 chat needs at least one site'],
  ] as const) {
    const found = await findingsOf(text);
    expect(found, text).toHaveLength(1);
    expect(found[0]).toContain(only);
  }
});

test('gives the faults in the order of their times, and those of one time as written', async () => {
  const fault = [
    blackhole('paris', '2m', '5s'),
    blackhole('oslo', '0s', '1m', '50%'),
    blackhole('paris', '0s', '5s', '5%'),
  ];
  const { config: read } = await loaded(config({ fault, more: 'hypothesis: [" lostRequests <= 2%"]' }));
  expect(read.drills).toEqual([
    {
      name: 'lose-oslo',
      title: undefined,
      deployment: 'chat',
      faults: [
        { kind: 'blackhole', site: 'oslo', sharePct: 50, atMs: 0, forMs: 60_000 },
        { kind: 'blackhole', site: 'paris', sharePct: 5, atMs: 0, forMs: 5000 },
        { kind: 'blackhole', site: 'paris', sharePct: 100, atMs: 120_000, forMs: 5000 },
      ],
      hypothesis: [
        {
          ...{ kind: 'comparison', text: ' lostRequests <= 2%' },
          ...{ signal: 'lostRequests', comparator: '<=', value: 0.02 },
        },
      ],
      kind: 'live',
      steadyState: { observeMs: 3000, require: [] },
      load: { source: 'live-traffic' },
      abortIf: [],
      recovery: { failback: true, settleMs: 3000 },
      roles: {},
      report: { formats: ['html'], beforeMs: 60_000, afterMs: 60_000 },
    },
  ]);
});

test('makes several sites as many faults, and files absolute ones below the configuration’s folder', async () => {
  const fault = [
    '{ type: capacity-denied, sites: [paris, oslo], for: 1m }',
    '{ type: exec, site: oslo, run: [faults/break.sh, a/b], undo: [/opt/mend], for: 1m }',
  ];
  const { config: read } = await loaded(config({ fault, more: 'load: { source: replay, file: week.jsonl }' }));
  const folder = terms({ path: '-' }).cwd;
  expect(read.drills).toMatchObject([
    {
      faults: [
        { kind: 'capacity-denied', site: 'paris' },
        { kind: 'capacity-denied', site: 'oslo' },
        { kind: 'exec', site: 'oslo', exec: { run: [join(folder, 'faults/break.sh'), 'a/b'], undo: ['/opt/mend'] } },
      ],
      load: { source: 'replay', path: join(folder, 'week.jsonl') },
    },
  ]);
});

test('a generated load has tokens of one number, or of two', async () => {
  const load = 'load: { source: generated, rate: 20rps, promptTokens: 70, outputTokens: { p50: 9, p95: 90 } }';
  expect((await loaded(config({ more: load }))).config.drills).toMatchObject([
    {
      load: {
        ...{ requestsPerSecond: 20, streamShare: 0.5 },
        ...{ promptTokens: { p50: 70, p95: 70 }, outputTokens: { p50: 9, p95: 90 } },
      },
    },
  ]);
});

test('what nobody writes: at once, all requests, no claim; and no drill at all', async () => {
  expect((await loaded(config({}))).config.drills).toMatchObject([
    { faults: [{ atMs: 0, sharePct: 100, forMs: 120_000 }], hypothesis: [] },
  ]);
  expect((await loaded(config({}).replace(/drills:[\s\S]*$/, ''))).config.drills).toEqual([]);
});

test('shows each value of a fault with where it comes from', async () => {
  const values = resolvedValues(await loaded(config({ fault: [oslo, blackhole('paris', '5m', '1m')] })));
  expect(
    values
      .filter(({ path }) => /^drills\.lose-oslo\.(kind|fault|deploy|load)/.test(path))
      .map(({ path, value, from }) => [path, value, from]),
  ).toEqual([
    ['drills.lose-oslo.kind', 'live', 'default'],
    ['drills.lose-oslo.fault.0.at', '0s', 'default'],
    ['drills.lose-oslo.fault.0.share', '100%', 'default'],
    ['drills.lose-oslo.fault.0.type', 'blackhole', 'standard input:11'],
    ['drills.lose-oslo.fault.0.site', 'oslo', 'standard input:11'],
    ['drills.lose-oslo.fault.0.for', '2m', 'standard input:11'],
    ['drills.lose-oslo.fault.1.at', '5m', 'standard input:12'],
    ['drills.lose-oslo.fault.1.share', '100%', 'standard input:12'],
    ['drills.lose-oslo.fault.1.type', 'blackhole', 'standard input:12'],
    ['drills.lose-oslo.fault.1.site', 'paris', 'standard input:12'],
    ['drills.lose-oslo.fault.1.for', '1m', 'standard input:12'],
    ['drills.lose-oslo.load.source', 'live-traffic', 'default'],
    ['drills.lose-oslo.deployment', 'chat', 'standard input:8'],
  ]);
});

const fromOutside = config({
  deployment: '"${env:WHOSE}"',
  fault: ['{ type: blackhole, site: "${env:WHERE}", share: 10%, for: "${env:LENGTH}" }'],
  more: 'hypothesis: ["${env:CLAIM}"]',
});

test('judges what comes from the environment only when it is known', async () => {
  expect(await findingsOf(fromOutside)).toEqual([]);
  const known = { WHOSE: 'chat', WHERE: 'oslo', LENGTH: '5s', CLAIM: 'recoveryTime <= 5s' };
  expect((await loaded(fromOutside, { env: known })).config.drills).toMatchObject([
    { deployment: 'chat', faults: [{ site: 'oslo', forMs: 5000 }], hypothesis: [{ value: 5000 }] },
  ]);
});

test('a mistake in what comes from the environment does not print it', async () => {
  const canary = 'canary-77';
  for (const [name, message] of [
    ['WHOSE', 'deployment "${env:WHOSE}" is not defined'],
    ['WHERE', 'chat does not run at "${env:WHERE}"'],
    ['CLAIM', 'there is no such signal'],
  ] as const) {
    const known = { WHOSE: 'chat', WHERE: 'oslo', LENGTH: '5s', CLAIM: 'recoveryTime <= 5s' };
    const end = await loadText(fromOutside, { env: { ...known, [name]: `${canary} <= ${canary}` } });
    expect(end).toMatchObject({ kind: 'invalid', findings: [{ message }] });
    expect(JSON.stringify(end.kind === 'invalid' && end.findings)).not.toContain(canary);
  }
});
