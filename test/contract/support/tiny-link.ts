/** A session's way to the tiny cloud: every answer, and none, becomes a value; a call that is over asks nothing. */
import type { Clock, ErrorClass, ProviderError, ReadCall } from '../../../src/testkit/index.ts';
import { type Action, type Ask, CloudError, type Given, type Take } from './tiny-cloud.ts';

export type Told<T> =
  | { readonly kind: 'done'; readonly value: T }
  | { readonly kind: 'refused' | 'unknown'; readonly error: ProviderError };

/** What was not done. */
export type Failed = Exclude<Told<never>, { kind: 'done' }>;

export type Link = <A extends Action>(action: A, ask: Ask<A>, call: ReadCall) => Promise<Told<Given<A>>>;

const classes: Readonly<Record<string, ErrorClass>> = {
  ...{ SoldOut: 'capacity', OverLimit: 'quota', Denied: 'auth', TooMany: 'throttled', BadShape: 'invalid' },
  ...{ NoSuchMachine: 'not-found', Internal: 'transient' },
  ...{ NameTaken: 'conflict', OtherBoot: 'conflict', NotAsleep: 'conflict', StaleMark: 'conflict' },
};

export function classOf(code: string): ErrorClass {
  return classes[code] ?? 'unknown';
}

export function refused(errorClass: ErrorClass, code: string, message: string): Failed {
  return { kind: 'refused', error: { class: errorClass, code, message } };
}

export function unknown(code: string, message: string): Failed {
  return { kind: 'unknown', error: { class: 'unknown', code, message } };
}

export function openLink(take: Take, clock: Clock): Link {
  return async (action, ask, { signal, deadlineAtMonoMs }) => {
    const leftMs = deadlineAtMonoMs - clock.monoMs();
    if (signal.aborted || leftMs <= 0) return refused('transient', 'CallOver', `${action} was not asked for: too late`);
    const over = Promise.withResolvers<Failed>();
    const giveUp = (): void => over.resolve(unknown('GivenUp', `${action} was given up`));
    const cancel = clock.after(leftMs, () => over.resolve(unknown('TimedOut', `${action} had no answer in time`)));
    signal.addEventListener('abort', giveUp, { once: true });
    try {
      return await Promise.race([answerOf(take(action, ask)), over.promise]);
    } finally {
      cancel();
      signal.removeEventListener('abort', giveUp);
    }
  };
}

async function answerOf<T>(taking: Promise<T>): Promise<Told<T>> {
  try {
    return { kind: 'done', value: await taking };
  } catch (error) {
    if (error instanceof CloudError) return refused(classOf(error.code), error.code, error.message);
    return unknown('NoAnswer', String(error));
  }
}
