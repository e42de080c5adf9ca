/** How lengths of time and weights are said: in messages, on the record and on screens alike. */
import type { Weights } from './route.ts';

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

/** More sites than this are counted. */
const mostSites = 8;

/** `site-a 75%, site-b 25%`; sites without weight are left out unless all are. At most eight. `nameOf`: a site's name, made harmless. */
export function weightsText(weights: Weights, nameOf: (site: string) => string = (site) => site): string {
  const some = Object.entries(weights).filter(([, weight]) => weight > 0);
  const shown = some.slice(0, mostSites).map(([site, weight]) => `${nameOf(site)} ${weight}%`);
  if (some.length > mostSites) shown.push(`${some.length - mostSites} more`);
  return shown.length === 0 ? 'no weight anywhere' : shown.join(', ');
}
