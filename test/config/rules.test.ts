import { expect, test } from 'vitest';
import { findingsOf } from './support/load.ts';

interface Parts {
  readonly state?: string;
  readonly left?: string;
  readonly right?: string;
  /** More lines of the deployment, four spaces in. */
  readonly chat?: string;
  readonly command?: string;
  readonly sites?: string;
  readonly more?: string;
}

/** Two sites and a deployment; line 3 is the left site, 6 the deployment, 9 its sites, 10 what a row adds. */
const config = ({
  state = '',
  left = '',
  right = '',
  chat = '',
  command = '[server]',
  sites,
  more = '',
}: Parts) => `version: 1
sites:
  left: { provider: local, ports: 9100-9109${left} }
  right: { provider: local, ports: 9200-9209${right} }
deployments:
  chat:
    model: tiny
    command: ${command}
    sites: ${sites ?? '{ left: {}, right: {} }'}
${chat}
${state}
${more}
`;

const lease = (ttl: string) => `state: { lease: { ttl: ${ttl}, renewEvery: 2s } }`;
const weights = (text: string) => `traffic: { routes: { chat: { weights: { ${text} } } } }`;
const metrics = (address: string) => `metrics: { listen: "${address}" }`;
const listen = (address: string) => `traffic: { listen: "${address}" }`;

test.for([
  ['nothing wrong', {}, []],
  ['a lease as long as a loop and two renewals', { state: lease('6s') }, []],
  [
    'a lease a millisecond shorter',
    { state: lease('5999ms') },
    ['11:24 the lease (5999 ms) must last a loop and two renewals: 2000 + 2 × 2000 = 6000 ms'],
  ],
  [
    'a lease too short for the slowest loop',
    { state: lease('6s'), more: 'failover: { detector: { evaluateEvery: 3s } }' },
    ['11:24 the lease (6000 ms) must last a loop and two renewals: 3000 + 2 × 2000 = 7000 ms'],
  ],
  [
    'renewals too far apart for the lease nobody wrote',
    { state: 'state: { lease: { renewEvery: 5s } }' },
    ['11:10 the lease (10000 ms) must last a loop and two renewals: 2000 + 2 × 5000 = 12000 ms'],
  ],
  ['weights of exactly 100%', { more: weights('left: 99%, right: 1%') }, []],
  ['weights of 99%', { more: weights('left: 98%, right: 1%') }, ['12:30 weights of chat sum to 99%, not 100%']],
  ['weights of 101%', { more: weights('left: 100%, right: 1%') }, ['12:30 weights of chat sum to 101%, not 100%']],
  ['an unnamed site, which has no weight', { more: weights('left: 100%') }, []],
  [
    'weight at a warm standby',
    { sites: '{ left: {}, right: { standby: warm } }', more: weights('left: 50%, right: 50%') },
    ['12:59 right has weight but is a warm standby'],
  ],
  [
    'weight without replicas',
    { sites: '{ left: {}, right: { replicas: 0 } }', more: weights('left: 50%, right: 50%') },
    ['12:59 right has weight but no replicas'],
  ],
  [
    'no site that is hot: the first would have all weight',
    { sites: '{ left: { standby: cold }, right: { standby: warm } }' },
    ['9:14 left has weight but is a cold standby'],
  ],
  [
    'a weight at a site where it does not run',
    { sites: '{ left: {}, right: {} }', more: weights('left: 100%, rigth: 0%') },
    ['12:53 chat does not run at "rigth"'],
  ],
  ['a command of nothing', { command: 'null' }, ['8:14 command must be a list, not empty']],
  [
    'residency allowed for every site',
    { left: ', residency: [NO]', right: ', residency: [NO]', chat: '    residency: [NO, SE]' },
    [],
  ],
  [
    'residency that is not allowed, or not all of it',
    { left: ', residency: [US]', right: ', residency: [NO, US]', chat: '    residency: [NO]' },
    ['9:14 left lies in US; chat is allowed in NO only', '9:24 right lies in NO, US; chat is allowed in NO only'],
  ],
  ['replicas as many as ports', { sites: '{ left: { replicas: 10 }, right: {} }' }, []],
  [
    'one replica more than ports',
    { sites: '{ left: { replicas: 11 }, right: {} }' },
    ['3:35 10 ports for 11 replicas'],
  ],
  ['a gate that says nothing of errors', { more: 'failover: { move: { promoteWhen: ["ttft.p95 <= 1s"] } }' }, []],
  [
    'a gate that says nothing',
    { more: 'failover: { move: { promoteWhen: [] } }' },
    ['12:34 promoteWhen must not be empty'],
  ],
  ['a first token as late as the time-out', { chat: '    probe: { ttft: 10s }' }, []],
  [
    'a first token later than the time-out',
    { chat: '    probe: { ttft: 10001ms }' },
    ["10:20 the first-token limit is longer than the probe's time-out (10000 ms)"],
  ],
  [
    'the same, written in the general part',
    { more: 'probe: { ttft: 11s }' },
    ["12:16 the first-token limit is longer than the probe's time-out (10000 ms)"],
  ],
  ['an answer as old as counts', { chat: '    probes: { tcp: { every: 20s, timeout: 10s } }' }, []],
  [
    'an answer older than counts, in each kind of probe',
    {
      chat: '    probe: { every: 21s }\n    probes: { tcp: { every: 21s, timeout: 10s }, process: { http: /h, every: 30s } }',
      more: 'failover: { proof: { maxAge: 5m } }',
    },
    [
      '10:21 an answer may be 31000 ms old, but counts as stale after 30000 ms',
      '11:29 an answer may be 31000 ms old, but counts as stale after 30000 ms',
      '11:78 an answer may be 32000 ms old, but counts as stale after 30000 ms',
    ],
  ],
  ['a proof that outlasts two probes', { chat: '    failover: { proof: { maxAge: 10001ms } }' }, []],
  [
    'a proof that does not',
    { chat: '    failover: { proof: { maxAge: 10s } }' },
    ['10:34 a proof of 10000 ms is gone before two probes renewed it (every 5000 ms)'],
  ],
  [
    'steps that stay',
    { chat: '    failover: { move: { steps: [50%, 50%, 100%] } }' },
    ['10:32 steps must rise and end in 100%'],
  ],
  [
    'a step of nothing',
    { chat: '    failover: { move: { steps: [0%, 100%] } }' },
    ['10:32 steps must rise and end in 100%'],
  ],
  ['one step', { chat: '    failover: { move: { steps: [100%] } }' }, []],
  ['one site', { sites: '{ left: {} }' }, ['9:5 chat has one site: nothing to fail over to']],
  ['one site and no failover', { sites: '{ left: {} }', more: 'failover: { mode: "off" }' }, []],
  ['a port that is not there', { more: listen('127.0.0.1:65536') }, ['12:20 there is no port 65536']],
  ['this machine', { more: listen('[::1]:65535') }, []],
  ['this machine by name', { more: listen('localhost:1') }, []],
  [
    'every address',
    { more: listen('0.0.0.0:80') },
    ['12:20 0.0.0.0 can be reached from outside, and the gateway has neither TLS nor authentication'],
  ],
  ['every address, meant', { more: 'traffic: { listen: "[::]:80", public: true }' }, []],
  ['the doctor by the day', { more: 'doctor: { every: 24h }' }, []],
  ['no doctor', { more: 'doctor: { every: off }' }, []],
  [
    'the doctor too often',
    { more: 'doctor: { every: 999ms }' },
    ['12:18 write a duration of at least 1s, such as 6h, or off'],
  ],
  [
    'the doctor never again',
    { more: 'doctor: { every: 25d }' },
    ['12:18 write a duration of at least 1s, such as 6h, or off'],
  ],
  ['metrics on this machine', { more: metrics('[::1]:65535') }, []],
  ['metrics nowhere', { more: 'metrics: {}' }, []],
  ['metrics at a port that is not there', { more: metrics('localhost:65536') }, ['12:20 there is no port 65536']],
  [
    'metrics for everybody',
    { more: metrics('0.0.0.0:9464') },
    ['12:20 0.0.0.0 can be reached from outside, and the metrics have neither TLS nor authentication'],
  ],
  ['a route to nothing', { more: 'traffic: { routes: { other: {} } }' }, ['12:22 deployment "other" is not defined']],
] as const satisfies readonly (readonly [string, Parts, readonly string[]])[])('%s', async ([, parts, expected]) => {
  expect(await findingsOf(config(parts))).toEqual(expected);
});

test('a local site needs a command from the deployment or its own', async () => {
  const text = config({}).replace('    command: [server]\n', '');
  expect(await findingsOf(text)).toEqual([
    '6:3 chat needs a command to run at the local site left',
    '6:3 chat needs a command to run at the local site right',
  ]);
  expect(await findingsOf(text.replace('left: {}', 'left: { command: [own] }'))).toEqual([
    '6:3 chat needs a command to run at the local site right',
  ]);
});

test('ports of two sites meet in one, or stay apart by one', async () => {
  const text = config({});
  expect(await findingsOf(text.replace('9200-9209', '9109-9120'))).toEqual([
    '4:36 ports overlap with those of left (9100-9109)',
  ]);
  expect(await findingsOf(text.replace('9200-9209', '9110'))).toEqual([]);
  expect(await findingsOf(text.replace('9200-9209', '9105'))).toEqual([
    '4:36 ports overlap with those of left (9100-9109)',
  ]);
});

test('requests for two deployments can be told by model, host or path', async () => {
  const twin = '  other: { model: tiny, command: [server], sites: { left: {}, right: {} } }';
  const two = (more: string) => config({ chat: twin, more });
  expect(await findingsOf(two(''))).toEqual(['10:19 requests for other cannot be told from those for chat']);
  for (const route of ['path: /other', 'host: other.example', 'model: other'])
    expect(await findingsOf(two(`traffic: { routes: { other: { ${route} } } }`)), route).toEqual([]);
});

test('says nothing about a value that is wrong itself, and nothing echoes it', async () => {
  for (const [parts, only] of [
    [{ state: 'state: { lease: { ttl: 5, renewEvery: 9s } }' }, '11:24 a duration is written'],
    [{ state: 'state: { lease: { tll: 20s, renewEvery: 9s } }' }, '11:19 unknown key "tll"'],
    [{ more: weights('left: 50%, right: 50') }, '12:59 a share is written'],
    [
      { left: ', residency: NO', chat: '    residency: [NO]', right: ', residency: [NO]' },
      '3:57 residency must be a list',
    ],
    [{ sites: '{ left: { replicas: many }, right: {} }' }, '9:32 replicas must be a number'],
    [{ chat: '    failover: { move: { steps: [10, 100%] } }' }, '10:33 a share is written'],
    [{ chat: '    failover: 5' }, '10:15 failover must be a map'],
    [{ more: 'traffic: { listen: 8080 }' }, '12:20 listen must be text'],
    [{ more: 'traffic: []' }, '12:10 traffic must be a map'],
    [{ sites: '[left]' }, '9:12 sites must be a map'],
  ] as const) {
    const found = await findingsOf(config(parts));
    expect(found, JSON.stringify(parts)).toHaveLength(1);
    expect(found[0]).toContain(only);
  }
});
