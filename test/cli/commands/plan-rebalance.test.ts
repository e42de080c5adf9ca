import { stripVTControlCharacters } from 'node:util';
import { expect, test } from 'vitest';
import { runCommand } from '../../../src/cli/run-command.ts';
import type { RebalanceTerms } from '../../../src/engine/rebalance/plan-rebalance.ts';
import type { Config } from '../../../src/model/config.ts';
import type {
  FoundPlan,
  PoolPrice,
  RebalanceOutcome,
  RebalancePlan,
  ToldRule,
} from '../../../src/model/rebalance-plan.ts';
import { hostileStrings, terminalControls } from '../../report/hostile.ts';
import { fakeApp } from '../support/fake-app.ts';
import { config } from '../support/models.ts';

const rebalance: NonNullable<Config['rebalance']> = {
  objective: { latencyUsdPerMsHour: 0, moveUsd: 0, paybackMs: 86_400_000 },
  constraints: { vendorMaxRatio: {}, headroomRatio: 0.2, minimumSites: 1, survive: 'site' },
  ...{ maxChange: {}, demandRps: {}, minimumGainUsdPerHour: 0 },
  run: { everyMs: 300_000, jitterMs: 0, idleBelowRatio: 0.3, lockStaleAfterMs: 3_600_000 },
};
const survive: ToldRule = {
  name: 'survive',
  says: 'the loss of any site is survived',
  path: ['rebalance', 'constraints', 'survive'],
};
const budget: ToldRule = {
  name: 'budget',
  says: 'all replicas may cost 5 USD an hour',
  path: ['rebalance', 'constraints', 'budget'],
};
const plan: FoundPlan = {
  kind: 'plan',
  allocation: { replicas: [1, 2], weights: { chat: { oslo: 33, ohio: 67 } } },
  today: { capacity: 417, egress: 0, latency: 0, moves: 0 },
  cost: { capacity: 402.6, egress: 0, latency: 0, moves: 0.5 },
  ...{ bound: 402, gap: 0.0151 },
  changes: [
    { deployment: 'chat', site: 'oslo', weight: { before: 60, after: 33 }, replicas: { before: 3, after: 1 } },
    { deployment: 'chat', site: 'ohio', weight: { before: 0, after: 67 }, replicas: { before: 2, after: 2 } },
  ],
  parts: [
    { kind: 'weigh', deployment: 'chat', before: { oslo: 60, ohio: 0 }, after: { oslo: 33, ohio: 67 } },
    { kind: 'stop', deployment: 'chat', choice: 0, site: 'oslo', before: 3, after: 1 },
  ],
  mends: [],
  binding: [{ ...survive, usdPerHour: 4.2 }, budget],
};

const response = { bytes: 12_000, from: 'gateway', asOfMs: 1000 } as const;
const written = { market: 'on-demand', from: 'config', asOfMs: 4000 } as const;
const prices: readonly PoolPrice[] = [
  { pool: 'oslo/chat', site: 'oslo', usdPerHour: 3, ...written },
  { pool: 'ohio/H100/reserved', site: 'ohio', usdPerHour: 2, ...written, market: 'reserved' },
  {
    ...{ pool: 'ohio/H100/spot', site: 'ohio', market: 'spot', usdPerHour: 1.2, from: 'provider', asOfMs: 2000 },
    ...{ provider: 'aws', offer: 'p5.48xlarge us-east-2a spot' },
  },
];

async function planned(
  outcome: RebalanceOutcome,
  argv: readonly string[] = [],
  over: Partial<Config> = { rebalance },
  paid = prices,
  uncounted: RebalancePlan['uncounted'] = [],
) {
  const asked: Pick<RebalanceTerms, 'withinMs' | 'demands'>[] = [];
  const app = fakeApp({
    reading: {
      kind: 'valid',
      config: { ...config(), ...over },
      warnings: { text: '', findings: [] },
    },
    planRebalance: async (_config, terms): Promise<RebalancePlan> => {
      asked.push(terms);
      const demand = { rps: 190.04, firstTokenMs: {}, from: 'gateway', asOfMs: 1000, response } as const;
      return { atMs: 4000, configDigest: 'c0ffee', demands: { chat: demand }, prices: paid, uncounted, outcome };
    },
    locate: (at) => (at.at(-1) === 'survive' ? 'godwit.yaml:12' : undefined),
  });
  return { code: await runCommand(['plan', 'rebalance', ...argv], app), ...app.printed, asked };
}

test('shows what changes, what it saves, how sure that is, and what each rule costs', async () => {
  const { code, out, err, asked } = await planned(plan);
  expect(out).toBe(`asked  chat 190 rps (gateway, 3s ago)
prices configured (2 sites), aws spot 2s ago (1 site)
417.00 → 402.60 USD/h (-14.40, moves 0.50) (proven to 1.5%)
starts 0, stops 2 replicas
DEPLOYMENT  SITE    TRAFFIC  REPLICAS
chat        oslo  60% → 33%     3 → 1
chat        ohio   0% → 67%         2
 1  move chat to oslo 33%, ohio 67%
 2  stop 2 of chat at oslo (3 → 1)
binds the loss of any site is survived; costs about 4.20 USD/h (godwit.yaml:12)
binds all replicas may cost 5 USD an hour; not priced in time
`);
  expect(err).toContain('Nothing was changed.');
  expect(code).toBe(0);
  expect(asked).toEqual([{ withinMs: 30_000 }]);
});

test('says of each price that is not what the provider says now why that is so', async () => {
  const instead = { ...prices[1], instead: 'aws did not say: not allowed' } as PoolPrice;
  const one = await planned(plan, [], { rebalance }, [...prices, instead]);
  expect(one.out).toContain(`prices configured (2 sites), aws spot 2s ago (1 site)
▲ price ohio/H100/reserved as configured: aws did not say: not allowed
`);
  const many = await planned(plan, [], { rebalance }, Array(6).fill(instead));
  expect(many.out.match(/▲ price/g)).toHaveLength(4);
  expect(many.out).toContain('and 2 more as configured (-o json)\n');
});

test('says what egress and latency come to, and where their numbers are from; what is not counted, and why', async () => {
  const today = { capacity: 417, egress: 12.5, latency: 3, moves: 0 };
  const cost = { capacity: 402.6, egress: 4, latency: 3.25, moves: 0.5 };
  const whole = await planned({ ...plan, today, cost });
  expect(whole.out).toContain(`432.50 → 409.85 USD/h (-22.65, moves 0.50) (proven to 1.5%)
COST                USD/H  FROM
capacity  417.00 → 402.60  prices as above
egress       12.50 → 4.00  configured rates; response size: gateway
latency       3.00 → 3.25  configured rate; first tokens: gateway
moves                0.50  starts, spread over rebalance.objective.payback
`);
  const lacking = { deployment: 'chat', what: 'egress', message: 'no egress price is written of ohio' } as const;
  const parts = await planned(plan, [], { rebalance }, prices, Array(5).fill(lacking));
  expect(parts.out).toContain('▲ egress of chat is not counted: no egress price is written of ohio\n');
  expect(parts.out).toContain('and 1 more not counted (-o json)\n');
  expect(parts.out).not.toContain('COST');
  const onlyLatency = await planned({ ...plan, today: { ...today, egress: 0 }, cost: { ...cost, egress: 0 } });
  expect(onlyLatency.out).not.toContain('egress');
});

test('says so when all is best as it is, and what a plan mends', async () => {
  const best = await planned({ ...plan, cost: plan.today, gap: 0, changes: [], parts: [], binding: [] });
  expect(best.out).toContain('417.00 USD/h, and nothing allowed costs less (proven)\n');
  const waits = [
    {
      deployment: 'chat',
      code: 'DwellTime',
      message: 'op-1 ended 7m ago; nothing is rebalanced before 10m',
      untilMs: 0,
    },
  ] as const;
  const waiting = (await planned({ ...plan, waits })).out.replaceAll(/\s+/g, ' ');
  expect(waiting).toContain(
    'waits chat: op-1 ended 7m ago; nothing is rebalanced before 10m (DwellTime), so until 00:00',
  );
  const unproven = await planned({ ...plan, cost: plan.today, gap: 1, changes: [], parts: [], binding: [] });
  expect(unproven.out).toContain('417.00 USD/h, and nothing was found that costs less (not proven: --time-limit)\n');
  const even = await planned({ ...plan, cost: { ...plan.today, capacity: plan.today.capacity - 0.004, moves: 0 } });
  expect(even.out).toContain('USD/h (+0.00)');
  const mended = await planned({ ...plan, cost: { ...plan.cost, capacity: 500 }, mends: [survive] });
  expect(mended.out).toContain('417.00 → 500.00 USD/h (+83.00, moves 0.50)');
  const { parts: _, ...wayless } = plan;
  expect((await planned(wayless)).out).toContain(
    'no way every order of these changes breaks a rule, on the way or where a run\n',
  );
  expect(mended.out).toContain('mends the loss of any site is survived (godwit.yaml:12)');
});

test('says in which market each replica is started and stopped, and what a run leaves', async () => {
  const change = { deployment: 'chat', site: 'oslo', weight: { before: 60, after: 60 } };
  const stays = { before: 3, after: 3 };
  const both = [
    { market: 'on-demand', before: 3, after: 0 },
    { market: 'spot', before: 0, after: 3 },
  ] as const;
  const at = { deployment: 'chat', site: 'oslo' };
  const swap: RebalanceOutcome = {
    ...plan,
    changes: [{ ...change, replicas: stays, markets: both }],
    parts: [
      { ...at, kind: 'start', choice: 1, market: 'spot', before: 0, after: 3 },
      { ...at, kind: 'stop', choice: 0, market: 'on-demand', before: 3, after: 0 },
    ],
    binding: [],
  };
  const { out } = await planned(swap);
  expect(out).toContain(`starts 3, stops 3 replicas
DEPLOYMENT  SITE  TRAFFIC  REPLICAS
chat        oslo      60%         3
 1  start 3 spot of chat at oslo (0 → 3)
 2  stop 3 on-demand of chat at oslo (3 → 0)
leaves chat at oslo: no market can be asked for there, and a run changes none
       for another
`);
  const byMarket = { 'on-demand': 3, spot: 0 };
  const steered = { ...swap, changes: [{ ...change, replicas: stays, markets: both, byMarket }] };
  expect((await planned(steered)).out).not.toContain('leaves');
  // What the swap would save is no part of what a run saves.
  const { out: half } = await planned({ ...swap, reached: { ...plan.cost, capacity: plan.cost.capacity + 3 } });
  const saved = plan.today.capacity - plan.cost.capacity;
  expect(out).toContain(`(-${saved.toFixed(2)}, `);
  expect(half).toContain(`(-${(saved - 3).toFixed(2)}, `);
  expect(half.replaceAll(/\s+/g, ' ')).toContain('which would save 3.00 USD/h more');
  const json = JSON.parse((await planned(swap, ['-o', 'json'])).out);
  expect(json).toMatchObject({ changes: [{ markets: both }], parts: [{ market: 'spot' }, { market: 'on-demand' }] });
  const more = [
    { ...change, replicas: { before: 3, after: 5 }, markets: [{ market: 'spot', before: 3, after: 5 }] },
  ] as const;
  expect((await planned({ ...swap, changes: more })).out).not.toContain('leaves');
});

test('says what it counts without having been told', async () => {
  const assumed = [
    { ...{ deployment: 'chat', site: 'oslo' }, replicas: 2, why: 'not-told' },
    { ...{ deployment: 'chat', site: 'ohio' }, replicas: 1, why: 'not-listed' },
  ] as const;
  const { out } = await planned({ ...plan, assumed });
  expect(out).toContain('counts 2 of chat at oslo in the order of its capacity: nobody tells their market\n');
  expect(out.replaceAll(/\s+/g, ' ')).toContain('1 of chat at ohio in the order of its capacity: they were had in a');
  expect(JSON.parse((await planned({ ...plan, assumed }, ['-o', 'json'])).out)).toMatchObject({ assumed });
});

test.for<{ name: string; outcome: RebalanceOutcome; code: number; says: string }>([
  {
    name: 'rules in conflict',
    outcome: { kind: 'impossible', rules: [survive, budget], isMinimal: true },
    code: 5,
    says: `No plan: these rules cannot be kept together; without any one of them the others can.
  the loss of any site is survived (godwit.yaml:12)
  all replicas may cost 5 USD an hour
`,
  },
  {
    name: 'one rule alone',
    outcome: { kind: 'impossible', rules: [survive], isMinimal: true },
    code: 5,
    says: 'No plan: this rule cannot be kept.\n',
  },
  {
    name: 'more rules than needed',
    outcome: { kind: 'impossible', rules: [survive, budget], isMinimal: false },
    code: 5,
    says: 'cannot be kept together; some of them may not be needed for that.\n',
  },
  {
    name: 'no answer in time',
    outcome: { kind: 'unknown', message: 'no solution was found in time' },
    code: 11,
    says: 'No plan: no solution was found in time; there may be one (--time-limit)\n',
  },
  {
    name: 'something else goes on',
    outcome: { kind: 'skipped', reasons: [{ code: 'Paused', message: 'paused by ada', deployment: 'chat' }] },
    code: 5,
    says: 'Not now: chat: paused by ada (Paused)\n',
  },
])('exit $code: $name', async ({ outcome, code, says }) => {
  const end = await planned(outcome);
  expect(end.out).toContain(says);
  expect(end.code).toBe(code);
});

test('machines get the same, with shares and dollars as numbers', async () => {
  const { out } = await planned(plan, ['-o', 'json']);
  expect(JSON.parse(out)).toMatchObject({
    ...{ kind: 'RebalancePlan', outcome: 'plan', gap: 0.0151, today: { capacity: 417 }, cost: { capacity: 402.6 } },
    changes: [{ site: 'oslo', weight: { before: 60, after: 33 } }, {}],
    demands: { chat: { rps: 190.04, from: 'gateway' } },
    prices,
  });
});

test('the solver gets the time that was asked for', async () => {
  expect((await planned(plan, ['--time-limit', '2m'])).asked).toEqual([{ withinMs: 120_000 }]);
});

test('without rebalance in the configuration it says what to write', async () => {
  const { code, err } = await planned(plan, [], {});
  expect(code).toBe(2);
  expect(err).toContain('has no "rebalance"');
  expect(err).toContain('rebalance: {}');
});

test.for(hostileStrings)('a name that wants to do something to the terminal is only text: %j', async (hostile) => {
  const rules = [{ ...survive, says: hostile }];
  const { out } = await planned({ kind: 'impossible', rules, isMinimal: true });
  expect(out).not.toMatch(terminalControls);
});

test('with colours it says the same', async () => {
  const [plain, coloured] = [await planned(plan), await planned(plan, ['--color', 'always'])];
  expect(coloured.out).not.toBe(plain.out);
  expect(stripVTControlCharacters(coloured.out)).toBe(plain.out);
});
