/** What a call to an AWS API came to when it threw. */
import { notSent, type Told } from '../shared/told.ts';
import { classifyAwsError } from './errors.ts';
import { readAwsError } from './wire-errors.ts';

/** There was no connection to send it over. */
const unreachable = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']);
/**
 * Refused only where EC2 said so by a code that stands, or where nothing was sent. An error of the server's own (5xx that
 * is not one of its known refusals) says as little of what was done as no answer does:
 * https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-idempotency.html, "Retry recommendations", checked 2026-11-26.
 */
export function awsOutcomeOf(thrown: unknown): Told<never> {
  const raw = readAwsError(thrown);
  const verdict = classifyAwsError(raw);
  const code = raw.code ?? 'NoCode';
  const message = raw.message ?? '';
  if (unreachable.has(code)) return notSent(code, message);
  const wait = verdict.retryAfterMs === undefined ? {} : { retryAfterMs: verdict.retryAfterMs };
  const error = { class: verdict.class, code, message, ...wait };
  // Without a status there was no answer; without credentials nothing to be answered was sent.
  const isAnswered = raw.status !== undefined || code === 'CredentialsProviderError';
  const isSettled = isAnswered && verdict.retry !== 'read-back' && verdict.class !== 'transient';
  return isSettled ? { kind: 'refused', error, verdict } : { kind: 'unknown', error };
}
