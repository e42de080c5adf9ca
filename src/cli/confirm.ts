/** A change is shown, then asked for, then made. Moderate danger: `[y/N]`, and no is the default. */
import type { App } from './app.ts';
import type { Globals, Outcome } from './command.ts';
import type { Output } from './output.ts';

export interface Question {
  /** What would be done, as lines. */
  readonly what: string;
  /** The exact command that would do it without asking. */
  readonly command: string;
}

/** Undefined: go on. Otherwise how the command ends, with nothing changed. */
export async function confirm(
  question: Question,
  typed: { readonly yes: boolean; readonly globals: Globals },
  app: App,
  out: Output,
): Promise<Outcome | undefined> {
  if (typed.yes) return undefined;
  if (!typed.globals.mayAsk || !app.terminal.stdin.isTty || app.terminal.isUnattended) {
    return {
      exit: 'approval',
      json: { kind: 'ApprovalMissing', would: question.what.split('\n'), command: question.command, changed: false },
      text: question.what,
      note: `Nothing was changed: nobody to ask. To do it:  ${question.command}`,
    };
  }
  out.warn(question.what);
  const answer = await app.ask('Go on? [y/N] ');
  if (answer !== undefined && /^y(es)?$/i.test(answer.trim())) return undefined;
  return { exit: 'approval', json: { kind: 'Cancelled', changed: false }, note: 'Nothing was changed.' };
}
