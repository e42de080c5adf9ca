/** Azure's errors in all their shapes, each read into those that the table takes. */
import type { RawError } from '../../model/error-verdict.ts';
import { type Fields, fieldsOf, itemsOf, retryAfterOf, textOf, wholeOf } from '../../model/wire-fields.ts';

/** An answer as it came; the body may be text that is not JSON. */
export interface AzureAnswer {
  readonly status: number | undefined;
  readonly body: unknown;
  /** Lower-case names. */
  readonly headers?: Readonly<Record<string, string | undefined>>;
}

/** Deeper details are not read. */
const deepest = 5;
/** More errors than this are not read. */
const mostErrors = 20;

/**
 * An answer that refuses, `{error:{code,message,details[],innererror}}` or the same without `error`; and the last word of a
 * long-running operation, `{status:"Failed",error:{…}}`: the cause comes late, inside a poll that is HTTP 200. The outermost
 * comes first. `nowMs` (epoch): for a wait that is given as a date.
 */
export function readAzureErrors({ status, body, headers = {} }: AzureAnswer, nowMs: number): readonly RawError[] {
  const outer = fieldsOf(parsed(body));
  const error = outer['error'] === undefined ? outer : fieldsOf(outer['error']);
  // A poll's own status says nothing of what it reports.
  const said = status !== undefined && status < 400 ? undefined : status;
  const found = errorsIn(error, 0).slice(0, mostErrors);
  const wait = waitOf(headers, nowMs);
  const named = found.length > 0 ? found : [{ code: undefined, message: textOf(body) }];
  return named.map((each) => ({ ...each, status: said, ...wait }));
}

/**
 * What `@azure/core-rest-pipeline` and `@azure/identity` throw. Where no answer came there is no status, and the code is
 * Node's own or the name.
 */
export function readAzureThrown(thrown: unknown, nowMs: number): readonly RawError[] {
  const error = fieldsOf(thrown);
  const response = fieldsOf(error['response']);
  const status = wholeOf(error['statusCode']) ?? wholeOf(response['status']);
  const name = textOf(error['name']);
  const own: RawError = {
    code: textOf(error['code']) ?? (name === 'Error' || name === 'RestError' ? undefined : name),
    status,
    message: textOf(error['message']),
  };
  const body = textOf(response['bodyAsText']) ?? error['details'];
  if (status === undefined || body === undefined) return [own];
  const read = readAzureErrors({ status, body, headers: headersOf(response['headers']) }, nowMs);
  return read.some(({ code }) => code !== undefined) ? read : [{ ...own, ...read[0], code: own.code }];
}

/**
 * A machine that failed after its launch was accepted, from its instance view: a code such as
 * `ProvisioningState/failed/AllocationFailed`. Empty while nothing failed.
 */
export function readInstanceView(view: unknown): readonly RawError[] {
  return itemsOf(fieldsOf(view)['statuses']).flatMap((each) => {
    const { code, message } = fieldsOf(each);
    const failed = /^ProvisioningState\/failed(?:\/(?<code>[A-Za-z]+))?$/i.exec(textOf(code) ?? '');
    return failed === null ? [] : [{ code: failed.groups?.['code'], status: undefined, message: textOf(message) }];
  });
}

type Said = Pick<RawError, 'code' | 'message'>;

function errorsIn(error: Fields, depth: number): readonly Said[] {
  const code = textOf(error['code']);
  const own = code === undefined ? [] : [{ code, message: textOf(error['message']) }];
  if (depth >= deepest) return own;
  const details = itemsOf(error['details']).flatMap((each) => errorsIn(fieldsOf(each), depth + 1));
  // What is inside says the same more exactly, in words of the service's own: it counts only where nothing else is said.
  if (own.length > 0 || details.length > 0) return [...own, ...details];
  return errorsIn(fieldsOf(error['innererror']), depth + 1);
}

function parsed(body: unknown): unknown {
  if (typeof body !== 'string') return body;
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

/** Azure's own header is in milliseconds; the standard one holds seconds or a date; some answers have none. */
export function waitOf(
  headers: Readonly<Record<string, string | undefined>>,
  nowMs: number,
): { readonly retryAfterMs?: number } {
  const ownMs = wholeOf(headers['retry-after-ms'] ?? headers['x-ms-retry-after-ms']);
  if (ownMs !== undefined) return { retryAfterMs: ownMs };
  const header = headers['retry-after'];
  const untilMs = Date.parse(header ?? '');
  const isDate = header !== undefined && wholeOf(header) === undefined && !Number.isNaN(untilMs);
  return isDate ? retryAfterOf(Math.max(0, Math.ceil((untilMs - nowMs) / 1000))) : retryAfterOf(header);
}

/** The pipeline's headers have `get`; a plain object does for tests and for answers read otherwise. */
function headersOf(headers: unknown): Readonly<Record<string, string | undefined>> {
  const get = fieldsOf(headers)['get'];
  const names = ['retry-after', 'retry-after-ms', 'x-ms-retry-after-ms'];
  return Object.fromEntries(
    names.map((name) => [name, textOf(typeof get === 'function' ? get.call(headers, name) : fieldsOf(headers)[name])]),
  );
}
