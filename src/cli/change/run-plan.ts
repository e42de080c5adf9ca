/** A plan alone: shown, perhaps written to a file; nothing is asked, nothing is changed. */
import type { App } from '../app.ts';
import type { Outcome } from '../command.ts';
import type { Output } from '../output.ts';
import { interruptedOutcome } from './outcome.ts';
import { type Change, planOutcome } from './run-change.ts';

export interface PlanTerms {
  readonly out: string | undefined;
  readonly force: boolean;
  readonly detailedExitcode: boolean;
}

export async function runPlan(change: Change, terms: PlanTerms, app: App, out: Output): Promise<Outcome> {
  const { config, wish } = change;
  const preview = await app.preview(config, wish, app.interrupted);
  if (app.interrupted.aborted) return interruptedOutcome(wish.deployment, app);
  const outcome = planOutcome(preview, change, app, out);
  const { planned } = preview;
  const changes = planned !== undefined && outcome.exit === 'done' && preview.against.every(isTimely);
  const written = terms.out === undefined || planned === undefined ? undefined : terms.out;
  if (written !== undefined && planned !== undefined) {
    const { basis, plan } = planned;
    // With a library of its own, which help and completion have no use for.
    const { writePlanFile } = await import('./plan-file.ts');
    await writePlanFile(written, { changes, wish, basis, plan }, terms.force);
  }
  const note = [
    outcome.note,
    ...(written === undefined ? [] : [`Written to ${written}. To do it:  godwit apply --plan ${written}`]),
    ...(terms.out !== undefined && written === undefined ? ['Nothing was written: there is no plan.'] : []),
  ].join('\n');
  const exit = terms.detailedExitcode ? detailed(outcome.exit, changes) : outcome.exit;
  return { ...outcome, exit, note };
}

/** Only time stands against it. */
function isTimely({ code }: { readonly code: string }): boolean {
  return code !== 'AlreadyThere';
}

/** As terraform's: 0 nothing to change, 1 any error, 2 changes. */
function detailed(exit: Outcome['exit'], changes: boolean): Outcome['exit'] {
  if (exit !== 'done') return 'failed';
  return changes ? 'changes' : 'done';
}
