/** Azure's long-running operations: where they tell how they go on, and what they tell. Pure. */
import type { Denial } from '../../model/denial.ts';
import type { Market } from '../../model/error-verdict.ts';
import { fieldsOf, textOf } from '../../model/wire-fields.ts';
import type { Answer } from './arm.ts';
import { refusalOf } from './outcome.ts';
import { readAzureErrors, waitOf } from './wire-errors.ts';

export type Progress =
  /** `retryAfterMs`: not to be asked again before, in milliseconds. */
  | { readonly state: 'running'; readonly retryAfterMs?: number }
  | { readonly state: 'succeeded' }
  /** `canceled`: ended by somebody, such as by a deletion that came after it. */
  | ({ readonly state: 'failed' | 'canceled' } & Omit<Denial, 'offer'>);

/**
 * `Azure-AsyncOperation` where there is one, else `Location`; undefined when the request is over with its answer. Addresses
 * may be 4 KB long. https://learn.microsoft.com/azure/azure-resource-manager/management/async-operations, checked 2026-11-27.
 */
export function progressAddressOf({ status, header, body }: Answer): string | undefined {
  const isOpen = status === 201 || status === 202 || !isTerminal(provisioningStateOf(body) ?? 'Succeeded');
  return isOpen ? (header('azure-asyncoperation') ?? header('location')) : undefined;
}

/**
 * The answer of such an address: with a `status` of its own, or (of a `Location`) 202 while it runs and the result after.
 * Only `Succeeded`, `Failed` and `Canceled` are an end; every other word is none.
 */
export function readProgress(answer: Answer, market: Market | undefined, nowMs: number): Progress {
  const wait = { 'retry-after': answer.header('retry-after') };
  const running: Progress = { state: 'running', ...waitOf(wait, nowMs) };
  if (answer.status === 202) return running;
  const status = textOf(fieldsOf(answer.body)['status']) ?? provisioningStateOf(answer.body) ?? 'Succeeded';
  if (status === 'Succeeded') return { state: 'succeeded' };
  if (!isTerminal(status)) return running;
  const errors = readAzureErrors({ status: answer.status, body: answer.body }, nowMs);
  return { state: status === 'Failed' ? 'failed' : 'canceled', ...refusalOf(errors, market) };
}

function provisioningStateOf(body: unknown): string | undefined {
  return textOf(fieldsOf(fieldsOf(body)['properties'])['provisioningState']);
}

function isTerminal(status: string): boolean {
  return status === 'Succeeded' || status === 'Failed' || status === 'Canceled';
}
