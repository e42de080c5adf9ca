/** The part of a value whose shape holds, so that one run judges also what stands beside a mistake. */
import type { z } from 'zod';
import type { Path } from './document.ts';

export interface Kept<Value> {
  /** Undefined when nothing that fits the schema is left. */
  readonly value: Value | undefined;
  /** What was left out; defaults stand in its place. */
  readonly dropped: readonly Path[];
}

/** Each round drops at least one value, from the leaf towards the top. */
const maxRounds = 100;

/** `meant`: the known keys an unknown one may have been written for. */
export function keepShape<Schema extends z.ZodType>(
  schema: Schema,
  given: unknown,
  meant: (path: Path, key: string) => readonly string[],
): Kept<z.output<Schema>> {
  const value = structuredClone(given);
  const dropped: Path[] = [];
  for (let round = 0; round < maxRounds; round += 1) {
    const result = schema.safeParse(value);
    if (result.success) return { value: result.data, dropped };
    for (const issue of result.error.issues) {
      const path = issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part));
      const keys = issue.code === 'unrecognized_keys' ? issue.keys : [];
      for (const key of keys) {
        drop(value, [...path, key]);
        dropped.push(...meant(path, key).map((name) => [...path, name]));
      }
      if (keys.length > 0) continue;
      const gone = drop(value, path);
      if (gone.length === 0) return { value: undefined, dropped };
      dropped.push(gone);
    }
  }
  return { value: undefined, dropped };
}

/** Takes the value out, or what holds it when it is an item of a list or was not there. Says what went; empty: everything. */
function drop(value: unknown, path: Path): Path {
  const holder = path.slice(0, -1).reduce<unknown>((each, part) => partOf(each, part), value);
  const key = path.at(-1);
  if (key === undefined) return [];
  // An earlier mistake in the same round took the holder away.
  if (holder === undefined) return path;
  if (!Array.isArray(holder) && partOf(holder, key) !== undefined && Reflect.deleteProperty(Object(holder), key))
    return path;
  return drop(value, path.slice(0, -1));
}

/** Undefined for what is not there. */
export function partOf(value: unknown, part: string | number): unknown {
  return value !== null && typeof value === 'object' && Object.hasOwn(value, part)
    ? (value as Readonly<Record<string | number, unknown>>)[part]
    : undefined;
}

/** Whether all these values are what the file means: neither dropped nor still unknown, in whole or in part. */
export type Sure = (...paths: readonly Path[]) => boolean;

/** Sure of everything but what these paths touch. */
export function sureBut(doubtful: readonly Path[]): Sure {
  return (...paths) =>
    !paths.some((path) =>
      doubtful.some((doubt) => doubt.every((part, index) => index >= path.length || part === path[index])),
    );
}
