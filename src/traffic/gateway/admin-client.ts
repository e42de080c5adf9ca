/** What the gateway's admin API says, as the three-valued answers of the ports. */
import type { Reply, Seen } from '../../model/outcome.ts';
import { pinnedCode } from '../../model/pin.ts';
import type { ReadCall } from '../../ports/call.ts';
import type { Clock } from '../../ports/clock.ts';
import { ask, isObject, textOf } from './ask.ts';

export interface AdminClient {
  /** Unknown where `ofStatus` does not believe the answer. */
  read<T>(path: string, call: ReadCall, ofStatus: (status: number, value: unknown) => T | undefined): Promise<Seen<T>>;
  /** Unknown where it was done and `ofValue` does not believe the answer. */
  change<T>(question: Question, call: ReadCall, ofValue: (value: unknown) => T | undefined): Promise<Reply<T>>;
  /** A change whose answer says nothing more. */
  write(question: Question, call: ReadCall): Promise<Reply<void>>;
}

interface Question {
  readonly method: 'PUT' | 'POST';
  readonly path: string;
  readonly body?: unknown;
}

export function createAdminClient(socketPath: string, clock: Clock): AdminClient {
  const change: AdminClient['change'] = async ({ method, path, body }, call, ofValue) => {
    const answer = await ask(socketPath, method, path, body, call.signal);
    if (answer.kind !== 'answered')
      return { kind: answer.kind === 'not-sent' ? 'refused' : 'unknown', error: answer.error };
    if (answer.status !== 200) return refusalOf(answer.status, answer.value);
    const value = ofValue(answer.value);
    if (value !== undefined) return { kind: 'done', value };
    return { kind: 'unknown', error: { class: 'unknown', code: 'Status200', message: 'an answer of another shape' } };
  };
  return {
    change,
    async read(path, call, ofStatus) {
      const answer = await ask(socketPath, 'GET', path, undefined, call.signal);
      if (answer.kind !== 'answered') return { kind: 'unknown', error: answer.error };
      const value = ofStatus(answer.status, answer.value);
      if (value !== undefined) return { kind: 'seen', value, asOfMs: clock.nowMs() };
      const code = `Status${answer.status}`;
      return { kind: 'unknown', error: { class: 'unknown', code, message: textOf(answer.value) } };
    },
    async write(question, call) {
      const reply = await change(question, call, () => true);
      return reply.kind === 'done' ? { kind: 'done', value: undefined } : reply;
    },
  };
}

/** Where a deployment is in the admin API. */
export function routePath(deployment: string): string {
  return `/v1/routes/${encodeURIComponent(deployment)}`;
}

/** Conflicts that say by their code what is in the way; any other is about numbers that are too old. */
const conflicts: ReadonlySet<unknown> = new Set([pinnedCode, 'HasWeight', 'Busy', 'Lifted']);

function refusalOf(status: number, value: unknown): Extract<Reply<never>, { kind: 'refused' }> {
  const error = { code: `Status${status}`, message: textOf(value) };
  if (status === 409) {
    const said = isObject(value) && 'code' in value && conflicts.has(value.code) ? String(value.code) : 'Stale';
    return { kind: 'refused', error: { ...error, class: 'conflict', code: said } };
  }
  return { kind: 'refused', error: { ...error, class: status >= 500 ? 'transient' : 'invalid' } };
}
