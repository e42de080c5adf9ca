/** EC2's errors in all their shapes, each read into the one that the table takes. */
import type { RawError } from '../../model/error-verdict.ts';
import { type Fields, fieldsOf, retryAfterOf, textOf, wholeOf } from '../../model/wire-fields.ts';

/**
 * What the SDK throws: its `name` is EC2's code, and `$metadata.httpStatusCode` the status. Where no answer came there is no
 * status, and Node's own `code` says more. Checked 2026-11-26: @aws-sdk/client-ec2 3.1169.0.
 */
export function readAwsError(thrown: unknown): RawError {
  const error = fieldsOf(thrown);
  const status = wholeOf(fieldsOf(error['$metadata'])['httpStatusCode']) ?? wholeOf(responseOf(error)['statusCode']);
  const name = textOf(error['name']);
  // A body that could not be read, as behind a proxy: the name is of JavaScript, not of EC2.
  const isTheirs = name !== undefined && !['Error', 'SyntaxError', 'TypeError', 'UnknownError'].includes(name);
  return {
    code: textOf(error['Code']) ?? (isTheirs ? name : undefined) ?? textOf(error['code']),
    status,
    message: textOf(error['message']) ?? (typeof thrown === 'string' ? thrown : undefined),
    ...retryAfterOf(fieldsOf(responseOf(error)['headers'])['retry-after']),
  };
}

/** `CreateFleet` answers 200, and says in `Errors` what could not be had; each is about one offer of those asked for. */
export function readFleetErrors(
  errors: readonly { readonly ErrorCode?: string | undefined; readonly ErrorMessage?: string | undefined }[],
): readonly RawError[] {
  return errors.map(({ ErrorCode, ErrorMessage }) => ({ code: ErrorCode, status: undefined, message: ErrorMessage }));
}

/** Why an instance that was granted has ended: capacity is refused here too, after a launch that was accepted. */
export function readStateReason(
  reason: { readonly Code?: string | undefined; readonly Message?: string | undefined } | undefined,
): RawError | undefined {
  if (reason?.Code === undefined) return undefined;
  return { code: reason.Code, status: undefined, message: reason.Message };
}

function responseOf(error: Fields): Fields {
  return fieldsOf(error['$response']);
}
