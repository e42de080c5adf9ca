/** One line per change, for terminals that are not redrawn, logs and pipes: time in UTC, deployment, what changed. */
import { type Action, type Decision, reasonsOf } from '../../model/decision.ts';
import type { Diagnosis } from '../../model/diagnosis.ts';
import type { Event } from '../../model/event.ts';
import type { Operation } from '../../model/operation.ts';
import { span } from '../../model/words.ts';
import { noticeText } from './notice.ts';
import { toneOfState, weightsText } from './operation.ts';
import { sanitize } from './sanitize.ts';
import { mark, type Style, type Tone, tint } from './style.ts';
import { clockTime } from './time.ts';

/** Undefined when the event says nothing new to a person. */
export function eventLine(event: Event, style: Style): string | undefined {
  const said = sayWhat(event);
  if (said === undefined) return undefined;
  const [tone, text] = said;
  return `${clockTime(event.atMs)} ${sanitize(event.deployment, 60)} ${tint(tone, `${mark(tone, style)}${text}`, style)}`;
}

function sayWhat(event: Event): readonly [Tone, string] | undefined {
  switch (event.type) {
    case 'lease-taken':
      return ['good', `lease taken, epoch ${event.lease.epoch}`];
    case 'lease-lost': {
      const holder = event.record?.holder;
      const who =
        holder === undefined ? '' : `, now ${sanitize(holder.name, 40)}@${sanitize(holder.host, 40)} pid ${holder.pid}`;
      return ['bad', `lease lost${who}`];
    }
    case 'diagnosis':
      return ofDiagnosis(event.diagnosis);
    case 'decision':
      return ofDecision(event.decision);
    case 'operation':
      return ofOperation(event.operation);
    case 'step': {
      const detail = event.detail === undefined ? '' : ` ${sanitize(event.detail)}`;
      const step = `${event.operationId} step ${event.index + 1}/${event.count} ${sanitize(event.step, 60)} ${event.state}${detail}`;
      return [stepTones[event.state], step];
    }
    case 'notice':
      return ['warn', `announced at ${sanitize(event.site, 60)}: ${noticeText(event.notice, event.atMs)}`];
    case 'finding': {
      const { area, outcome, what } = event.finding;
      const text = `${area} ${sanitize(event.site, 60)}: ${sanitize(what)}`;
      if (event.state === 'gone') return ['good', `doctor: no more: ${text}`];
      return [outcome === 'bad' ? 'bad' : 'unknown', `doctor: ${outcome}: ${text}`];
    }
    case 'warning':
      return ['warn', `warning: ${sanitize(event.message)}`];
  }
}

const stepTones: Readonly<Record<Extract<Event, { type: 'step' }>['state'], Tone>> = {
  intended: 'busy',
  reached: 'good',
  refused: 'bad',
  failed: 'bad',
  unknown: 'unknown',
};

function ofDiagnosis(diagnosis: Diagnosis): readonly [Tone, string] {
  const tone: Tone = diagnosis.code === 'Healthy' ? 'good' : diagnosis.actionable ? 'bad' : 'warn';
  const site = diagnosis.site === undefined ? '' : ` ${sanitize(diagnosis.site, 60)}`;
  return [tone, `${diagnosis.code}${site}: ${sanitize(diagnosis.message)}`];
}

function gistOf({ kind, weights, start, hunt }: Action): string {
  if (hunt !== undefined) {
    const sites = hunt.candidates.map(({ site }) => sanitize(site, 40)).join(', ');
    const where = hunt.hedge === undefined ? 'where they can be had' : `at ${hunt.hedge} sites at once`;
    return `start of replicas: ${hunt.replicas} ${where}: ${sites}`;
  }
  if (kind !== 'start') return `${kind} to ${weightsText(weights)}`;
  const parts = start.map(({ site, slots }) => `${slots.length} at ${sanitize(site, 60)}`);
  return `start of replicas: ${parts.join(', ')}`;
}

/** A decision in one line; undefined when it says nothing new to a person. */
export function ofDecision(decision: Decision): readonly [Tone, string] | undefined {
  if (decision.kind === 'act') {
    const { action } = decision;
    return ['busy', `decided: ${action.trigger} ${gistOf(action)}`];
  }
  if (decision.kind === 'steer') {
    const { order, operationId } = decision.steering;
    return [order === 'extend' ? 'warn' : 'busy', `${order} ${operationId}: ${whyOf(decision)}`];
  }
  const why = whyOf(decision);
  if (decision.kind === 'advise') {
    const { action } = decision;
    return ['warn', `advises ${gistOf(action)}; not done: ${why}`];
  }
  // Nothing wrong and nothing done is no news, and what runs says so itself.
  return decision.reasons.every(({ code }) => code === 'OperationRunning') ? undefined : ['warn', `stays: ${why}`];
}

function whyOf(decision: Decision): string {
  return reasonsOf(decision)
    .slice(0, 4)
    .map((reason) => `${reason.code} (${sanitize(reason.message, 100)})`)
    .join('; ');
}

function ofOperation(operation: Operation): readonly [Tone, string] {
  const { plan, state } = operation;
  const took = operation.endedAtMs === undefined ? '' : ` after ${span(operation.endedAtMs - operation.openedAtMs)}`;
  const error =
    operation.error === undefined ? '' : `: ${sanitize(operation.error.code, 60)} ${sanitize(operation.error.message)}`;
  return [toneOfState(state), `${operation.id} ${plan.trigger} ${plan.kind} ${state}${took}${error}`];
}
