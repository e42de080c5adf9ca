/** Runs one world again and tells what struck, when, and what it broke. */
import { reasonsOf } from '../../src/model/decision.ts';
import type { JournalDraft } from '../../src/model/journal-entry.ts';
import type { Violation } from '../../src/sim/ghost.ts';
import type { SeedReport } from '../../src/sim/run-seed.ts';
import type { ReplayLine } from './replay-line.ts';
import { runLine } from './run-line.ts';
import { checkAgain } from './run-world.ts';

export interface Replayed {
  /** Undefined when it threw. */
  readonly report: SeedReport | undefined;
  readonly violations: readonly Violation[];
  /** What struck and, where asked for, what came to the journal: one line each. */
  readonly schedule: readonly { readonly atMs: number; readonly text: string }[];
}

export async function replay(line: ReplayLine, hasJournal: boolean): Promise<Replayed> {
  const { options, kept } = line;
  const schedule: { atMs: number; text: string }[] = [];
  const note = (text: string, atMs: number): void => void schedule.push({ atMs, text });
  const { report, violations } = await runLine(line, {
    onStrike: (decision, atMs) => note(decision, atMs),
    onEntry: (draft, atMs) => (hasJournal ? note(`    ${entryText(draft)}`, atMs) : undefined),
  });
  // Only a whole world can be run again as its seed draws it.
  const isWhole = kept === undefined && report !== undefined && violations.length === 0;
  const unlike = isWhole ? await checkAgain(options, report, 'slowly') : [];
  return { report, violations: [...violations, ...unlike], schedule };
}

export function replayText({ schedule, violations, report }: Replayed): string {
  const at = (atMs: number): string => (atMs / 1000).toFixed(3).padStart(9);
  return [
    ...schedule.map(({ atMs, text }) => `${at(atMs)}  ${text}`),
    ...violations.map(({ atMonoMs, invariant, message }) =>
      [Number.isFinite(atMonoMs) ? at(atMonoMs) : '         ', `${invariant}: ${message}`].join('  '),
    ),
    report === undefined
      ? 'it threw'
      : `${report.decisions.length} decisions, ${report.failovers} failovers, ${report.events} events, trace ${report.traceHash}`,
    `violations   ${violations.length}`,
  ].join('\n');
}

function entryText({ body, by, epoch }: JournalDraft): string {
  const who = `${by.host}/${by.pid} epoch ${epoch}`;
  switch (body.kind) {
    case 'lease':
      return `${who} lease ${body.event}`;
    case 'decision': {
      const { decision } = body;
      const why = reasonsOf(decision).map(({ code }) => code);
      return `${who} ${decision.kind} ${decision.diagnosis.code} ${why.join()}`;
    }
    case 'operation': {
      const { id, state, plan, error } = body.operation;
      const from = plan.from === undefined ? '' : ` from ${plan.from}`;
      return `${who} ${id} ${plan.trigger} ${plan.kind}${from} ${state}${error === undefined ? '' : `: ${error.message}`}`;
    }
    case 'step': {
      const part = body.part === undefined ? '' : ` ${body.part}`;
      const end = body.error?.message ?? body.detail ?? '';
      return `${who} ${body.operationId} ${body.step}${part} ${body.state} ${end}`.trimEnd();
    }
    case 'route':
      return `${who} route ${body.entry.routeVersion} ${JSON.stringify(body.entry.weights)} ${body.state}`;
    case 'standing': {
      const until = body.standing?.untilMs === undefined ? '' : ` until ${body.standing.untilMs}`;
      return `${who} ${body.key} ${body.standing === undefined ? 'ended' : `set${until}`}: ${body.why}`;
    }
    case 'pin':
      return `${who} pin ${body.pin.number} ${body.pin.kind}`;
    case 'notice':
      return `${who} notice ${body.notice.kind} of ${body.notice.replicaId}`;
    case 'note':
      return `${who} note ${body.text}`;
  }
}
