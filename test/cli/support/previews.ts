/** Previews as the engine makes them: a test sets only what it is about. */
import type { Forecast, SiteForecast } from '../../../src/model/forecast.ts';
import type { Planned, Preview } from '../../../src/model/preview.ts';
import type { Wish } from '../../../src/model/wish.ts';
import { plan, view } from './models.ts';

export function siteForecast(site: string, over: Partial<SiteForecast> = {}): SiteForecast {
  return {
    ...{ site, nowPct: 0, thenPct: 0, ready: 2, wanted: 2, starts: 0, ends: 'nothing' },
    ...{ thenRps: undefined, thenCapacityRps: undefined },
    ...over,
  };
}

export function forecast(over: Partial<Forecast> = {}): Forecast {
  return {
    sites: [
      siteForecast('site-a', { nowPct: 100, thenPct: 0 }),
      siteForecast('site-b', { nowPct: 0, thenPct: 100 }),
      siteForecast('site-c', { ready: 0 }),
    ],
    cost: undefined,
    phases: [{ phase: 'move', steps: 2, medianMs: undefined, worstMs: undefined, leastMs: 0 }],
    drains: [],
    passed: ['DriverUnreachable', 'ResidencyBlocked'],
    danger: { level: 'moderate', why: [] },
    ...over,
  };
}

export function planned(over: Partial<Forecast> = {}, wish: Partial<Wish> = {}): Planned {
  const made = plan({
    kind: wish.kind === 'shift' ? 'shift' : 'switchover',
    trigger: 'manual',
    ...(wish.forMs === undefined ? {} : { forMs: wish.forMs }),
  });
  return {
    action: {
      ...{ kind: made.kind, trigger: 'manual', from: made.from, weights: made.after, start: [], inOneStep: false },
      ...{ because: [], requestId: 'preview' },
    },
    plan: made,
    basis: {
      ...{ config: '3fa1c0ffee12', weights: made.before, ready: { 'site-a': 2, 'site-b': 2 }, open: undefined },
      ...{ standing: [], steps: made.steps },
    },
    forecast: forecast(over),
  };
}

export function preview(wish: Wish, over: Partial<Preview> = {}): Preview {
  return {
    wish,
    view: view({ 'site-a': 100, 'site-b': 0, 'site-c': 0 }),
    diagnosis: { code: 'Healthy', actionable: false, site: undefined, message: 'all well', sites: [] },
    planned: planned({}, wish),
    against: [],
    isWaiting: false,
    instead: [],
    seenBy: 'controller',
    ...over,
  };
}
