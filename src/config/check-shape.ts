/** Holds a value against the schema and says each mistake in our words, at its place. */
import type { z } from 'zod';
import type { Path, Source } from './document.ts';
import type { Finding } from './finding.ts';
import { suggestion } from './nearest.ts';
import { configSchema, type RawConfig } from './schema.ts';

export type ShapeEnd =
  | { readonly kind: 'right'; readonly raw: RawConfig }
  | { readonly kind: 'wrong'; readonly findings: readonly Finding[] };

/** `open`: paths whose value is not known yet; what is wrong with them is not judged. */
export function checkShape(
  source: Source,
  value: unknown,
  providers: ReadonlyMap<string, z.ZodType>,
  open: readonly string[],
): ShapeEnd {
  const schema = configSchema(providers);
  const result = schema.safeParse(value);
  if (result.success) return { kind: 'right', raw: result.data };
  const findings = result.error.issues
    .filter((issue) => !open.includes(issue.path.join('.')))
    .flatMap((issue) => findingsOf(source, schema, issue, providers));
  if (findings.length > 0) return { kind: 'wrong', findings };
  // Only unknown values stood in the way: judge the rest with a value of the right form in their place.
  return { kind: 'right', raw: value as RawConfig };
}

function findingsOf(
  source: Source,
  schema: z.ZodType,
  issue: z.core.$ZodIssue,
  providers: ReadonlyMap<string, z.ZodType>,
): readonly Finding[] {
  const path = issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part));
  const where = path.length === 0 ? 'the configuration' : String(path.at(-1));
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) =>
        source.findingAtKey(
          path,
          key,
          `unknown key "${key}"${path.length === 0 ? '' : ` in ${nameOf(path)}`}`,
          suggestion(key, keysAt(schema, path, source, providers)),
        ),
      );
    case 'invalid_type':
      if (valueAt(source.value, path) === undefined) return [missing(source, path)];
      if (issue.message !== '' && !issue.message.startsWith('Invalid input'))
        return [source.findingAt(path, issue.message, shown(source.value, path))];
      return [
        source.findingAt(
          path,
          `${where} must be ${article(issue.expected)}, not ${kindOf(valueAt(source.value, path))}`,
        ),
      ];
    case 'invalid_value':
      return [
        source.findingAt(
          path,
          `${where} must be ${issue.values.map(String).join(', ')}`,
          suggestion(String(valueAt(source.value, path)), issue.values.map(String)),
        ),
      ];
    case 'invalid_union': {
      const given = valueAt(source.value, path);
      if (given === undefined) return [missing(source, path)];
      return [
        source.findingAt(path, `no provider "${String(given)}"`, suggestion(String(given), [...providers.keys()])),
      ];
    }
    case 'invalid_key':
      return [source.findingAtKey(path.slice(0, -1), String(path.at(-1)), issue.issues[0]?.message ?? 'not a name')];
    default:
      return [source.findingAt(path, plain(issue.message, where), undefined)];
  }
}

function missing(source: Source, path: Path): Finding {
  return source.findingAt(
    path,
    `${path.length > 1 ? `${nameOf(path.slice(0, -1))} needs` : 'missing'} "${String(path.at(-1))}"`,
  );
}

function plain(message: string, where: string): string {
  return message.startsWith('Invalid') || message.startsWith('Too') ? `${where}: ${message.toLowerCase()}` : message;
}

/** The name of a part, without positions: `deployments.chat.failover` is `failover`. */
function nameOf(path: Path): string {
  return path.filter((part) => typeof part === 'string').join('.');
}

function shown(value: unknown, path: Path): string | undefined {
  const given = valueAt(value, path);
  return typeof given === 'number' ? `did you mean ${given}s, ${given}m or ${given}%?` : undefined;
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (each, part) =>
      each !== null && typeof each === 'object' ? (each as Record<string | number, unknown>)[part] : undefined,
    value,
  );
}

function article(expected: string): string {
  if (expected === 'object' || expected === 'record') return 'a map';
  if (expected === 'array') return 'a list';
  if (expected === 'string') return 'text';
  if (expected === 'int') return 'a whole number';
  return `a ${expected}`;
}

function kindOf(value: unknown): string {
  if (value === null) return 'empty';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object'
    ? 'a map'
    : `${typeof value === 'string' ? 'text' : typeof value} (${JSON.stringify(value)})`;
}

/** The keys the schema knows at a path, for suggestions. */
function keysAt(
  schema: z.ZodType,
  path: Path,
  source: Source,
  providers: ReadonlyMap<string, z.ZodType>,
): readonly string[] {
  let at: unknown = schema;
  for (const [depth, part] of path.entries()) {
    at = stepInto(at, part, valueAt(source.value, path.slice(0, depth + 1)), providers);
  }
  const shape = shapeOf(at);
  return shape === undefined ? [] : Object.keys(shape);
}

type AnySchema = {
  readonly def?: {
    readonly type?: string;
    readonly innerType?: unknown;
    readonly valueType?: unknown;
    readonly element?: unknown;
    readonly options?: readonly unknown[];
  };
  readonly shape?: Record<string, unknown>;
};

function unwrap(schema: unknown): AnySchema {
  let each = schema as AnySchema;
  while (each.def?.innerType !== undefined) each = each.def.innerType as AnySchema;
  return each;
}

function shapeOf(schema: unknown): Record<string, unknown> | undefined {
  return schema === undefined ? undefined : unwrap(schema).shape;
}

function stepInto(
  schema: unknown,
  part: string | number,
  value: unknown,
  providers: ReadonlyMap<string, z.ZodType>,
): unknown {
  if (schema === undefined) return undefined;
  const each = unwrap(schema);
  if (each.shape !== undefined) return each.shape[String(part)];
  if (each.def?.valueType !== undefined) return chooseOption(each.def.valueType, value, providers);
  return each.def?.element;
}

/** A site's keys depend on its provider. */
function chooseOption(schema: unknown, value: unknown, providers: ReadonlyMap<string, z.ZodType>): unknown {
  const { options } = unwrap(schema).def ?? {};
  if (options === undefined) return schema;
  const kind = value !== null && typeof value === 'object' && 'provider' in value ? value.provider : undefined;
  return options[Math.max(0, [...providers.keys()].indexOf(String(kind)))];
}
