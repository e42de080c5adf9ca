/** scale: start what the new number lacks, prove it, then take away what is beyond it. */
import type { Action } from '../../model/decision.ts';
import type { Step } from '../../model/plan.ts';
import type { View } from '../../model/view.ts';
import { drainBudgetMs } from '../drain-budget.ts';
import { beyond, missingAt, trimmedReady } from '../scale.ts';
import { launchDeadlineMs, stopWithinMs, writeDeadlineMs } from './steps.ts';

/** What stands already only needs its next few completions; this long covers a slow probe interval. */
const proveDeadlineMs = 60_000;

export function scaleSteps({ scale, start }: Action, view: View, nowMs: number): readonly Step[] {
  const site = view.sites.find((each) => each.site.name === scale?.site);
  if (scale === undefined || site === undefined) return [];
  const { site: name, replicas, slots, how } = scale;
  const { startupTimeoutMs } = site.placement.launch;
  // What the action takes the place of may have asked for a slot since it was decided (I14).
  const free = missingAt(view, site, scale, nowMs);
  const launches = start.flatMap((each): Step[] => {
    const own = each.slots.filter((slot) => free.includes(slot));
    return own.length === 0 ? [] : [launchStep({ ...each, slots: own })];
  });
  const proveMs =
    launches.length > 0 ? startupTimeoutMs + launchDeadlineMs : Math.max(proveDeadlineMs, startupTimeoutMs);
  const inSlots = slots === undefined ? {} : { slots };
  const prove: Step = {
    ...{ kind: 'prove', name: `prove ${name}`, site: name, replicas, below: replicas, ...inSlots },
    deadlineMs: proveMs,
  };
  const drainMs = drainBudgetMs(view, name);
  const trim: Step = {
    ...{ kind: 'trim', name: `trim ${name} to ${replicas}`, site: name, keep: replicas, ...inSlots, how, drainMs },
    takes: trimmedReady(view, site, scale, nowMs).taken,
    deadlineMs: drainMs + stopWithinMs(site),
  };
  const isTrimmed = beyond(site, scale).length > 0 || replicas < scale.before;
  return [
    ...(isTrimmed ? [{ kind: 'stamp', name: 'stamp', deadlineMs: writeDeadlineMs } as const] : []),
    ...launches,
    ...(replicas > 0 ? [prove] : []),
    ...(isTrimmed ? [trim] : []),
  ];
}

/** Markets are asked one after the other, each for its own. */
function launchStep({ site, slots, market }: Action['start'][number]): Step {
  const name = market === undefined ? `launch ${site}` : `launch ${site} ${market}`;
  const own = market === undefined ? {} : { market };
  return { kind: 'launch', name, site, slots, bestEffort: false, ...own, deadlineMs: launchDeadlineMs };
}
