/** A change is shown, then asked for, then made. How much is asked depends on the danger. */
import type { Danger } from '../model/forecast.ts';
import type { App } from './app.ts';
import type { Globals, Outcome } from './command.ts';
import type { Output } from './output.ts';

export interface Question {
  /** What would be done, as lines. */
  readonly what: string;
  readonly danger: Danger;
  /** What is typed to confirm something severe: the deployment's name, or the site's. */
  readonly name: string;
  /** The exact command that would do it without asking. */
  readonly command: string;
}

export interface Confirmation {
  readonly yes: boolean;
  readonly confirm: string | undefined;
  readonly globals: Globals;
}

export type Confirmed =
  /** By what was typed, or because nothing needs it. */
  | { readonly kind: 'given' }
  /** By an answer, which may have taken its time. */
  | { readonly kind: 'answered' }
  | { readonly kind: 'declined'; readonly outcome: Outcome };

/** Undefined: go on. Otherwise how the command ends, with nothing changed. */
export async function confirm(
  question: Question,
  typed: Confirmation,
  app: App,
  out: Output,
): Promise<Outcome | undefined> {
  const confirmed = await askToConfirm(question, typed, app, out);
  return confirmed.kind === 'declined' ? confirmed.outcome : undefined;
}

/** The same, and whether somebody was asked. */
export async function askToConfirm(question: Question, typed: Confirmation, app: App, out: Output): Promise<Confirmed> {
  const { danger, name, what } = question;
  if (typed.confirm !== undefined && typed.confirm !== name)
    return declined(cancelled(`--confirm says "${typed.confirm}" and not "${name}".`));
  const isSevere = danger.level === 'severe';
  const isGiven = typed.confirm === name || (typed.yes && !isSevere) || danger.level === 'mild';
  if (isGiven) {
    out.note(what);
    return { kind: 'given' };
  }
  const canAsk = typed.globals.mayAsk && app.terminal.stdin.isTty && !app.terminal.isUnattended;
  if (!canAsk || (isSevere && typed.yes)) return declined(approvalMissing(question, typed.yes));
  out.warn(what);
  const answer = await app.ask(isSevere ? `Type ${name} to go on: ` : 'Go on? [y/N] ');
  const isMeant = isSevere ? answer?.trim() === name : answer !== undefined && /^y(es)?$/i.test(answer.trim());
  return isMeant ? { kind: 'answered' } : declined(cancelled(''));
}

function declined(outcome: Outcome): Confirmed {
  return { kind: 'declined', outcome };
}

function cancelled(why: string): Outcome {
  return {
    exit: 'approval',
    json: { kind: 'Cancelled', changed: false },
    note: `${why} Nothing was changed.`.trim(),
  };
}

function approvalMissing({ what, command, danger }: Question, saidYes: boolean): Outcome {
  const why = saidYes
    ? `--yes does not cover what is severe (${danger.why.join('; ')}): it needs --confirm.`
    : 'nobody to ask.';
  return {
    exit: 'approval',
    json: { kind: 'ApprovalMissing', would: what.split('\n'), danger, command, changed: false },
    text: what,
    note: `Nothing was changed: ${why} To do it:  ${command}`,
  };
}
