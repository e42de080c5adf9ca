/** Durations and shares as people write them: `500ms`, `30s`, `5m`, `2h`, `7d`; `25%`. Never a bare number. */
import { z } from 'zod';
import { unitMs, writeDuration } from './write-duration.ts';

const durationPattern = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/;
const instantPattern = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(?:\.\d{1,3})?(Z|[+-]\d{2}:\d{2})$/;
const sharePattern = /^(\d+(?:\.\d+)?)%$/;
const ratePattern = /^(\d{1,7}(?:\.\d{1,3})?)rps$/;

/** Milliseconds, or undefined for anything that is not a duration. */
export function parseDuration(text: string): number | undefined {
  const [, number, unit] = durationPattern.exec(text) ?? [];
  const ms = Number(number) * (unitMs[unit ?? ''] ?? Number.NaN);
  return Number.isFinite(ms) ? Math.round(ms) : undefined;
}

/** Percent, 0–100, or undefined. */
export function parseShare(text: string): number | undefined {
  const [, number] = sharePattern.exec(text) ?? [];
  const percent = Number(number);
  return number !== undefined && percent <= 100 ? percent : undefined;
}

/** Requests a second, or undefined for anything that is not a rate above 0. */
export function parseRate(text: string): number | undefined {
  const perSecond = Number(ratePattern.exec(text)?.[1]);
  return perSecond > 0 ? perSecond : undefined;
}

/** Epoch milliseconds of a moment as RFC 3339 writes it, or undefined: for one without an offset too, which nobody could place. */
export function parseInstant(text: string): number | undefined {
  const [, local] = instantPattern.exec(text) ?? [];
  const ms = Date.parse(text);
  if (local === undefined || Number.isNaN(ms)) return undefined;
  // Some days that are not in the calendar would be taken for days of the next month.
  const day = Date.parse(`${local}Z`);
  return !Number.isNaN(day) && new Date(day).toISOString().startsWith(local) ? ms : undefined;
}

/** A timer of Node waits at most 2³¹ − 1 ms, 24.8 days; a longer one fires at once. https://nodejs.org/api/timers.html#settimeoutcallback-delay-args, 2026-11. */
const longest = '24d';

/** A duration of at least `leastMs` and at most `most`, as people write it. */
export function duration(description: string, leastMs = 1, most: string = longest) {
  return z
    .string({ error: () => 'a duration is written with its unit, such as 500ms, 30s or 5m' })
    .refine((text) => parseDuration(text) !== undefined, {
      error: 'a duration is written with its unit, such as 500ms, 30s or 5m',
      abort: true,
    })
    .refine((text) => (parseDuration(text) ?? 0) >= leastMs, { error: `must be at least ${writeDuration(leastMs)}` })
    .refine((text) => (parseDuration(text) ?? 0) <= (parseDuration(most) ?? 0), { error: `must be at most ${most}` })
    .meta({ description, examples: ['30s'], pattern: durationPattern.source });
}

const orOffError = (leastMs: number): string =>
  `write a duration of at least ${writeDuration(leastMs)}, such as 6h, or off`;

/** A duration of at least `leastMs`, or `off`. */
export function durationOrOff(description: string, leastMs = 1) {
  return z
    .string({ error: () => orOffError(leastMs) })
    .refine(
      (text) => {
        const ms = parseDuration(text);
        return text === 'off' || (ms !== undefined && ms >= leastMs && ms <= (parseDuration(longest) ?? 0));
      },
      { error: orOffError(leastMs) },
    )
    .meta({ description, examples: ['6h', 'off'], pattern: `^off$|${durationPattern.source}` });
}

const instantError = 'a time is written with its offset, such as 2026-12-19T00:00:00Z';

/** A moment, with its offset from UTC. */
export function instant(description: string) {
  return z
    .string({ error: () => instantError })
    .refine((text) => parseInstant(text) !== undefined, { error: instantError })
    .meta({ description, examples: ['2026-12-19T00:00:00Z'], pattern: instantPattern.source });
}

/** A share; `isWhole` allows no part of a percent. */
export function share(description: string, isWhole = false) {
  return z
    .string({ error: () => 'a share is written in percent, such as 25%' })
    .refine((text) => parseShare(text) !== undefined, {
      error: 'a share is written in percent from 0% to 100%, such as 25%',
      abort: true,
    })
    .refine((text) => !isWhole || Number.isInteger(parseShare(text)), { error: 'must be a whole percent' })
    .meta({ description, examples: ['50%'], pattern: sharePattern.source });
}

/** Requests a second, at most `most`. */
export function rate(description: string, most: number) {
  const error = `a rate is written such as 50rps, at most ${most}rps`;
  return z
    .string({ error: () => error })
    .refine((text) => (parseRate(text) ?? Number.POSITIVE_INFINITY) <= most, { error })
    .meta({ description, examples: ['50rps'], pattern: ratePattern.source });
}
