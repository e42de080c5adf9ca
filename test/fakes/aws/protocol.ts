/**
 * EC2's query protocol, read and written by the schemas inside the SDK itself: a parameter or a field that EC2 does not have
 * cannot be made up here. https://smithy.io/2.0/aws/protocols/aws-ec2-query-protocol.html, checked 2026-11-26.
 */
import * as sdk from '@aws-sdk/client-ec2';

export interface Refusal {
  readonly status: number;
  readonly code: string;
  readonly message: string;
}

export class RefusedError extends Error {
  readonly refusal: Refusal;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.refusal = { status, code, message };
  }
}

/** A parsed request: nested objects, lists and texts, under the SDK's own names. */
export type Params = { readonly [name: string]: Params | readonly Params[] | readonly string[] | string | undefined };

interface Branch {
  value?: string;
  readonly children: Map<string, Branch>;
}

const exported: Readonly<Record<string, unknown>> = sdk;

/** Every action EC2 has, by the SDK's own list. */
export function isAction(action: string): boolean {
  return /^[A-Z]\w+$/.test(action) && `${action}Command` in exported;
}

/** The request's parameters; one that the action does not have is refused as EC2 does. */
export function readParams(action: string, form: URLSearchParams): Params {
  const root: Branch = { children: new Map() };
  for (const [key, value] of form) {
    if (key === 'Action' || key === 'Version') continue;
    let at = root;
    for (const part of key.split('.')) {
      const next = at.children.get(part) ?? { children: new Map() };
      at.children.set(part, next);
      at = next;
    }
    at.value = value;
  }
  return readStruct(schemaOf(`${action}Request`), root, '') as Params;
}

/** The answer as XML, in the order and under the names of the SDK's schema. */
export function writeAnswer(action: string, value: object | undefined, requestId: string): string {
  const schema = exported[`${action}Result$`];
  const body = schema === undefined ? '<return>true</return>' : writeStruct(asSchema(schema), value ?? {});
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${action}Response xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>${requestId}</requestId>${body}</${action}Response>`;
}

/** An answer whose shape has another name than the action, such as `Reservation` for `RunInstances`. */
export function writeAnswerAs(action: string, shape: string, value: object, requestId: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${action}Response xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>${requestId}</requestId>${writeStruct(schemaOf(shape), value)}</${action}Response>`;
}

export function writeRefusal({ code, message }: Refusal, requestId: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<Response><Errors><Error><Code>${escapeXml(code)}</Code><Message>${escapeXml(message)}</Message></Error></Errors><RequestID>${requestId}</RequestID></Response>`;
}

/** `[3, namespace, name, traits, names, members]`, or for a list `[1, namespace, name, traits, member]`. */
type Schema = readonly [number, string, string, unknown, unknown, (readonly unknown[])?];

function schemaOf(name: string): Schema {
  const schema = exported[`${name}$`];
  if (schema === undefined) throw new Error(`the SDK has no shape ${name}`);
  return asSchema(schema);
}

function asSchema(value: unknown): Schema {
  if (!Array.isArray(value)) throw new Error(`no schema: ${String(value)}`);
  return value as unknown as Schema;
}

interface Member {
  readonly name: string;
  /** A number is a simple type; 64 on top makes it a list of those. */
  readonly type: number | Schema;
  readonly traits: { readonly ec2QueryName?: string; readonly xmlName?: string };
}

function memberOf(name: string, given: unknown): Member {
  const isPair = Array.isArray(given) && given.length === 2;
  const [reference, named] = isPair ? (given as [unknown, Member['traits'] | number]) : [given, {}];
  // Traits that are only marks, such as that of an idempotency token, are bits of a number.
  const traits = typeof named === 'number' ? {} : named;
  const type = typeof reference === 'function' ? (reference as () => unknown)() : reference;
  if (typeof type === 'number') return { name, type, traits };
  const schema = asSchema(type);
  // `[0, namespace, name, traits, type]`: a simple type with a name, such as a text that is not to be logged.
  return { name, type: schema[0] === 0 && typeof schema[4] === 'number' ? schema[4] : schema, traits };
}

function membersOf([, , , , names, members = []]: Schema): readonly Member[] {
  return (names as readonly string[]).map((name, index) => memberOf(name, members[index]));
}

function readStruct(schema: Schema, { children }: Branch, path: string): object {
  const members = new Map(membersOf(schema).map((each) => [queryNameOf(each), each]));
  return Object.fromEntries(
    [...children].map(([key, branch]) => {
      const member = members.get(key);
      const at = `${path}${key}`;
      if (member === undefined)
        throw new RefusedError(400, 'UnknownParameter', `The parameter ${at} is not recognized`);
      return [member.name, readValue(member.type, branch, at)];
    }),
  );
}

function queryNameOf({ name, traits }: Member): string {
  const given = traits.ec2QueryName ?? traits.xmlName ?? name;
  return given.charAt(0).toUpperCase() + given.slice(1);
}

function readValue(type: number | Schema, branch: Branch, path: string): unknown {
  if (typeof type === 'number' && type < 64) return branch.value ?? '';
  if (typeof type !== 'number' && type[0] === 3) return readStruct(type, branch, `${path}.`);
  const of = typeof type === 'number' ? type - 64 : memberOf('item', type[4]).type;
  const numbered = [...branch.children].sort(([one], [other]) => Number(one) - Number(other));
  return numbered.map(([number, each]) => readValue(of, each, `${path}.${number}`));
}

function writeStruct(schema: Schema, value: object): string {
  const values = value as Readonly<Record<string, unknown>>;
  const members = membersOf(schema);
  const unknown = Object.keys(values).find((key) => !members.some(({ name }) => name === key));
  if (unknown !== undefined) throw new Error(`${schema[2]} has no ${unknown}`);
  return members
    .filter(({ name }) => values[name] !== undefined)
    .map(({ name, type, traits }) => writeValue(traits.xmlName ?? name, type, values[name]))
    .join('');
}

function writeValue(tag: string, type: number | Schema, value: unknown): string {
  if (typeof type === 'number' && type < 64) return `<${tag}>${escapeXml(textOf(value))}</${tag}>`;
  if (typeof type !== 'number' && type[0] === 3) return `<${tag}>${writeStruct(type, value as object)}</${tag}>`;
  const of = memberOf('item', typeof type === 'number' ? type - 64 : type[4]);
  const items = (value as readonly unknown[]).map((each) => writeValue(of.traits.xmlName ?? 'item', of.type, each));
  return `<${tag}>${items.join('')}</${tag}>`;
}

function textOf(value: unknown): string {
  return value instanceof Date ? value.toISOString() : String(value);
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** A list of structures; none when it is something else, or not there. */
export function listOf(given: Params[string]): readonly Params[] {
  return Array.isArray(given) ? (given as readonly Params[]) : [];
}

/** A list of texts. */
export function textsOf(given: Params[string]): readonly string[] {
  return Array.isArray(given) ? (given as readonly string[]) : [];
}

/** A structure; an empty one when it is not there. */
export function structOf(given: Params[string]): Params {
  return typeof given === 'object' && !Array.isArray(given) ? (given as Params) : {};
}
