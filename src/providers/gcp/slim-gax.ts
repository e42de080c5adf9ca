/**
 * The SDK's own transport over a part of its descriptors. Each client builds its types from one file that describes every
 * service, in three versions: 0.8 s of work and 100 MB, measured 2026-11-27 with @google-cloud/compute 7.8.0. With what the
 * calls here need, and all that hangs on it, it is 30 ms. The constructor's second argument is there for such a choice.
 */
import * as gax from 'google-gax/fallback';
import { fieldsOf, textOf } from '../../model/wire-fields.ts';

/** Service → the methods of it that are called, as the descriptors name them. */
export type Used = Readonly<Record<string, readonly string[]>>;

interface Descriptor {
  readonly fields?: Readonly<Record<string, { readonly type?: string }>>;
  readonly methods?: Readonly<Record<string, object>>;
  readonly nested?: Readonly<Record<string, Descriptor>>;
}

/** To be given to a client of the SDK in place of the transport it loads by itself. */
export function slimGax(used: Used) {
  let root: ReturnType<gax.GrpcClient['loadProtoJSON']> | undefined;
  class SlimClient extends gax.GrpcClient {
    override loadProtoJSON(json: unknown) {
      root ??= super.loadProtoJSON(
        onlyWhat(used, json as Descriptor) as Parameters<gax.GrpcClient['loadProtoJSON']>[0],
      );
      return root;
    }
  }
  return { fallback: { ...gax, GrpcClient: SlimClient } };
}

/** The same descriptors without what those methods do not reach. Throws when one of them is not there. */
export function onlyWhat(used: Used, json: Descriptor): Descriptor {
  const google = inside(json, 'google');
  const cloud = inside(google, 'cloud');
  const v1 = inside(inside(cloud, 'compute'), 'v1');
  const all = v1.nested ?? {};
  const kept = new Map<string, Descriptor>();
  const keep = (name: string | undefined): void => {
    // A type inside another is named by its outer one.
    const outer = name?.split('.')[0] ?? '';
    const found = all[outer];
    if (found === undefined || kept.has(outer)) return;
    kept.set(outer, found);
    keepFields(found);
  };
  const keepFields = ({ fields = {}, nested = {} }: Descriptor): void => {
    for (const { type } of Object.values(fields)) keep(type);
    for (const inner of Object.values(nested)) keepFields(inner);
  };
  for (const [service, names] of Object.entries(used)) {
    const whole = inside(v1, service);
    const methods = Object.fromEntries(names.map((name) => [name, methodOf(whole, service, name)]));
    for (const method of Object.values(methods))
      for (const part of ['requestType', 'responseType']) keep(textOf(fieldsOf(method)[part]));
    kept.set(service, { ...whole, methods });
  }
  const compute = { nested: { v1: { ...v1, nested: Object.fromEntries(kept) } } };
  return within(json, 'google', within(google, 'cloud', within(cloud, 'compute', compute)));
}

function inside({ nested }: Descriptor, name: string): Descriptor {
  const found = nested?.[name];
  if (found === undefined) throw new Error(`the SDK has no descriptor of ${name}`);
  return found;
}

function methodOf({ methods }: Descriptor, service: string, name: string): object {
  const found = methods?.[name];
  if (found === undefined) throw new Error(`the SDK has no method ${name} of ${service}`);
  return found;
}

function within(outer: Descriptor, name: string, inner: Descriptor): Descriptor {
  return { ...outer, nested: { ...outer.nested, [name]: inner } };
}
