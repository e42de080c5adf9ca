/** A plan in one sentence. */
import type { Plan } from '../../model/plan.ts';
import { span } from '../../model/words.ts';
import { huntSentence } from './hunt-plan.ts';
import { sanitize } from './sanitize.ts';

/** One sentence of what would be done. */
export function planSentence(plan: Plan, sharePct: number | undefined): string {
  const name = sanitize(plan.deployment, 60);
  const from = plan.from === undefined ? undefined : sanitize(plan.from, 40);
  const gaining = Object.keys(plan.after).filter((site) => (plan.after[site] ?? 0) > (plan.before[site] ?? 0));
  const to = gaining.length === 0 ? '' : ` to ${gaining.map((site) => sanitize(site, 40)).join(', ')}`;
  const share = sharePct === undefined || sharePct === 100 ? 'all' : `${sharePct}%`;
  const ends = plan.forMs === undefined ? '' : `, for ${span(plan.forMs)}, then back if healthy`;
  const launched = plan.steps.flatMap((step) => (step.kind === 'launch' ? [sanitize(step.site, 40)] : []));
  const stopped = plan.steps.flatMap((step) => (step.kind === 'stop' ? [sanitize(step.site, 40)] : []));
  switch (plan.kind) {
    case 'start': {
      const hunt = plan.steps.find((step) => step.kind === 'hunt');
      if (hunt?.kind === 'hunt') return huntSentence(name, hunt);
      return `Start what is missing of ${name} at ${launched.join(', ')}.`;
    }
    case 'stop':
      return `Stop ${name} at ${stopped.join(', ')}.`;
    case 'scale':
      return scaleSentence(name, plan);
    case 'drain':
      return `Take ${name}'s traffic off ${from ?? 'its site'}${to}, and let what runs there finish.`;
    case 'migrate':
      return `Move all of ${name}'s traffic off ${from ?? 'its site'}${to}, then stop it there for good.`;
    case 'return':
      return `Give ${name}'s traffic back${to}.`;
    default:
      return `${plan.kind === 'failover' ? 'Fail over' : 'Move'} ${share} of ${from === undefined ? `${name}'s traffic` : `${from}'s ${name} traffic`}${to}${ends}.`;
  }
}

function scaleSentence(name: string, { scale, steps }: Plan): string {
  if (scale === undefined) return `Scale ${name}.`;
  const site = sanitize(scale.site, 40);
  const launches = steps.flatMap((step) =>
    step.kind === 'launch' ? [`${step.slots.length}${step.market === undefined ? '' : ` ${step.market}`}`] : [],
  );
  const isTrimmed = steps.some(({ kind }) => kind === 'trim');
  if (isTrimmed && launches.length > 0 && scale.before === scale.replicas)
    return `Replace replicas of ${name} at ${site}, which keeps ${scale.replicas}: ${launches.join(' and ')} started, others stopped once nothing runs there.`;
  const starts = launches.length === 0 ? '' : `, starting ${launches.join(' and ')}`;
  const stops = isTrimmed ? ', each stopped once nothing runs there' : '';
  const back = scale.isTakenBack ? ', as configured' : ` in place of the configured ${scale.instead}`;
  return `Scale ${name} at ${site} from ${scale.before} to ${scale.replicas}${back}${starts}${stops}.`;
}
