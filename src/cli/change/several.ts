/** The same for several deployments, one after the other: each with its own result, and the worst of them ends the command. */
import { GodwitError } from '../../errors.ts';
import type { App } from '../app.ts';
import type { Outcome } from '../command.ts';
import { type Exit, exitOfError } from '../exit-codes.ts';
import { leftBy } from '../what-changed.ts';
import { interruptedOutcome } from './outcome.ts';

/** The worst first; what is not named is good. */
const byBadness: readonly Exit[] = [
  ...([
    'interrupted',
    'terminated',
    'unknown',
    'leaseLost',
    'failed',
    'returned',
    'credentials',
    'noCapacity',
  ] as const),
  ...(['refused', 'leaseHeld', 'approval', 'usage', 'stillRunning', 'inProgress', 'changes'] as const),
];

export interface Part {
  readonly deployment: string;
  run(): Promise<Outcome>;
}

/** After a Ctrl-C nothing more is begun. One that throws is told beside the others: what they have done is done. */
export async function runSeveral(kind: string, parts: readonly Part[], app: App): Promise<Outcome> {
  const outcomes: Outcome[] = [];
  for (const { deployment, run } of parts)
    outcomes.push(app.interrupted.aborted ? interruptedOutcome(deployment, app) : await run().catch(failed));
  const name = (index: number): string => parts[index]?.deployment ?? '';
  const exit = byBadness.find((each) => outcomes.some((outcome) => outcome.exit === each)) ?? 'done';
  const noted = outcomes.flatMap(({ note }, index) => (note === undefined ? [] : [`${name(index)}: ${note}`]));
  return {
    exit,
    json: {
      kind,
      items: outcomes.map((outcome, index) => ({ ...outcome.json, deployment: name(index), exit: outcome.exit })),
    },
    text: outcomes.flatMap(({ text }) => text ?? []).join('\n'),
    ...(noted.length === 0 ? {} : { note: noted.join('\n') }),
  };
}

function failed(thrown: unknown): Outcome {
  if (!(thrown instanceof GodwitError)) throw thrown;
  const { code, message, hint } = thrown;
  const left = leftBy(code).text;
  return {
    exit: exitOfError[code],
    json: { kind: 'Error', code, message },
    note: [`error: ${message}`, hint, left].filter((line) => line !== undefined).join('\n  '),
  };
}
