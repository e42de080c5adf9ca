/** A value from outside, read field by field: what is not of the kind asked for is not there. */
export type Fields = Readonly<Record<string, unknown>>;

/** An object's fields, those of an error too; of anything else: none. */
export function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}

/** Text that is not empty. */
export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** A whole number, also one written as text. */
export function wholeOf(value: unknown): number | undefined {
  const number = typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isInteger(number) ? number : undefined;
}

/** A list's items; of anything else: none. */
export function itemsOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** In milliseconds: longer waits are not believed. */
const longestWaitMs = 24 * 3_600_000;

/** From a `Retry-After` header that holds seconds. One with a date says nothing here: this room has no calendar. */
export function retryAfterOf(header: unknown): { readonly retryAfterMs?: number } {
  const seconds = wholeOf(header);
  return seconds === undefined || seconds < 0 ? {} : { retryAfterMs: Math.min(seconds * 1000, longestWaitMs) };
}
