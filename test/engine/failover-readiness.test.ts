import { expect, test } from 'vitest';
import { failoverReadiness } from '../../src/engine/failover-readiness.ts';
import type { Standing } from '../../src/model/standing.ts';
import { nowMs, operationOf, siteView, type ViewChange, view } from '../core/support/view.ts';

const pause = (untilMs: number): Standing => ({
  ...{ kind: 'pause', deployment: 'chat', atMs: nowMs - 1000, reason: 'upgrade', untilMs },
  by: { kind: 'person', name: 'ada', host: 'desk', pid: 2 },
});
const window = { fromMs: nowMs, untilMs: nowMs + 1, reason: 'year-end', allow: [] } as const;

test.for<readonly [string, ViewChange, readonly string[]]>([
  ['nothing stands in the way', {}, []],
  ['it is paused', { standing: [pause(nowMs + 1)] }, ['Paused']],
  ['the pause is over', { standing: [pause(nowMs)] }, []],
  ['a freeze without emergencies', { policy: { safety: { freeze: [window] } } }, ['Frozen']],
  ['a freeze that lets a failover pass', { policy: { safety: { freeze: [{ ...window, allow: ['emergency'] }] } } }, []],
  [
    'a freeze, and nowhere to go',
    { sites: [siteView('left')], policy: { safety: { freeze: [window] } } },
    ['Frozen', 'NoReadyCapacity'],
  ],
  ['it only advises', { policy: { mode: 'advise' } }, ['AdviseMode']],
  ['it is off', { policy: { mode: 'off' } }, ['ModeOff']],
  [
    'an operation is under way',
    { open: operationOf({ state: 'shifting', endedAtMs: undefined, plan: { trigger: 'manual' } }) },
    ['OperationRunning'],
  ],
  [
    'a target out of bounds is none',
    { sites: [siteView('left'), siteView('right', { residency: ['us'] })] },
    ['NoReadyCapacity'],
  ],
  [
    'a vendor’s share, which a site that serves nothing is not kept for',
    {
      policy: { safety: { vendorMaxRatio: { local: 0.5 } } },
      sites: [siteView('left', { vendor: 'aws' }), siteView('right')],
    },
    [],
  ],
  ['too little is ready: better than nothing', { policy: { safety: { minReadyRatio: 1 } } }, []],
  [
    'what would be started costs too much',
    {
      policy: { safety: { maxUsdPerHour: 1 } },
      sites: [siteView('left'), siteView('right', { replicas: [], standby: 'cold', usdPerHour: 2 })],
    },
    ['CostCeiling'],
  ],
])('readiness: %s', ([, change, expected]) => {
  expect(failoverReadiness(view(change), nowMs).reasons.map(({ code }) => code)).toEqual(expected);
});

test('says until when a pause or a freeze stands in the way', () => {
  const seen = view({ standing: [pause(nowMs + 5)], policy: { safety: { freeze: [window] } } });
  expect(failoverReadiness(seen, nowMs).reasons).toMatchObject([
    { code: 'Paused', untilMs: nowMs + 5 },
    { code: 'Frozen', untilMs: nowMs + 1 },
  ]);
});
