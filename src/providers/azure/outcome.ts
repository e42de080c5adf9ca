/** What an error of Azure's comes to: refused for certain, or not known. Pure. */
import type { Denial } from '../../model/denial.ts';
import type { Market, RawError } from '../../model/error-verdict.ts';
import { notSent, type Told } from '../shared/told.ts';
import { classifyAzureErrors } from './errors.ts';

/** A refusal, wherever it was said: in the answer to a request, or late by an operation that failed. */
export function refusalOf(raws: readonly RawError[], market: Market | undefined): Omit<Denial, 'offer'> {
  const [first] = raws;
  const verdict = classifyAzureErrors(raws, market);
  const code = first?.code ?? (first?.status === undefined ? 'NoCode' : `HTTP${first.status}`);
  const wait = verdict.retryAfterMs === undefined ? {} : { retryAfterMs: verdict.retryAfterMs };
  return { verdict, error: { class: verdict.class, code, message: first?.message ?? '', ...wait } };
}

/** There was no connection to send it over. */
const unreachable = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']);
/** No token was had, so nothing was asked of Azure Resource Manager. */
const tokenErrors = new Set([
  ...['CredentialUnavailableError', 'AuthenticationError', 'AggregateAuthenticationError'],
  'AuthenticationRequiredError',
]);

/**
 * Refused only where Azure said so by a code or a status that stands, or where nothing was sent. A server in trouble and an
 * error that is not known say as little of what was done as no answer does.
 */
export function outcomeOfErrors(raws: readonly RawError[], market: Market | undefined): Told<never> {
  const [first] = raws;
  const { error, verdict } = refusalOf(raws, market);
  const { code } = error;
  if (unreachable.has(code)) return notSent(code, error.message);
  const isAnswered = first?.status !== undefined || tokenErrors.has(code);
  const isSettled = isAnswered && verdict.retry !== 'read-back' && verdict.class !== 'transient';
  return isSettled ? { kind: 'refused', error, verdict } : { kind: 'unknown', error };
}
