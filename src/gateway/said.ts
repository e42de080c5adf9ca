/** Whether what people and controllers say over the admin socket has its shape. */
import type { Actor } from '../model/operation.ts';
import { mostReasonLetters } from '../model/pin.ts';
import { isCount, isObject } from './entry-shape.ts';

const mostNameLetters = 200;

/** Who says it. Only what it says of itself is to be kept: see `actorOf`. */
export function isActor(by: unknown): by is Actor {
  return (
    isObject(by) &&
    (by['kind'] === 'person' || by['kind'] === 'controller') &&
    [by['name'], by['host']].every(isName) &&
    isCount(by['pid'])
  );
}

/** Without whatever else came along. */
export function actorOf({ kind, name, host, pid }: Actor): Actor {
  return { kind, name, host, pid };
}

/** Of people, hosts, runs and sites: text of at most 200 characters. */
export function isName(value: unknown): value is string {
  return typeof value === 'string' && value.length <= mostNameLetters;
}

/** Text of at most `mostReasonLetters` characters. */
export function isReason(value: unknown): value is string {
  return typeof value === 'string' && value.length <= mostReasonLetters;
}

/** Whole milliseconds, from 1. */
export function isDuration(value: unknown, mostMs: number): value is number {
  return isCount(value) && value > 0 && value <= mostMs;
}
