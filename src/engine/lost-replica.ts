/** Why a step ends whose replicas are gone, in words that are true of a machine that never came up too. */

import type { Step } from '../model/plan.ts';
import type { ProviderError } from '../model/provider-error.ts';
import { span } from '../model/words.ts';
import type { StepRef } from './context.ts';

/** Of a launch whose time is over: the provider granted it, and again each time it was asked. */
export function lostLaunch({ step }: StepRef, slots: readonly number[]): ProviderError {
  const which = `${slots.length === 1 ? 'slot' : 'slots'} ${slots.join(', ')}`;
  const message = `the start of ${which} was granted, and what it made is gone or was not listed within ${span(step.deadlineMs)}`;
  return { class: 'unknown', code: 'ReplicaGone', message };
}

/** Of a proof: a cloud may fail late what it accepted, and then there is no log to look into. */
export function lostProof({ step, index, operation }: StepRef): ProviderError {
  const sites = step.kind === 'race' ? step.runners.map(({ site }) => site) : 'site' in step ? [step.site] : [];
  const site = sites.join(', ');
  const isOwn = operation.plan.steps.slice(0, index).some((each) => isLaunchAt(each, sites[0] ?? ''));
  const message = isOwn
    ? `what was launched at ${site} is gone before it was proven: the launch failed after it was accepted, or it ended, and its log says why`
    : `what was to be proven at ${site} is gone; its log says why`;
  return { class: 'unknown', code: 'ReplicaGone', message };
}

function isLaunchAt(step: Step, site: string): boolean {
  if (step.kind === 'hunt') return step.candidates.some((candidate) => candidate.site === site);
  return step.kind === 'launch' && step.site === site;
}
