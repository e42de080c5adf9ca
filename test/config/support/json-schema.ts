/** As much of JSON Schema draft-07 as the configuration's schema uses; any other keyword is an error. */
export interface JsonSchema {
  readonly $schema?: string;
  readonly description?: string;
  readonly examples?: readonly unknown[];
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly items?: JsonSchema;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly propertyNames?: JsonSchema;
  readonly additionalProperties?: JsonSchema | false;
  readonly required?: readonly string[];
  readonly oneOf?: readonly JsonSchema[];
  readonly anyOf?: readonly JsonSchema[];
}

export const keywords: ReadonlySet<string> = new Set<keyof JsonSchema>([
  ...(['$schema', 'description', 'examples', 'type', 'const', 'enum', 'pattern', 'minLength', 'maxLength'] as const),
  ...([
    'minimum',
    'maximum',
    'exclusiveMinimum',
    'minItems',
    'maxItems',
    'items',
    'properties',
    'propertyNames',
  ] as const),
  ...(['additionalProperties', 'required', 'oneOf', 'anyOf'] as const),
]);

/** Every schema in it with its path; a map's values are `*`, an item of a list adds nothing. */
export function* schemasIn(schema: JsonSchema, path = ''): Iterable<readonly [string, JsonSchema]> {
  yield [path, schema];
  for (const [key, each] of Object.entries(schema.properties ?? {})) yield* schemasIn(each, join(path, key));
  if (typeof schema.additionalProperties === 'object') yield* schemasIn(schema.additionalProperties, join(path, '*'));
  for (const each of [...(schema.oneOf ?? []), ...(schema.anyOf ?? [])]) yield* schemasIn(each, path);
  if (schema.items !== undefined) yield* schemasIn(schema.items, path);
}

const join = (path: string, key: string): string => (path === '' ? key : `${path}.${key}`);

const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  value !== null && typeof value === 'object' && !Array.isArray(value);

function isOfType(value: unknown, type: string): boolean {
  if (type === 'object') return isMap(value);
  if (type === 'array') return Array.isArray(value);
  if (type === 'integer') return Number.isInteger(value);
  const own: string = typeof value;
  return own === type;
}

/** Whether a validator would take the value. */
export function accepts(schema: JsonSchema, value: unknown): boolean {
  const types = schema.type === undefined ? [] : [schema.type].flat();
  return (
    (types.length === 0 || types.some((type) => isOfType(value, type))) &&
    (schema.const === undefined || schema.const === value) &&
    (schema.enum === undefined || schema.enum.includes(value)) &&
    (schema.oneOf === undefined || schema.oneOf.filter((each) => accepts(each, value)).length === 1) &&
    (schema.anyOf === undefined || schema.anyOf.some((each) => accepts(each, value))) &&
    (typeof value !== 'string' || acceptsText(schema, value)) &&
    (typeof value !== 'number' ||
      (value >= (schema.minimum ?? value) &&
        value <= (schema.maximum ?? value) &&
        (schema.exclusiveMinimum === undefined || value > schema.exclusiveMinimum))) &&
    (!Array.isArray(value) ||
      (value.length >= (schema.minItems ?? 0) &&
        value.length <= (schema.maxItems ?? value.length) &&
        value.every((each) => accepts(schema.items ?? {}, each)))) &&
    (!isMap(value) || acceptsMap(schema, value))
  );
}

function acceptsText({ pattern, minLength = 0, maxLength = Infinity }: JsonSchema, text: string): boolean {
  return (
    (pattern === undefined || new RegExp(pattern, 'u').test(text)) &&
    text.length >= minLength &&
    text.length <= maxLength
  );
}

function acceptsMap(schema: JsonSchema, map: Readonly<Record<string, unknown>>): boolean {
  return (
    (schema.required ?? []).every((key) => Object.hasOwn(map, key)) &&
    Object.entries(map).every(([key, value]) => {
      const own = schema.properties?.[key] ?? schema.additionalProperties ?? {};
      return accepts(schema.propertyNames ?? {}, key) && own !== false && accepts(own, value);
    })
  );
}
