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

/** A length of time in one or two units: `840ms`, `4.2s`, `45s`, `1m32s`, `12m`, `2h05m`, `3d`. */
export function span(ms: number): string {
  if (ms < 0) return '0s';
  if (ms < 1000) return `${Math.round(ms)}ms`;
  if (ms < 9_950) return `${(ms / 1000).toFixed(1).replace(/\.0$/, '')}s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 10) return seconds % 60 === 0 ? `${minutes}m` : `${minutes}m${two(seconds % 60)}s`;
  if (minutes < 60) return `${minutes}m`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return minutes % 60 === 0 ? `${hours}h` : `${hours}h${two(minutes % 60)}m`;
  return `${Math.floor(hours / 24)}d`;
}

/** An age or countdown: whole seconds from one second on, `0s` below. */
export function age(ms: number): string {
  return ms < 1000 ? '0s' : span(Math.floor(ms / 1000) * 1000);
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}
