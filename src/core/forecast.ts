/** Everything a plan's screen says beside its steps. */

import type { Action } from '../model/decision.ts';
import type { Forecast } from '../model/forecast.ts';
import type { Plan } from '../model/plan.ts';
import type { Reason, ReasonCode } from '../model/reason.ts';
import type { View } from '../model/view.ts';
import { dangerOf } from './danger.ts';
import { costForecast, drainForecasts, siteForecasts } from './effect.ts';
import { type PastRun, predictPhases } from './predict.ts';
import { overridable } from './safety.ts';

/** Rules that hold for a person too: first those that nobody may override. */
const rules: readonly ReasonCode[] = [
  'DriverUnreachable',
  'ResidencyBlocked',
  'SourceNotFenced',
  'NoReadyCapacity',
  'LaunchUnlisted',
  ...overridable,
];

/** A plan before it is carried out, and what past runs of its kind took. */
export interface ForecastTerms {
  readonly plan: Plan;
  readonly action: Action;
  readonly against: readonly Reason[];
  /** Newest first. */
  readonly past: readonly PastRun[];
  readonly isProtected: boolean;
  readonly reason: string | undefined;
}

export function forecastOf(view: View, terms: ForecastTerms, nowMs: number): Forecast {
  const { plan, action, against, past } = terms;
  const refused = [...against.map(({ code }) => code), ...(action.overrides ?? [])];
  return {
    sites: siteForecasts(view, plan, nowMs),
    cost: costForecast(view, plan),
    phases: predictPhases(plan, past),
    drains: drainForecasts(view, plan),
    passed: action.kind === 'start' ? [] : rules.filter((rule) => !refused.includes(rule)),
    danger: dangerOf(view, action, terms, nowMs),
  };
}
