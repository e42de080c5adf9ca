/** Google Cloud's errors in all their shapes, each read into those that the table takes. */
import type { RawError } from '../../model/error-verdict.ts';
import { type Fields, fieldsOf, itemsOf, retryAfterOf, textOf, wholeOf } from '../../model/wire-fields.ts';

/** An answer as it came, with the body parsed. */
export interface GcpAnswer {
  readonly status: number | undefined;
  readonly body: unknown;
  /** The `Retry-After` header. */
  readonly retryAfter?: string | undefined;
}

/** More errors than this are not read. */
const mostErrors = 20;

/**
 * An answer that refuses: `{error:{code,message,errors:[{reason,message,domain}],details[],status}}`, where `status` and
 * `details` may be missing. The reasons of `errors` come first, then that of `details`, then `status`.
 */
export function readGcpErrors({ status, body, retryAfter }: GcpAnswer): readonly RawError[] {
  const error = fieldsOf(fieldsOf(body)['error']);
  const wait = retryAfterOf(retryAfter);
  const message = textOf(error['message']);
  const said = status ?? wholeOf(error['code']);
  const reasons = itemsOf(error['errors']).slice(0, mostErrors).map(fieldsOf);
  const named = reasons.flatMap((each) => {
    const code = textOf(each['reason']);
    return code === undefined ? [] : [{ code, status: said, message: textOf(each['message']) ?? message, ...wait }];
  });
  if (named.length > 0) return named;
  return [{ code: reasonIn(error) ?? textOf(error['status']), status: said, message, ...wait }];
}

/**
 * An operation that is over, `{error:{errors:[{code,message}]}}`: the request was HTTP 200, and there may be several causes.
 * Its own HTTP status is left out, as 403 there is a quota more often than a credential. Empty when nothing failed.
 */
export function readOperationErrors(operation: unknown): readonly RawError[] {
  return itemsOf(fieldsOf(fieldsOf(operation)['error'])['errors'])
    .slice(0, mostErrors)
    .map(fieldsOf)
    .map((each) => ({ code: textOf(each['code']), status: undefined, message: textOf(each['message']) }));
}

/** The names of gRPC's numbers, in order: google-gax puts the number in place of the HTTP status. */
const grpcNames = [
  ...['OK', 'CANCELLED', 'UNKNOWN', 'INVALID_ARGUMENT', 'DEADLINE_EXCEEDED', 'NOT_FOUND', 'ALREADY_EXISTS'],
  ...['PERMISSION_DENIED', 'RESOURCE_EXHAUSTED', 'FAILED_PRECONDITION', 'ABORTED', 'OUT_OF_RANGE', 'UNIMPLEMENTED'],
  ...['INTERNAL', 'UNAVAILABLE', 'DATA_LOSS', 'UNAUTHENTICATED'],
];
/** The status it came from. Where it may also mean that no answer came, there is none. */
const statusOfGrpc: Readonly<Record<string, number>> = {
  ...{ INVALID_ARGUMENT: 400, UNAUTHENTICATED: 401, PERMISSION_DENIED: 403, NOT_FOUND: 404 },
  ...{ ABORTED: 409, ALREADY_EXISTS: 409, RESOURCE_EXHAUSTED: 429, INTERNAL: 500 },
};

/**
 * What `@google-cloud/compute` (google-gax) and `google-auth-library` throw. Where no answer came there is no status, and the
 * code is Node's own.
 */
export function readGcpThrown(thrown: unknown): readonly RawError[] {
  const error = fieldsOf(thrown);
  const answered = wholeOf(error['httpStatusCode']);
  const body = bodyOf(thrown);
  if (body !== undefined) return readGcpErrors({ status: answered, body });
  const response = fieldsOf(error['response']);
  const data = fieldsOf(response['data']);
  if (data['error'] !== undefined) return readGcpErrors({ status: wholeOf(response['status']), body: data });
  const number = wholeOf(error['code']);
  const name = number === undefined ? undefined : grpcNames[number];
  const httpStatus = number !== undefined && number >= 100 ? number : wholeOf(response['status']);
  const status = answered ?? (name === undefined ? httpStatus : statusOfGrpc[name]);
  const message = textOf(error['message']);
  const kept = { error: { message, errors: error['errors'], details: error['details'] } };
  const read = readGcpErrors({ status, body: kept });
  if (read.some(({ code }) => code !== undefined)) return read;
  const broken = status === undefined ? brokenBy(thrown) : undefined;
  return [{ code: broken ?? textOf(error['reason']) ?? name ?? textOf(error['code']), status, message }];
}

/** Errors inside errors that are looked into. */
const mostCauses = 5;

/** Node's own code of a connection that gave no answer: google-gax wraps it twice, and calls all of them UNAVAILABLE. */
function brokenBy(thrown: unknown): string | undefined {
  let at = fieldsOf(thrown);
  for (let depth = 0; depth < mostCauses; depth += 1) {
    const code = textOf(at['code']);
    if (code !== undefined && /^E[A-Z_]+$/.test(code)) return code;
    at = fieldsOf(at['cause']);
  }
  return undefined;
}

/** Where google-gax 6.17 keeps the whole answer: what it makes of it has lost the reasons. */
const payload = Symbol.for('google-gax.rawHttpResponsePayload');

/** Undefined when nothing of the kind was answered, as behind a proxy. */
function bodyOf(thrown: unknown): unknown {
  const raw = (fieldsOf(thrown) as { readonly [payload]?: unknown })[payload];
  const body = typeof raw === 'string' ? parsedOf(raw) : raw;
  return fieldsOf(body)['error'] === undefined ? undefined : body;
}

function parsedOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Of the detail of type `google.rpc.ErrorInfo`. */
function reasonIn(error: Fields): string | undefined {
  const reasons = itemsOf(error['details']).map((each) => textOf(fieldsOf(each)['reason']));
  return reasons.find((reason) => reason !== undefined);
}
