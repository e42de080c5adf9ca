import { expect, test } from 'vitest';
import { findingsOf, loaded } from './support/load.ts';

interface Parts {
  readonly left?: string;
  readonly right?: string;
  readonly safety?: string;
  readonly manual?: string;
  /** A line of the deployment. */
  readonly chat?: string;
  readonly site?: string;
  readonly more?: string;
}

/** Line 3 is a site, 9 and 10 are placements, 11 is a line of the deployment, 13 safety, 14 manual, 15 what a row adds. */
const config = ({
  left = '',
  right = '',
  safety = '',
  manual = '',
  chat = '',
  site = '',
  more = '',
}: Parts) => `version: 1
sites:
  left: { provider: local, ports: 9100-9109${site} }
  right: { provider: local, ports: 9200-9209 }
deployments:
  chat:
    model: tiny
    sites:
      left: { command: [server]${left} }
      right: { command: [server]${right} }
    ${chat}
    failover:
      safety: { ${safety} }
      manual: { ${manual} }
${more}
`;

const price = ', price: { amount: 2, currency: USD, per: hour }';
const freeze = (from: string, until: string, more = '') =>
  `freeze: [{ from: ${from}, until: ${until}, reason: year-end${more} }]`;
const [day, next] = ['2026-12-19T00:00:00Z', '2026-12-20T00:00:00Z'];
const offset = 'a time is written with its offset, such as 2026-12-19T00:00:00Z';

test.for([
  ['nothing wrong', {}, []],
  ['a freeze of a second', { safety: freeze(day, '2026-12-19T00:00:01Z') }, []],
  ['a freeze of no time', { safety: freeze(day, day) }, ['13:63 until must be later than from']],
  [
    'a freeze whose end is earlier by its offset',
    { safety: freeze(day, '2026-12-19T01:00:00+02:00') },
    ['13:63 until must be later than from'],
  ],
  [
    'the same, once for all deployments',
    {
      more: `  code: { model: other, sites: { left: { command: [server] }, right: { command: [server] } } }\nfailover: { safety: { ${freeze(next, day)} } }`,
    },
    ['16:69 until must be later than from'],
  ],
  ['a time without an offset', { safety: freeze('2026-12-19T00:00:00', next) }, [`13:34 ${offset}`]],
  ['a day that is not in the calendar', { safety: freeze('2026-02-30T00:00:00Z', next) }, [`13:34 ${offset}`]],
  ['a day alone', { safety: freeze('2026-12-19', next) }, [`13:34 ${offset}`]],
  [
    'a freeze without a reason',
    { safety: `freeze: [{ from: ${day}, until: ${next} }]` },
    ['13:26 deployments.chat.failover.safety.freeze needs "reason"'],
  ],
  [
    'a freeze that allows what there is not',
    { safety: freeze(day, next, ', allow: [failover]') },
    ['13:111 allow must be emergency'],
  ],
  ['a vendor of a site', { site: ', vendor: aws', safety: 'vendorShare: { aws: 60%, local: 50% }' }, []],
  [
    'a vendor no site has',
    { site: ', vendor: aws', safety: 'vendorShare: { asw: 60% }' },
    ['13:32 no site is of the vendor "asw"'],
  ],
  [
    'the same in the general part',
    { more: 'failover: { safety: { vendorShare: { asw: 60% } } }' },
    ['15:38 no site is of the vendor "asw"'],
  ],
  [
    'a vendor’s share as a number',
    { safety: 'vendorShare: { local: 0.6 }' },
    ['13:39 a share is written in percent, such as 25%'],
  ],
  ['a ceiling and all prices', { left: price, right: price, safety: 'maxUsdPerHour: 9' }, []],
  ['prices without a ceiling for one of them', { left: price }, []],
  [
    'a ceiling over a site without a price',
    { left: price, safety: 'maxUsdPerHour: 9' },
    ['10:7 right needs a price: chat may cost at most 9 USD an hour'],
  ],
  ['a ceiling of nothing', { safety: 'maxUsdPerHour: 0' }, ['13:32 must be more than 0']],
  [
    'a price in another currency',
    { left: price.replace('USD', 'EUR') },
    ['9:64 prices are in USD so far: write the amount in USD'],
  ],
  ['a price for another time', { left: price.replace('hour', 'month') }, ['9:74 per must be hour']],
  ['a price below nothing', { left: price.replace('2', '-1') }, ['9:51 must be at least 0']],
  ['no price at all', { left: price.replace('2', '0'), right: price, safety: 'maxUsdPerHour: 9' }, []],
  ['all rated', { left: ', rated: { requestsPerSecond: 14 }', right: ', rated: { requestsPerSecond: 0.5 }' }, []],
  [
    'one not rated',
    { left: ', rated: { requestsPerSecond: 14 }' },
    ['10:7 right has no "rated": capacity of chat is compared in replicas'],
  ],
  ['rated for nothing', { left: ', rated: { requestsPerSecond: 0 }' }, ['9:62 must be more than 0']],
  ['an expiry as long as the longest', { manual: 'defaultExpiry: 2h, maxExpiry: 2h' }, []],
  [
    'an expiry longer than the longest',
    { manual: 'defaultExpiry: 121m, maxExpiry: 2h' },
    ['14:32 the default expiry is longer than the longest (2h)'],
  ],
  ['a warning just after the move', { manual: 'defaultExpiry: 1h, warnBefore: 3599999ms' }, []],
  [
    'a warning before the move',
    { manual: 'defaultExpiry: 1h, warnBefore: 1h' },
    ['14:48 the warning would come before the move (1h long)'],
  ],
  [
    'a runbook that is no address',
    { chat: 'runbook: wiki' },
    ['11:14 must be an address such as https://runbooks.example.com/chat'],
  ],
  ['a drain for answers of no token', { chat: 'drain: { longestOutput: 0 }' }, ['11:29 must be at least 1']],
  [
    'a protection that is a word',
    { more: 'protected: "yes"' },
    ['15:12 protected must be a boolean, not text ("yes")'],
  ],
  [
    'a key that is nearly one',
    { safety: 'minRaedy: 60%' },
    ['13:17 unknown key "minRaedy" in deployments.chat.failover.safety'],
  ],
] as const satisfies readonly (readonly [string, Parts, readonly string[]])[])('%s', async ([, parts, expected]) => {
  expect(await findingsOf(config(parts))).toEqual(expected);
});

test('what nobody writes leaves every move as it was, but for one site at a time', async () => {
  const { config: read } = await loaded(config({}));
  const [chat] = read.deployments;
  expect(read).toMatchObject({ isProtected: false, sites: [{ vendor: 'local' }, { vendor: 'local' }] });
  expect(chat?.failover).toMatchObject({
    safety: { minReadyRatio: 0, headroomRatio: 0, removalWindowMs: 600_000, vendorMaxRatio: {}, freeze: [] },
    manual: { defaultExpiryMs: 14_400_000, maxExpiryMs: 259_200_000, warnBeforeMs: 1_200_000, requiresReason: false },
  });
  expect(chat?.failover.safety).not.toHaveProperty('maxUsdPerHour');
  for (const absent of ['owner', 'runbook']) expect(chat).not.toHaveProperty(absent);
  expect(chat?.drain).toEqual({ waitForStreamsMs: 600_000 });
});

test('a window allows emergencies unless it says that it does not', async () => {
  const windows = async (more: string) =>
    (await loaded(config({ safety: freeze(day, next, more) }))).config.deployments[0]?.failover.safety.freeze;
  const base = { fromMs: Date.UTC(2026, 11, 19), untilMs: Date.UTC(2026, 11, 20), reason: 'year-end' };
  expect(await windows('')).toEqual([{ ...base, allow: ['emergency'] }]);
  expect(await windows(', allow: [emergency]')).toEqual([{ ...base, allow: ['emergency'] }]);
  expect(await windows(', allow: []')).toEqual([{ ...base, allow: [] }]);
});
