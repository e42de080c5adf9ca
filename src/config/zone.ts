/** Whether this machine knows a time zone by that name. */
export function isZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch (error) {
    // Thrown for an unknown name alone: https://tc39.es/ecma402/#sec-createdatetimeformat, 2026-11.
    if (error instanceof RangeError) return false;
    throw error;
  }
}
