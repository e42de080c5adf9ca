import { expect, test } from 'vitest';
import { adviseDrill } from '../../src/config/drill-advice.ts';
import { loaded } from './support/load.ts';

interface Parts {
  readonly hypothesis?: readonly string[];
  /** More lines of the drill, each of its own. */
  readonly more?: readonly string[];
  readonly failover?: string;
  readonly fault?: string;
}

const loss =
  'fault: [{ type: blackhole, site: oslo, at: 0s, for: 30s }, { type: blackhole, site: oslo, at: 90s, for: 30s }]';

async function advice({ hypothesis = ['moves >= 1'], more = [], failover = 'mode: auto', fault = loss }: Parts) {
  const text = `version: 1
sites: { oslo: { provider: local, vendor: aws, ports: 9100-9109 }, paris: { provider: local, ports: 9200-9209 } }
deployments: { chat: { model: m, command: [server], sites: { oslo: {}, paris: {} }, failover: { ${failover} } } }
drills:
  lose-oslo:
    deployment: chat
    ${[fault, `hypothesis: ${JSON.stringify(hypothesis)}`, ...more].filter((each) => each !== '').join('\n    ')}
`;
  const { config } = await loaded(text);
  const [drill] = config.drills ?? [];
  const [deployment] = config.deployments;
  if (drill === undefined || deployment === undefined) throw new Error('the drill does not load');
  return adviseDrill(drill, deployment).map(({ about, message }) => `${about}: ${message}`);
}

const whatever = 'cannot be refuted: the faults last only 2m';
const late = 'cannot be measured: all is over 2m after the first fault';
const advised = 'cannot hold: failover.mode of chat is advise';
const few = 'a single lost request refutes it: the load sends about 1200 meanwhile';
const generated = ['load: { source: generated, rate: 10rps }'];

test.for([
  ['no claim', { hypothesis: [] }, ['hypothesis: it claims nothing: it can only end inconclusive']],
  ['no claim of what is talked through', { hypothesis: [], more: ['kind: tabletop'] }, []],
  ['a recovery shorter than the faults', { hypothesis: ['recoveryTime < 119999ms'] }, []],
  ['a recovery as long as the faults', { hypothesis: ['recoveryTime <= 2m'] }, [`recoveryTime <= 2m: ${whatever}`]],
  ['a recovery that is to be long', { hypothesis: ['recoveryTime >= 2m'] }, []],
  ['something before the end', { hypothesis: ['errorRate < 1% within 119999ms of fault'] }, []],
  [
    'something from the end on',
    { hypothesis: ['errorRate < 1% within 2m of detection'] },
    [`errorRate < 1% within 2m of detection: ${late}`],
  ],
  [
    'something from the end on, beside another claim',
    { hypothesis: ['moves >= 1 and errorRate < 1% within 2m of fault'] },
    [`errorRate < 1% within 2m of fault: ${late}`],
  ],
  ['something from the end on, or another', { hypothesis: ['moves >= 1 or errorRate < 1% within 2m of fault'] }, []],
  ['a detection as soon as it can be', { hypothesis: ['detectionTime <= 10s'] }, []],
  [
    'a detection sooner than that',
    { hypothesis: ['detectionTime <= 9999ms'] },
    ['detectionTime <= 9999ms: cannot hold: failover.detector.failAfter is 10s'],
  ],
  ['a detection that is to be slow', { hypothesis: ['detectionTime >= 1s'] }, []],
  [
    'a move by what only advises',
    { hypothesis: ['decision = act'], failover: 'mode: advise' },
    [`decision = act: ${advised}`],
  ],
  ['advice by what only advises', { hypothesis: ['decision = advise', 'moves = 0'], failover: 'mode: advise' }, []],
  ['at most a move by what only advises', { hypothesis: ['moves <= 1', 'moves < 2'], failover: 'mode: advise' }, []],
  ['at least a move by it', { hypothesis: ['moves >= 1'], failover: 'mode: advise' }, [`moves >= 1: ${advised}`]],
  ['more than no move by it', { hypothesis: ['moves > 0'], failover: 'mode: advise' }, [`moves > 0: ${advised}`]],
  ['a move by what acts', { hypothesis: ['decision = act', 'moves = 1'] }, []],
  ['a share of one request', { hypothesis: ['lostRequests <= 0.1%', 'availability >= 99.9%'], more: generated }, []],
  [
    'a share of less than one',
    { hypothesis: ['lostRequests < 0.08%', 'availability > 99.92%'], more: generated },
    [`lostRequests < 0.08%: ${few}`, `availability > 99.92%: ${few}`],
  ],
  ['that nothing is lost', { hypothesis: ['lostRequests <= 0%', 'availability >= 100%'], more: generated }, []],
  ['a small share of what users send', { hypothesis: ['lostRequests <= 0.01%'] }, []],
  ['as long as it is looked at', { more: ['steadyState: { observe: 20s, require: ["errorRate < 1% for 20s"] }'] }, []],
  [
    'longer than it is looked at',
    { more: ['steadyState: { observe: 20s, require: ["errorRate < 1% for 20001ms"] }'] },
    ['errorRate < 1% for 20001ms: cannot be known: steadyState.observe is 20s, and the drill would never begin'],
  ],
  ['an end in reach', { more: ['steadyState: { observe: 5s }', 'abortIf: [errorRate > 5% for 125s]'] }, []],
  [
    'an end out of reach',
    { more: ['steadyState: { observe: 5s }', 'abortIf: [errorRate > 5% for 125001ms]'] },
    ['errorRate > 5% for 125001ms: never ends it: all is over after 2m05s'],
  ],
  [
    'a stay without a vendor',
    {
      fault: '',
      hypothesis: ['recoveryTime <= 1h', 'errorRate < 1% within 10m of fault'],
      more: ['kind: provider-exit', 'exit: { vendor: aws, stay: 10m }'],
    },
    ['errorRate < 1% within 10m of fault: cannot be measured: all is over 10m after the first fault'],
  ],
] as const satisfies readonly (readonly [string, Parts, readonly string[]])[])('%s', async ([, parts, expected]) => {
  expect(await advice(parts)).toEqual(expected);
});
