/** What became of a request to Compute Engine that was not answered with success. */
import type { ProviderError } from '../../model/provider-error.ts';
import { notSent, type Told } from '../shared/told.ts';
import { classifyGcpErrors } from './errors.ts';
import { readGcpThrown } from './wire-errors.ts';

/** Thrown before anything is sent. */
class NoCredentialsError extends Error {}

/** No credentials, or none that give a token: nothing was sent. */
export function noCredentials(message: string): Error {
  return new NoCredentialsError(message);
}

/** There was no connection to send it over. */
const unreachable = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']);
/**
 * Refused only where Google said so by a reason that stands, or where nothing was sent. An error of the server's own (5xx
 * that is not one of its known refusals) says as little of what was done as no answer does.
 */
export function outcomeOf(thrown: unknown): Told<never> {
  const raws = readGcpThrown(thrown);
  const verdict = thrown instanceof NoCredentialsError ? noCredentialsVerdict : classifyGcpErrors(raws);
  const [raw] = raws;
  const code = thrown instanceof NoCredentialsError ? 'NoCredentials' : (raw?.code ?? 'NoCode');
  const message = raw?.message ?? '';
  if (unreachable.has(code)) return notSent(code, message);
  const wait = verdict.retryAfterMs === undefined ? {} : { retryAfterMs: verdict.retryAfterMs };
  const error: ProviderError = { class: verdict.class, code, message, ...wait };
  // Without a status there was no answer.
  const isAnswered = raw?.status !== undefined || thrown instanceof NoCredentialsError;
  const isSettled = isAnswered && verdict.retry !== 'read-back' && verdict.class !== 'transient';
  return isSettled ? { kind: 'refused', error, verdict } : { kind: 'unknown', error };
}

const noCredentialsVerdict = classifyGcpErrors([{ code: 'UNAUTHENTICATED', status: undefined, message: undefined }]);
