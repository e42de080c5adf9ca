/** A provider that is made wrong on purpose, in one way that a hurry explains, and the promise it breaks. */
import type { Provider, ReadCall, WriteCall } from '../../../src/testkit/index.ts';
import type { Action, Ask, Given, Machine } from './tiny-cloud.ts';
import type { Link, Told } from './tiny-link.ts';
import type { Tools, Twist } from './tiny-provider.ts';

export interface Wrong {
  /** What it does, as a sentence without its subject. */
  readonly name: string;
  readonly twist: Twist;
  /** The case that must refuse it, by its name. */
  readonly breaks: string;
  /** What the refusal says. */
  readonly says: string;
}

/** Of a method that the truthful one has, where its type says that it may have none. */
export const nothingSeen = {
  kind: 'unknown',
  error: { class: 'unknown', code: 'NoMethod', message: 'the truthful one has it' },
} as const;

/** Answers otherwise. */
export function answering(session: NonNullable<Twist['session']>): Twist {
  return { session };
}

/** Makes one call otherwise; `good` is the way to go on with. */
export function calling<A extends Action>(
  action: A,
  change: (ask: Ask<A>, call: ReadCall, good: Link) => Promise<Told<Given<A>>>,
): Twist {
  const link = (good: Link) =>
    ((...asked: Parameters<Link>) =>
      asked[0] === action ? change(asked[1] as Ask<A>, asked[2], good) : good(...asked)) as Link;
  return { link };
}

/** Sees only these machines. */
export function overlooking(isSeen: (machine: Machine) => boolean): NonNullable<Twist['tools']> {
  return ({ all }) => ({
    async all(call) {
      const told = await all(call);
      return told.kind === 'done' ? { kind: 'done', value: told.value.filter(isSeen) } : told;
    },
  });
}

/** Starts otherwise. */
export function starting(start: (good: Provider, tools: Tools) => Provider['start']): Twist {
  return { session: (good, tools) => ({ start: start(good, tools) }) };
}

/** Stops otherwise. */
export function stopping(stop: (good: Provider, tools: Tools) => Provider['stop']): Twist {
  return { session: (good, tools) => ({ stop: stop(good, tools) }) };
}

/** A call that is never given up. */
export function withoutSignal<C extends Pick<WriteCall, 'signal'>>(call: C): C {
  return { ...call, signal: new AbortController().signal };
}

/** A call that may take for ever. */
export function withoutDeadline<C extends Pick<WriteCall, 'deadlineAtMonoMs'>>(call: C): C {
  return { ...call, deadlineAtMonoMs: Number.POSITIVE_INFINITY };
}
