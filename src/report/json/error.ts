/** An error for machines. */
import type { GodwitError } from '../../errors.ts';

/** `kind: Error` with the stable code; text is not sanitized, JSON escapes it. */
export function errorDocument(error: GodwitError, exitCode: number) {
  return {
    kind: 'Error',
    code: error.code,
    blame: error.blame,
    message: error.message,
    ...(error.hint === undefined ? {} : { hint: error.hint }),
    details: error.details,
    exit: exitCode,
  };
}
