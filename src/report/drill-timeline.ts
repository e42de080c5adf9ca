/** What happened in a run of a drill, in words: what was broken, what automation did, and what came of it. */
import type { DrillBody, DrillEntry } from '../model/drill-run.ts';
import type { Actor } from '../model/operation.ts';
import { weightsText } from '../model/words.ts';
import { sanitize } from './text/sanitize.ts';

export interface DrillMoment {
  readonly atMs: number;
  /** One line, harmless. */
  readonly text: string;
}

/** What was sampled is left out, and checks that hold. */
export function drillMoments(entries: readonly DrillEntry[]): readonly DrillMoment[] {
  const [first] = entries;
  const faults = first?.body.kind === 'begin' ? first.body.drill.faults : [];
  const siteOf = (fault: number): string => {
    const found = faults[fault];
    return found === undefined ? 'fault' : `${found.kind} at ${sanitize(found.site, 40)}`;
  };
  return entries.flatMap(({ atMs, body }) => {
    const text = wordsOf(body, siteOf);
    return text === undefined ? [] : [{ atMs, text }];
  });
}

function wordsOf(body: DrillBody, siteOf: (fault: number) => string): string | undefined {
  switch (body.kind) {
    case 'begin':
      return `begun by ${whoOf(body.by)}${body.reason === undefined ? '' : `: ${sanitize(body.reason)}`}`;
    case 'check':
      return body.holds === 'yes' ? undefined : `${sanitize(body.what, 60)}: ${sanitize(body.detail)}`;
    case 'stage':
      return `now ${body.stage}`;
    case 'footing':
      return `${body.when}: ${weightsText(body.footing.weights, (site) => sanitize(site, 40))}`;
    case 'action':
      return `${body.what} ${siteOf(body.fault)}: ${body.state}${body.detail === '' ? '' : `, ${sanitize(body.detail)}`}`;
    case 'decision':
      return `decided ${body.decision}: ${sanitize(body.diagnosis)}${codes(body.reasons)}`;
    case 'operation': {
      const { id, plan, state } = body.operation;
      return `${id} ${plan.trigger} ${plan.kind} ${state}`;
    }
    case 'note':
      return `note${body.by === undefined ? '' : ` of ${whoOf(body.by)}`}: ${sanitize(body.text)}`;
    case 'end':
      return [`ended: ${body.end.verdict}`, ...body.end.because.map((why) => sanitize(why))].join('; ');
    case 'finding':
      return `finding ${body.finding.number}, ${body.finding.severity}, of ${whoOf(body.finding.by)}: ${sanitize(body.finding.text)}`;
    case 'remains':
    case 'sample':
    case 'load':
    case 'step':
      return undefined;
  }
}

function codes(reasons: readonly { readonly code: string }[]): string {
  return reasons.length === 0 ? '' : ` (${[...new Set(reasons.map(({ code }) => code))].join(', ')})`;
}

function whoOf({ name, host }: Actor): string {
  return `${sanitize(name, 40)}@${sanitize(host, 40)}`;
}
