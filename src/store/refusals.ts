/** What every store answers when somebody else was first. */
import { GodwitError } from '../errors.ts';
import type { Operation, OperationRequest } from '../model/operation.ts';

/** A controller that lost its lease without noticing must not write a word more. */
export function leaseLost(
  deployment: string,
  epochs: { readonly newest: number; readonly epoch: number },
): GodwitError {
  const { newest, epoch } = epochs;
  return new GodwitError('LeaseLost', `the lease of ${deployment} is at epoch ${newest}, this writer at ${epoch}`, {
    hint: `see who holds it: godwit status ${deployment}`,
    details: { deployment, newest, epoch },
  });
}

/** Exactly one of two requests over the same revision wins; the other is told who did (I31). */
export function revisionConflict(
  { deployment }: { readonly deployment: string },
  { present: revision, yours }: { readonly present: number; readonly yours: number },
  winner = 'nobody yet',
): GodwitError {
  return new GodwitError(
    'RevisionConflict',
    `${deployment} changed meanwhile (revision ${revision}, yours ${yours}); last: ${winner}`,
    { hint: `look again: godwit status ${deployment}`, details: { deployment, revision, yours, winner } },
  );
}

/** Names the newer of the two. */
export function lastChange(
  request: OperationRequest | undefined,
  operation: Operation | undefined,
): string | undefined {
  if (operation !== undefined && operation.openedAtMs >= (request?.atMs ?? 0)) {
    return `${operation.plan.kind} ${operation.id} by ${operation.by.name}@${operation.by.host}`;
  }
  return request === undefined
    ? undefined
    : `${request.kind} ${request.id} asked by ${request.by.name}@${request.by.host}`;
}
