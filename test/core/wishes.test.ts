import fc from 'fast-check';
import { expect, test } from 'vitest';
import { diagnose } from '../../src/core/diagnose.ts';
import { checkMove } from '../../src/core/safety.ts';
import { wishAction } from '../../src/core/wishes.ts';
import type { Wish } from '../../src/model/wish.ts';
import {
  anyWeights,
  dead,
  noticesOf,
  nowMs,
  replicaView,
  requestOf,
  siteView,
  type ViewChange,
  view,
} from './support/view.ts';

type Asked = Parameters<typeof wishAction>[1];
const sites = [siteView('left'), siteView('right'), siteView('far')];
const cold = siteView('far', { standby: 'cold', replicas: [] });

/** A standby that was woken, and whose only replica is taken back. */
function leavingWarm(wanted: number) {
  const replicas = [replicaView({ site: 'far', id: 'far-0' })];
  return siteView('far', { standby: 'warm', wanted, replicas, notices: noticesOf({ replicaId: 'far-0' }) });
}

function ask(wish: Partial<Asked>, change: ViewChange = {}) {
  const seen = view({ sites, weights: { left: 60, right: 40, far: 0 }, ...change });
  return wishAction(seen, { ...requestOf(), ...wish } as Asked, diagnose(seen, nowMs), nowMs);
}

test.for<{ name: string; wish: Partial<Asked>; action: object }>([
  {
    name: 'a shift of a share to one site',
    wish: { kind: 'shift', from: 'left', to: 'far', sharePct: 50 },
    action: { kind: 'shift', from: 'left', weights: { left: 30, right: 40, far: 30 } },
  },
  {
    name: 'a shift that is split',
    wish: { kind: 'shift', from: 'left', split: { right: 50, far: 50 } },
    action: { weights: { left: 0, right: 70, far: 30 } },
  },
  {
    name: 'a shift for a time, in its own steps, with a rule answered for',
    wish: { kind: 'shift', from: 'left', forMs: 5000, stepsPct: [1, 100], overrides: ['LastServingSite'] },
    action: { forMs: 5000, stepsPct: [1, 100], overrides: ['LastServingSite'] },
  },
  {
    name: 'a migrate of everything, which empties the heaviest site',
    wish: { kind: 'migrate', to: 'far', how: 'stop' },
    action: { weights: { left: 0, right: 0, far: 100 }, empty: [{ site: 'left', stop: 'stop' }] },
  },
  {
    name: 'a drain: its part goes to those that have some',
    wish: { kind: 'drain', from: 'left' },
    action: { weights: { left: 0, right: 100, far: 0 }, empty: [{ site: 'left', stop: undefined }] },
  },
  {
    name: 'a drain of a site without traffic moves nothing',
    wish: { kind: 'drain', from: 'far' },
    action: { weights: { left: 60, right: 40, far: 0 }, empty: [{ site: 'far', stop: undefined }] },
  },
  {
    name: 'a stop, which deletes unless told to keep',
    wish: { kind: 'stop', from: 'far' },
    action: { kind: 'stop', empty: [{ site: 'far', stop: 'delete' }] },
  },
  {
    name: 'a failback to where the configuration wants it',
    wish: { kind: 'failback' },
    action: { weights: { left: 100, right: 0 }, from: 'right' },
  },
])('understands $name', ({ wish, action }) => {
  expect(ask(wish)).toMatchObject({ kind: 'action', action });
});

test.for<{ name: string; wish: Partial<Asked>; change?: ViewChange; code: string }>([
  { name: 'a site it does not have', wish: { kind: 'shift', from: 'nowhere' }, code: 'NoReadyCapacity' },
  {
    name: 'a split over a site it does not have',
    wish: { kind: 'shift', split: { no: 100 } },
    code: 'NoReadyCapacity',
  },
  { name: 'a shift off a site without traffic', wish: { kind: 'shift', from: 'far' }, code: 'AlreadyThere' },
  { name: 'a start where nothing is missing', wish: { kind: 'start', from: 'left' }, code: 'AlreadyThere' },
  {
    name: 'a cold target without --wake',
    wish: { kind: 'shift', from: 'left', to: 'far' },
    change: { sites: [siteView('left'), siteView('right'), cold] },
    code: 'TargetAsleep',
  },
  {
    name: 'a target with one that will be gone in a moment and a free slot, without --wake',
    wish: { kind: 'shift', from: 'left', to: 'far' },
    change: { sites: [siteView('left'), siteView('right'), leavingWarm(2)] },
    code: 'TargetAsleep',
  },
  {
    name: 'a start at a site that cannot be read',
    wish: { kind: 'start', from: 'far' },
    change: { sites: [siteView('left'), siteView('right'), siteView('far', { unseen: true })] },
    code: 'UnknownView',
  },
  {
    name: 'a stop where nothing runs',
    wish: { kind: 'stop', from: 'far' },
    change: { sites: [siteView('left'), siteView('right'), cold] },
    code: 'AlreadyThere',
  },
])('refuses $name', ({ wish, change, code }) => {
  expect(ask(wish, change)).toMatchObject({ kind: 'refused', reason: { code } });
});

test('a cold target is started when told to, and for a failover without being told', () => {
  const change = { sites: [siteView('left', dead), siteView('right', dead), cold] };
  expect(ask({ kind: 'shift', from: 'left', to: 'far', mayWake: true }, change)).toMatchObject({ kind: 'action' });
  expect(ask({ kind: 'failover', from: 'left', to: 'far' }, change)).toMatchObject({ kind: 'action' });
});

test('a target that runs and will be gone in a moment is not called asleep: the rules refuse it', () => {
  const change = { sites: [siteView('left'), siteView('right'), leavingWarm(1)] };
  const seen = view({ weights: { left: 60, right: 40, far: 0 }, ...change });
  const diagnosis = diagnose(seen, nowMs);
  const wished = ask({ kind: 'shift', from: 'left', to: 'far' }, change);
  if (wished.kind !== 'action') throw new Error(wished.reason.message);
  const codes = checkMove({ view: seen, diagnosis, action: wished.action, nowMs }).map(({ code }) => code);
  expect(codes).toEqual(['ReplicaLeaving']);
});

test('a start is of the slots that are missing', () => {
  const change = { sites: [siteView('left'), siteView('right'), siteView('far', { wanted: 2, replicas: [] })] };
  expect(ask({ kind: 'start', from: 'far' }, change)).toMatchObject({
    action: { kind: 'start', start: [{ site: 'far', slots: [0, 1] }], weights: { left: 60, right: 40, far: 0 } },
  });
});

test('whatever is asked, the weights it would end with are whole and sum to 100', () => {
  const site = fc.constantFrom('left', 'right', 'far');
  const wish = fc.record({
    kind: fc.constantFrom<Wish['kind']>('shift', 'switchover', 'failover', 'failback', 'migrate', 'drain', 'stop'),
    from: site,
    to: fc.option(site, { nil: undefined }),
    sharePct: fc.integer({ min: 1, max: 100 }),
  });
  fc.assert(
    fc.property(wish, anyWeights('left', 'right', 'far'), (wanted, weights) => {
      const wished = ask(wanted as Partial<Asked>, { weights, preferred: { left: 100, right: 0, far: 0 } });
      if (wished.kind === 'refused') return;
      const after = Object.values(wished.action.weights);
      expect(after.reduce((sum, each) => sum + each, 0)).toBe(100);
      expect(after.every((each) => Number.isInteger(each) && each >= 0)).toBe(true);
    }),
  );
});
