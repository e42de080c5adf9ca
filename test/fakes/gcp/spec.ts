/**
 * The REST API as the SDK's own descriptors describe it: a path, a parameter or a field that Compute Engine does not have
 * cannot be made up here. Texts, numbers and lists as https://protobuf.dev/programming-guides/json/ has them.
 */
import protos from '@google-cloud/compute/build/protos/protos.json' with { type: 'json' };
import { RefusedError } from './refusal.ts';

interface Field {
  readonly type: string;
  readonly rule?: string;
  readonly keyType?: string;
}

interface Descriptor {
  readonly fields?: Readonly<Record<string, Field>>;
  readonly values?: Readonly<Record<string, number>>;
  readonly nested?: Readonly<Record<string, Descriptor>>;
  readonly methods?: Readonly<Record<string, Method>>;
}

interface Method {
  readonly requestType: string;
  readonly responseType: string;
  readonly options?: Readonly<Record<string, string>>;
}

const types = protos.nested.google.nested.cloud.nested.compute.nested.v1.nested as unknown as Readonly<
  Record<string, Descriptor>
>;

/** A call of the API: what it is, and what it was given, under the descriptors' own names. */
export interface Call {
  /** Such as `Instances.Insert`. */
  readonly method: string;
  readonly params: Readonly<Record<string, string>>;
  readonly body: Readonly<Record<string, unknown>> | undefined;
  readonly responseType: string;
}

interface Route {
  readonly verb: string;
  readonly template: string;
  readonly path: RegExp;
  readonly names: readonly string[];
  readonly method: string;
  readonly of: Method;
}

const httpOption = /^\(google\.api\.http\)\.(get|post|put|patch|delete)$/;

/** There are more than a thousand: those that a request may be are told by its verb, its length, and `zones` or the like. */
const routes = Map.groupBy(allRoutes(), ({ verb, template }) => groupOf(verb, template));

function groupOf(verb: string, path: string): string {
  const parts = path.split('/');
  return `${verb} ${parts.length} ${parts[5]}`;
}

function allRoutes(): readonly Route[] {
  return Object.entries(types).flatMap(([service, { methods = {} }]) =>
    Object.entries(methods).flatMap(([name, of]) =>
      Object.entries(of.options ?? {}).flatMap(([option, template]) => {
        const verb = httpOption.exec(option)?.[1]?.toUpperCase();
        if (verb === undefined) return [];
        const names = [...template.matchAll(/\{(\w+)\}/g)].map(([, field = '']) => camel(field));
        const path = new RegExp(`^${template.replaceAll(/\{\w+\}/g, '([^/]+)')}$`);
        return [{ verb, template, path, names, method: `${service}.${name}`, of }];
      }),
    ),
  );
}

/** The call that a request is; refused as the API does where it has no such path, parameter or field. */
export function readCall(verb: string, url: URL, body: string): Call {
  const route = routes.get(groupOf(verb, url.pathname))?.find(({ path }) => path.test(url.pathname));
  if (route === undefined) throw new RefusedError(404, 'notFound', `no method at ${verb} ${url.pathname}`);
  const inPath = (route.path.exec(url.pathname) ?? []).slice(1).map(decodeURIComponent);
  const params = Object.fromEntries(route.names.map((name, index) => [name, inPath[index] ?? '']));
  const request = types[route.of.requestType]?.fields ?? {};
  const bodyName = camel(route.of.options?.['(google.api.http).body'] ?? '');
  for (const [name, value] of url.searchParams) {
    const field = request[name];
    if (field === undefined || name === bodyName)
      throw new RefusedError(400, 'invalidParameter', `${route.method} has no parameter ${name}`);
    params[name] = value;
  }
  const parsed: unknown = body === '' ? undefined : JSON.parse(body);
  const bodyType = request[bodyName]?.type;
  if (bodyType === undefined)
    return { method: route.method, params, body: undefined, responseType: route.of.responseType };
  const mistake = mistakeIn(bodyType, parsed, bodyType);
  if (mistake !== undefined) throw new RefusedError(400, 'invalid', `Invalid JSON payload received: ${mistake}`);
  return { method: route.method, params, body: parsed as Call['body'], responseType: route.of.responseType };
}

/** Undefined when the value is of that type, else what is wrong with it. */
export function mistakeIn(type: string, value: unknown, at: string): string | undefined {
  const { fields = {} } = types[type] ?? {};
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return `${at} is no ${type}`;
  for (const [name, given] of Object.entries(value)) {
    const field = fields[name];
    if (field === undefined) return `${at} has no ${name}`;
    const mistake = mistakeInField(type, field, given, `${at}.${name}`);
    if (mistake !== undefined) return mistake;
  }
  return undefined;
}

function mistakeInField(owner: string, field: Field, given: unknown, at: string): string | undefined {
  if (field.keyType !== undefined) {
    if (typeof given !== 'object' || given === null || Array.isArray(given)) return `${at} is no map`;
    return firstOf(Object.entries(given), ([key, each]) => mistakeInValue(owner, field.type, each, `${at}.${key}`));
  }
  if (field.rule === 'repeated') {
    if (!Array.isArray(given)) return `${at} is no list`;
    return firstOf(given, (each, index) => mistakeInValue(owner, field.type, each, `${at}[${index}]`));
  }
  return mistakeInValue(owner, field.type, given, at);
}

const isNumber = (value: unknown): boolean => typeof value === 'number';
const isText = (value: unknown): boolean => typeof value === 'string';
const isLong = (value: unknown): boolean => typeof value === 'string' && /^-?\d+$/.test(value);

const scalars: Readonly<Record<string, (value: unknown) => boolean>> = {
  ...{ string: isText, bytes: isText, bool: (value) => typeof value === 'boolean' },
  ...{ int32: isNumber, uint32: isNumber, float: isNumber, double: isNumber },
  ...{ int64: isLong, uint64: isLong },
};

function mistakeInValue(owner: string, type: string, value: unknown, at: string): string | undefined {
  const scalar = scalars[type];
  if (scalar !== undefined) return scalar(value) ? undefined : `${at} is no ${type}`;
  const inner = types[owner]?.nested?.[type] ?? types[type];
  if (inner?.values !== undefined)
    return isText(value) && String(value) in inner.values ? undefined : `${at} is no ${type}`;
  return mistakeIn(type, value, at);
}

function firstOf<T>(items: readonly T[], mistake: (item: T, index: number) => string | undefined): string | undefined {
  for (const [index, item] of items.entries()) {
    const found = mistake(item, index);
    if (found !== undefined) return found;
  }
  return undefined;
}

function camel(name: string): string {
  return name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
}
