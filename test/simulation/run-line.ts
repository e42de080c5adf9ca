/** The world of a replay line, and what is wrong with it: also that it ends otherwise than the one it is compared with. */
import { differencesOf } from '../../src/sim/outcome.ts';
import type { WorldTerms } from '../../src/sim/world-terms.ts';
import type { ReplayLine } from './replay-line.ts';
import { runWorld, type WorldEnd } from './run-world.ts';

export type WorldLine = Pick<ReplayLine, 'options' | 'kept' | 'base'>;

/** `without`: how the world that it is compared with ended, where that is known already. */
export async function runLine(line: WorldLine, terms: WorldTerms, without?: WorldEnd): Promise<WorldEnd> {
  const { options, kept, base } = line;
  const end = await runWorld(options, { ...terms, ...(kept === undefined ? {} : { kept }) });
  if (base === undefined || end.report === undefined || end.violations.length > 0) return end;
  const { report, violations } = without ?? (await runWorld(options, { kept: base }));
  if (report === undefined) return { ...end, violations };
  const added = (kept ?? []).filter((decision) => !base.includes(decision));
  const differences = differencesOf(report.outcome, added, end.report.outcome);
  if (differences.length === 0) return end;
  const message = `not as without it: ${differences.join('; ')}`;
  return { ...end, violations: [{ invariant: 'I17', message, atMonoMs: end.report.virtualMs }] };
}
