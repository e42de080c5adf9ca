/** What people found out about a run, behind its end. */
import { GodwitError } from '../../errors.ts';
import type { Finding } from '../../model/drill-run.ts';
import type { Actor } from '../../model/operation.ts';
import type { Clock } from '../../ports/clock.ts';
import type { DrillRecords } from '../../ports/drill-records.ts';

/** Somebody else may add one at the same moment: then it gets the next number. */
const mostTries = 5;

interface Deps {
  readonly records: DrillRecords;
  readonly clock: Clock;
  readonly actor: Actor;
}

export type FindingWords = Pick<Finding, 'text' | 'severity' | 'owner' | 'due'>;

/** Durable when it resolves. Throws `NotFound` while the run has no end, and whatever the store throws. */
export async function addFinding({ records, clock, actor }: Deps, run: string, words: FindingWords): Promise<Finding> {
  for (let tries = 1; ; tries++) {
    const bodies = (await records.read(run))?.entries.map(({ body }) => body) ?? [];
    if (!bodies.some(({ kind }) => kind === 'end'))
      throw new GodwitError('NotFound', `${run} has no end yet: findings come after it`, { hint: 'godwit drill list' });
    const number = bodies.filter(({ kind }) => kind === 'finding').length + 1;
    const finding: Finding = { number, ...words, by: actor };
    try {
      await records.append(run, [{ atMs: clock.nowMs(), monoMs: clock.monoMs(), body: { kind: 'finding', finding } }]);
      return finding;
    } catch (error) {
      const isOvertaken = error instanceof GodwitError && error.code === 'RevisionConflict';
      if (!isOvertaken || tries === mostTries) throw error;
    }
  }
}
