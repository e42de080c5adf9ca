/** Holds a value against the schema and says each mistake in our words, at its place. */
import type { z } from 'zod';
import type { Path, Source } from './document.ts';
import type { Finding } from './finding.ts';
import { keepShape } from './keep-shape.ts';
import { nearest, suggestion } from './nearest.ts';
import { replacementOf } from './replaced-keys.ts';
import { configSchema, type RawConfig } from './schema.ts';

const mostNamed = 8;

export interface ShapeEnd {
  readonly findings: readonly Finding[];
  /** What of it has the right shape; undefined when nothing is left to judge. */
  readonly raw: RawConfig | undefined;
  /** What `raw` leaves out. */
  readonly dropped: readonly Path[];
}

/** `open`: paths whose value is not known yet; what is wrong with them is not judged. */
export function checkShape(
  source: Source,
  value: unknown,
  providers: ReadonlyMap<string, z.ZodType>,
  open: readonly Path[],
): ShapeEnd {
  const schema = configSchema(providers);
  const result = schema.safeParse(value);
  if (result.success) return { findings: [], raw: result.data, dropped: [] };
  const unknown = new Set(open.map((path) => path.join('.')));
  const findings = result.error.issues
    .filter((issue) => !unknown.has(issue.path.join('.')))
    .flatMap((issue) => findingsOf(source, schema, issue, providers));
  const meant = (path: Path, key: string) => nearest(key, keysAt(schema, path, source, providers));
  const kept = keepShape(schema, value, meant);
  if (findings.length > 0 || kept.value !== undefined) return { findings, raw: kept.value, dropped: kept.dropped };
  const hint = 'write the value itself, or a default: ${env:NAME:-default}';
  return {
    findings: result.error.issues.map(({ path }) =>
      source.findingAt(path.map(String), 'nothing can be judged without this value', hint),
    ),
    raw: undefined,
    dropped: kept.dropped,
  };
}

function findingsOf(
  source: Source,
  schema: z.ZodType,
  issue: z.core.$ZodIssue,
  providers: ReadonlyMap<string, z.ZodType>,
): readonly Finding[] {
  const path = issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part));
  // An item has no name but its list's.
  const where = path.findLast((part) => typeof part === 'string') ?? 'the configuration';
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) =>
        source.findingAtKey(
          path,
          key,
          `unknown key "${key}"${path.length === 0 ? '' : ` in ${nameOf(path)}`}`,
          replacementOf(path, key) ?? suggestion(key, keysAt(schema, path, source, providers)),
        ),
      );
    case 'invalid_type':
      if (valueAt(source.value, path) === undefined) return [missing(source, path)];
      if (issue.message !== '' && !issue.message.startsWith('Invalid input'))
        return [source.findingAt(path, issue.message, withUnit(valueAt(source.value, path), issue.message))];
      return [
        source.findingAt(
          path,
          `${where} must be ${article(issue.expected)}, not ${kindOf(valueAt(source.value, path))}`,
        ),
      ];
    case 'invalid_value':
      if (valueAt(source.value, path) === undefined) return [missing(source, path)];
      return [
        source.findingAt(
          path,
          `${where} ${mustBe(issue.values.map(String))}`,
          suggestion(textOf(valueAt(source.value, path)), issue.values.map(String)),
        ),
      ];
    case 'invalid_union': {
      const given = valueAt(source.value, path);
      if (given === undefined) return [missing(source, path)];
      if (path.at(-1) !== 'provider') return [source.findingAt(path, plain(issue.message, where))];
      return [
        source.findingAt(
          path,
          `no provider ${JSON.stringify(given)}`,
          suggestion(textOf(given), [...providers.keys()]),
        ),
      ];
    }
    case 'invalid_key':
      return [source.findingAtKey(path.slice(0, -1), String(path.at(-1)), issue.issues[0]?.message ?? 'not a name')];
    case 'too_small':
      return [source.findingAt(path, issue.message.startsWith('Too') ? `${where} must not be empty` : issue.message)];
    case 'custom':
      return [source.findingAt(path, plain(issue.message, where), textOrNone(issue.params?.['hint']))];
    default:
      return [source.findingAt(path, plain(issue.message, where))];
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

/** A map may hold a key `toString`: nothing from the file is turned to text by its own methods. */
function textOf(given: unknown): string {
  return typeof given === 'string' ? given : (JSON.stringify(given) ?? '');
}

function textOrNone(given: unknown): string | undefined {
  return typeof given === 'string' ? given : undefined;
}

/** What a bare number may have been meant for. */
function withUnit(given: unknown, message: string): string | undefined {
  if (typeof given !== 'number') return undefined;
  if (!message.startsWith('a share')) return `did you mean ${given}s or ${given}m?`;
  const percent = given > 0 && given <= 1 ? given * 100 : given;
  return `did you mean ${percent}%?`;
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (each, part) =>
      each !== null && typeof each === 'object' ? (each as Record<string | number, unknown>)[part] : undefined,
    value,
  );
}

/** Of many the nearest is enough. */
function mustBe(values: readonly string[]): string {
  if (values.length > mostNamed) return `is none of the ${values.length} that are known`;
  return `must be ${values.length < 2 ? values.join('') : `${values.slice(0, -1).join(', ')} or ${values.at(-1)}`}`;
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
  return options[Math.max(0, [...providers.keys()].indexOf(textOf(kind)))];
}
