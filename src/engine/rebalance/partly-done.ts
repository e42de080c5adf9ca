/** A failure between two changes of a rebalancing, told with what had been done by then. */
import type { SiteMove } from '../../core/placement/site-moves.ts';
import { GodwitError } from '../../errors.ts';
import { textOf } from './site-move.ts';

/** `done`: what had come to its end; `left`: the rest, the first of which may have been begun. Anything but a `GodwitError` stays as it is. */
export function partlyDone(thrown: unknown, done: readonly SiteMove[], left: readonly SiteMove[]): unknown {
  if (!(thrown instanceof GodwitError)) return thrown;
  const list = (moves: readonly SiteMove[]): string => (moves.length === 0 ? 'nothing' : moves.map(textOf).join('; '));
  const message = `${thrown.message}. Until then ${done.length} of ${done.length + left.length} changes were done: ${list(done)}. Not done: ${list(left)}`;
  const deployments = [...new Set([...done, ...left.slice(0, 1)].map(({ deployment }) => deployment))];
  const look = `no rule is broken by what was done; the record has it: ${deployments.map((name) => `godwit history ${name}`).join(', ')}`;
  // An error of the store is read as one of before anything was asked for: of this one that would be a lie.
  return new GodwitError(thrown.code === 'OutcomeUnknown' ? 'OutcomeUnknown' : 'OperationFailed', message, {
    hint: thrown.hint === undefined ? look : `${thrown.hint}; ${look}`,
    cause: thrown,
    details: { ...thrown.details, done: done.map(textOf), left: left.map(textOf) },
  });
}
