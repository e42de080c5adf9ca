/** Whether a value is shaped like a route entry: what comes over the admin socket or from disk is believed only then. */
import type { RouteEntry } from '../model/route.ts';

/** A look at the shape; what the values mean is judged by `acceptEntry`. */
export function isWholeEntry(value: unknown): value is RouteEntry {
  return (
    isObject(value) &&
    typeof value['deployment'] === 'string' &&
    isCount(value['epoch']) &&
    isCount(value['routeVersion']) &&
    isMatch(value['match']) &&
    isObject(value['weights']) &&
    (value['before'] === undefined || isObject(value['before'])) &&
    isCount(value['firstTokenLimitMs']) &&
    typeof value['journalHead'] === 'string' &&
    isListOf(value['sites'], isSite) &&
    isListOf(value['spill'], isSpill)
  );
}

const states: ReadonlySet<unknown> = new Set(['serving', 'suspect', 'draining']);

function isMatch(value: unknown): boolean {
  return isObject(value) && ['host', 'pathPrefix', 'model'].every((key) => isTextIfAny(value[key]));
}

function isTextIfAny(value: unknown): boolean {
  return value === undefined || typeof value === 'string';
}

function isSite(value: unknown): boolean {
  return isObject(value) && typeof value['site'] === 'string' && isListOf(value['replicas'], isReplica);
}

function isReplica(value: unknown): boolean {
  return (
    isObject(value) &&
    ['id', 'bootId', 'url'].every((key) => typeof value[key] === 'string') &&
    states.has(value['state'])
  );
}

function isSpill(value: unknown): boolean {
  return isObject(value) && typeof value['site'] === 'string' && typeof value['provenForMs'] === 'number';
}

/** No list and not null. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A whole number from 0 up. */
export function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

/** Also an empty one. */
export function isListOf(value: unknown, isWhole: (each: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(isWhole);
}
