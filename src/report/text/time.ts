/** A wall-clock time as `03:21:07Z`. */
export function clockTime(atMs: number): string {
  return `${iso(atMs).slice(11, 19)}Z`;
}

/** A wall-clock time this many minutes ahead of UTC, as `04:21:07`. */
export function localTime(atMs: number, offsetMin: number): string {
  return clockTime(atMs + offsetMin * 60_000).slice(0, 8);
}

/** `+01:00`. */
export function offsetText(offsetMin: number): string {
  const ahead = Math.abs(offsetMin);
  return `${offsetMin < 0 ? '-' : '+'}${two(Math.floor(ahead / 60))}:${two(ahead % 60)}`;
}

/** The date in UTC, as `2026-11-23`. */
export function day(atMs: number): string {
  return iso(atMs).slice(0, 10);
}

/** ISO 8601 in UTC, for machines. */
export function iso(atMs: number): string {
  const date = new Date(atMs);
  return Number.isNaN(date.getTime()) ? new Date(0).toISOString() : date.toISOString();
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}
