/** A start wherever capacity can be had: one step that goes from candidate to candidate, then a proof for each that had some. */
import type { Action } from '../../model/decision.ts';
import type { JournalEntry } from '../../model/journal-entry.ts';
import type { HuntCandidate, Plan, Step, StepEffect } from '../../model/plan.ts';
import type { View } from '../../model/view.ts';
import { launchDeadlineMs } from './steps.ts';

type HuntStep = StepEffect & { readonly kind: 'hunt' };

export function huntSteps(hunt: NonNullable<Action['hunt']>, view: View): readonly Step[] {
  return [
    huntStep(hunt),
    ...hunt.candidates.flatMap(({ site, slots }): readonly Step[] => {
      const placement = view.sites.find((each) => each.site.name === site)?.placement;
      if (placement === undefined) return [];
      const { startupTimeoutMs } = placement.launch;
      return [
        {
          ...{ kind: 'prove', name: `prove ${site}`, site, isHunted: true },
          replicas: placement.replicas - slots.length,
          deadlineMs: startupTimeoutMs + launchDeadlineMs,
        },
      ];
    }),
  ];
}

/** Each candidate may take as long as a launch does. */
export function huntStep({ candidates, replicas, waitMs, hedge }: NonNullable<Action['hunt']>): Step {
  const names = candidates.map(({ site }) => site).join(', ');
  const deadlineMs = waitMs ?? launchDeadlineMs * Math.max(1, candidates.length);
  const step = { kind: 'hunt', name: `hunt ${names}`, candidates, replicas, waits: waitMs !== undefined } as const;
  return { ...step, ...(hedge === undefined ? {} : { hedge }), deadlineMs };
}

/** The name of one replica of a hunt in the journal, and in its idempotency key. */
export function huntPart(site: string, slot: number): string {
  return `${site}/${slot}`;
}

/** How many replicas each candidate would start if all were granted in this order. */
export function sharesOf({
  candidates,
  replicas,
}: Pick<HuntStep, 'candidates' | 'replicas'>): ReadonlyMap<string, number> {
  const shares = new Map<string, number>();
  let left = replicas;
  for (const { site, slots } of candidates) {
    const share = Math.min(left, slots.length);
    shares.set(site, share);
    left -= share;
  }
  return shares;
}

/** As many of the candidates' slots as the hunt was to fill. */
export function placedText(placed: Readonly<Record<string, readonly number[]>>): string {
  const parts = Object.entries(placed).map(([site, slots]) => `${site} ${slots.length}`);
  return parts.length === 0 ? 'nothing was started' : parts.join(', ');
}

/**
 * The step as it is to be carried out: after a hunt only what it started is to be proven, beside what stood there before.
 * Undefined: it has nothing to do. `entries`: the operation's own.
 */
export function asHunted(step: Step, plan: Plan, entries: readonly JournalEntry[]): Step | undefined {
  if (step.kind !== 'prove' || step.isHunted !== true) return step;
  const hunt = plan.steps.findIndex(({ kind }) => kind === 'hunt');
  const end = entries.findLast(({ body }) => body.kind === 'step' && body.index === hunt && body.part === undefined);
  const placed = end?.body.kind === 'step' ? (end.body.placed?.[step.site]?.length ?? 0) : 0;
  return placed === 0 ? undefined : { ...step, replicas: step.replicas + placed };
}

/** Which of the candidates' slots are filled, and whether every candidate was seen. */
export function filled(
  candidates: readonly HuntCandidate[],
  isAlive: (site: string, slot: number) => boolean,
): Readonly<Record<string, readonly number[]>> {
  const all = candidates.map(({ site, slots }) => [site, slots.filter((slot) => isAlive(site, slot))] as const);
  return Object.fromEntries(all.filter(([, slots]) => slots.length > 0));
}
