import { expect, test } from 'vitest';
import { type DoctorDeps, type DoctorTerms, examine } from '../../src/engine/doctor.ts';
import type { AccessReport } from '../../src/model/access.ts';
import { type DoctorArea, doctorAreas } from '../../src/model/doctor.ts';
import type { Seen } from '../../src/model/outcome.ts';
import type { Replica } from '../../src/model/replica.ts';
import type { Provider, StartRequest } from '../../src/ports/provider.ts';
import { createMemoryState, openMemoryStore } from '../../src/store/memory.ts';
import { createRandom } from '../../src/system/random.ts';
import { createManualClock } from '../../src/testkit/manual-clock.ts';
import { fakeTraffic } from '../cli/support/fake-ports.ts';
import { config, deployment, placement, site } from '../cli/support/models.ts';

const clock = createManualClock();
const chat = deployment({ placements: [placement('site-a'), placement('site-b', { standby: 'cold' })] });
const report: AccessReport = {
  permissions: [{ name: 'start', use: 'operate', granted: 'yes' }],
  ...{ excess: [], parts: [], quotas: [{ name: 'machines', family: 'm', limit: 2, used: 0, perReplica: 1 }] },
};

/** A provider that only answers what it was given; every change is a failure of the test. */
function provider(over: Partial<Provider> = {}): Provider {
  const never = async (): Promise<never> => {
    throw new Error('doctor must change nothing');
  };
  return {
    listLagMs: 0,
    ...{ start: never, stop: never, drain: never },
    list: async () => ({ kind: 'seen', value: [], asOfMs: 0 }),
    checkAccess: async () => ({ kind: 'seen', value: report, asOfMs: 0 }),
    close: async () => undefined,
    ...over,
  };
}

function deps(over: Partial<DoctorDeps> = {}): DoctorDeps {
  const store = openMemoryStore(createMemoryState(), { clock, random: createRandom(), bootId: 'b' });
  return {
    config: { ...config(), sites: [site('site-a'), site('site-b'), site('site-c')], deployments: [chat] },
    ...{ clock, store },
    sessions: new Map([
      ['site-a', provider()],
      ['site-b', provider()],
    ]),
    traffic: fakeTraffic({ route: undefined, traffic: { deployment: 'chat', windowMs: 0, sites: [] } as never }),
    lookAtStore: () => ({ kind: 'none-yet', dir: '/s', freeBytes: 1e9 }),
    findGateway: async () => ({ pid: 1, port: 2, isOpen: true }),
    ...over,
  };
}

async function look(over: Partial<DoctorDeps> = {}, terms: Partial<DoctorTerms> = {}) {
  const { findings, notAsked } = await examine(
    deps(over),
    { areas: doctorAreas, site: undefined, ...terms },
    new AbortController().signal,
  );
  const line = (area: DoctorArea) =>
    findings.filter((each) => each.area === area).map((each) => `${each.where} ${each.outcome}`);
  return { findings, notAsked, line };
}

test('looks at every site that something is placed at, and at none other', async () => {
  const { line } = await look();
  expect(line('access')).toEqual(['site-a ok', 'site-b ok']);
  expect(line('store')).toEqual(['/s ok']);
  expect(line('traffic')).toEqual([expect.stringContaining(' ok'), 'chat bad']);
  expect(line('drain')).toEqual(['chat at site-a ok', 'chat at site-b ok']);
});

test('at one site: only what is about it', async () => {
  const { findings } = await look({}, { site: 'site-b' });
  expect(new Set(findings.map(({ where }) => where))).toEqual(new Set(['site-b', 'chat at site-b']));
});

test('of one area: nothing else is asked', async () => {
  const asked: string[] = [];
  const checkAccess = async (): Promise<Seen<AccessReport>> => {
    asked.push('access');
    return { kind: 'seen', value: report, asOfMs: 0 };
  };
  const sessions = new Map([['site-a', provider({ checkAccess })]]);
  const { findings } = await look({ sessions }, { areas: ['store'] });
  expect(findings.map(({ area }) => area)).toEqual(['store']);
  expect(asked).toEqual([]);
});

test('what would be started at the site is named to whoever looks whether it could be', async () => {
  const seen: StartRequest[] = [];
  const checkAccess: Provider['checkAccess'] = async (_call, starts = []) => {
    seen.push(...starts);
    return { kind: 'seen', value: report, asOfMs: 0 };
  };
  await look({ sessions: new Map([['site-a', provider({ checkAccess })]]) }, { areas: ['parts'] });
  expect(seen).toMatchObject([{ deployment: 'chat', model: 'tiny', slot: 1, launch: { command: ['serve'] } }]);
});

const running: Replica = {
  ...{ id: 'a-0', bootId: 'b', deployment: 'chat', site: 'site-a', slot: 0, url: undefined, state: 'running' },
  ...{ billed: 'yes', startedAtMs: 0, startKey: 'k' },
} as const;

test.for([
  { name: 'none is there', replicas: [], limit: 1, outcome: 'bad' },
  { name: 'one of two runs', replicas: [running], limit: 1, outcome: 'ok' },
  {
    name: 'one of two runs and one is stopped',
    replicas: [running, { ...running, state: 'stopped' }],
    limit: 0,
    outcome: 'bad',
  },
  { name: 'both run', replicas: [running, { ...running, id: 'a-1' }], limit: 0, outcome: 'ok' },
] as const)(
  'the quota must hold what is lacking: $name, $limit may be started',
  async ({ replicas, limit, outcome }) => {
    const quotas = [{ name: 'machines', family: 'm', limit, used: 0, perReplica: 1 }];
    const session = provider({
      list: async () => ({ kind: 'seen', value: replicas, asOfMs: 0 }),
      checkAccess: async () => ({ kind: 'seen', value: { ...report, quotas }, asOfMs: 0 }),
    });
    const { line } = await look({ sessions: new Map([['site-a', session]]) }, { site: 'site-a', areas: ['quota'] });
    expect(line('quota')).toEqual([`site-a ${outcome}`]);
  },
);

test('what cannot be seen is unknown, each by itself', async () => {
  const error = { class: 'transient', code: 'Down', message: 'down' } as const;
  const sessions = new Map<string, Provider | Error>([
    ['site-a', new Error('no SDK')],
    ['site-b', provider({ checkAccess: async () => ({ kind: 'unknown', error }) })],
  ]);
  const { line } = await look({ sessions, store: 'unreadable' });
  expect(line('access')).toEqual(['site-a unknown', 'site-b unknown']);
  expect(line('controller')).toEqual(['chat unknown']);
});

test('a provider that cannot be asked is said to be so', async () => {
  const { checkAccess: _, ...mute } = provider();
  const { notAsked, line } = await look({ sessions: new Map([['site-a', mute]]) }, { site: 'site-a' });
  expect(notAsked.map(({ area }) => area)).toEqual(['access', 'excess', 'parts', 'quota', 'clock']);
  expect(line('access')).toEqual([]);
});

test('without a gateway one finding says it, and no route is asked for', async () => {
  const { line } = await look({ findGateway: async () => undefined }, { areas: ['traffic'] });
  expect(line('traffic')).toEqual([expect.stringContaining(' bad')]);
});

test('no controller ever led it: that is bad, for nothing would be done', async () => {
  expect((await look({}, { areas: ['controller'] })).line('controller')).toEqual(['chat bad']);
});
