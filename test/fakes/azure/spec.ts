/**
 * Azure Resource Manager's routes and shapes for Compute, taken from the operation specifications inside an older package of
 * the SDK: a path, a parameter or a field that Azure does not have cannot be made up here. The package of today has no
 * specifications; what its requests have more than these is listed in `newer`.
 */
import { ComputeManagementClient } from 'azure-arm-compute-21';

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

interface Mapper {
  readonly serializedName?: string;
  readonly required?: boolean;
  readonly type: {
    readonly name: string;
    readonly className?: string;
    readonly modelProperties?: Readonly<Record<string, Mapper>>;
    readonly element?: Mapper;
    readonly value?: Mapper;
    readonly allowedValues?: readonly unknown[];
  };
}

interface Parameter {
  readonly mapper: Mapper;
}

export interface OperationSpec {
  readonly path: string;
  readonly httpMethod: string;
  readonly responses: Readonly<Record<string, { readonly bodyMapper?: Mapper }>>;
  readonly requestBody?: Parameter;
  readonly queryParameters?: readonly Parameter[];
  readonly headerParameters?: readonly Parameter[];
  readonly serializer: { readonly modelMappers: Readonly<Record<string, Mapper>> };
}

/** Operations the fake knows by name, of those the specification has. */
export type OperationName = keyof typeof operations;

/** Fields of today's API version (2026-04-01) that the specification's (2024-03-01) has not: `class.field`. */
const newer: Readonly<Record<string, Mapper>> = {
  'VirtualMachineNetworkInterfaceConfiguration.tags': {
    type: { name: 'Dictionary', value: { type: { name: 'String' } } },
  },
};

const caught = new Error('caught');

/** The specification of one operation: what the package would send is caught before it is sent. */
async function specOf(call: (client: ComputeManagementClient) => unknown): Promise<OperationSpec> {
  const client = new ComputeManagementClient({ getToken: async () => null }, 'S');
  let spec: unknown;
  client.sendOperationRequest = async (_args: unknown, given: unknown) => {
    spec = given;
    throw caught;
  };
  try {
    await call(client);
  } catch (error) {
    if (error !== caught) throw error;
  }
  if (spec === undefined) throw new Error('no request would be sent');
  return spec as OperationSpec;
}

const first = (list: { next(): Promise<unknown> }): Promise<unknown> => list.next();

export const operations = {
  VirtualMachines_List: await specOf((client) => first(client.virtualMachines.list('G'))),
  VirtualMachines_Get: await specOf((client) => client.virtualMachines.get('G', 'N')),
  VirtualMachines_CreateOrUpdate: await specOf((client) =>
    client.virtualMachines.beginCreateOrUpdate('G', 'N', { location: 'L' }),
  ),
  VirtualMachines_Update: await specOf((client) => client.virtualMachines.beginUpdate('G', 'N', {})),
  VirtualMachines_Delete: await specOf((client) => client.virtualMachines.beginDelete('G', 'N')),
  VirtualMachines_Start: await specOf((client) => client.virtualMachines.beginStart('G', 'N')),
  VirtualMachines_Deallocate: await specOf((client) => client.virtualMachines.beginDeallocate('G', 'N')),
  VirtualMachines_PowerOff: await specOf((client) => client.virtualMachines.beginPowerOff('G', 'N')),
  VirtualMachines_InstanceView: await specOf((client) => client.virtualMachines.instanceView('G', 'N')),
  VirtualMachines_ListAll: await specOf((client) => first(client.virtualMachines.listAll())),
  Disks_ListByResourceGroup: await specOf((client) => first(client.disks.listByResourceGroup('G'))),
  Disks_Get: await specOf((client) => client.disks.get('G', 'N')),
  Disks_Delete: await specOf((client) => client.disks.beginDelete('G', 'N')),
  GalleryImages_Get: await specOf((client) => client.galleryImages.get('G', 'GALLERY', 'N')),
  ResourceSkus_List: await specOf((client) => first(client.resourceSkus.list())),
  Usage_List: await specOf((client) => first(client.usageOperations.list('L'))),
};

export interface Route {
  readonly operation: OperationName;
  readonly spec: OperationSpec;
  /** What stands in the path for `{vmName}` and so on. */
  readonly values: Readonly<Record<string, string>>;
}

/** Undefined where the specification has no such path and method among the operations above. */
export function routeOf(method: string, pathname: string): Route | undefined {
  for (const [operation, spec] of Object.entries(operations)) {
    if (spec.httpMethod !== method) continue;
    const names: string[] = [];
    const pattern = spec.path.replace(/\{(\w+)\}/g, (_, name: string) => {
      names.push(name);
      return '([^/]+)';
    });
    const match = new RegExp(`^${pattern}$`, 'i').exec(pathname);
    if (match === null) continue;
    const values = Object.fromEntries(names.map((name, index) => [name, decodeURIComponent(match[index + 1] ?? '')]));
    return { operation: operation as OperationName, spec, values };
  }
  return undefined;
}

/** The query as the operation has it; one it does not have is refused, and so is a call without a version. */
export function checkQuery({ spec }: Route, query: URLSearchParams): void {
  if (query.get('api-version') === null)
    throw new RefusedError(
      400,
      'MissingApiVersionParameter',
      'The api-version query parameter (?api-version=) is required for all requests.',
    );
  const known = new Set((spec.queryParameters ?? []).map(({ mapper }) => mapper.serializedName));
  const unknown = [...query.keys()].find((key) => !known.has(key));
  if (unknown !== undefined)
    throw new RefusedError(400, 'InvalidParameter', `The query parameter ${unknown} is not known`);
}

/** What a request's body has that its shape has not, or not so. */
export function checkBody({ spec }: Route, body: unknown): void {
  const { requestBody, serializer } = spec;
  if (requestBody === undefined) return;
  const wrong = wrongIn(requestBody.mapper, body, serializer.modelMappers, '');
  if (wrong !== undefined)
    throw new RefusedError(400, 'InvalidRequestContent', `The request content was invalid: ${wrong}`);
}

/** An answer that Azure could not give is a mistake of the fake's. */
export function checkAnswer({ operation, spec }: Route, status: number, body: unknown): void {
  const response = spec.responses[status] ?? spec.responses['default'];
  if (spec.responses[status] === undefined && status < 400) throw new Error(`${operation} never answers ${status}`);
  if (response?.bodyMapper === undefined || body === undefined) return;
  const wrong = wrongIn(response.bodyMapper, body, spec.serializer.modelMappers, '');
  if (wrong !== undefined) throw new Error(`the fake answers ${operation} with ${wrong}`);
}

type Models = Readonly<Record<string, Mapper>>;

function wrongIn(mapper: Mapper, value: unknown, models: Models, path: string): string | undefined {
  const { type } = mapper;
  const at = path === '' ? 'the body' : path;
  switch (type.name) {
    case 'Composite':
      return wrongInObject(mapper, value, models, path);
    case 'Sequence': {
      if (!Array.isArray(value)) return `${at}: no list`;
      return firstOf(value.map((each, index) => wrongIn(type.element ?? mapper, each, models, `${path}[${index}]`)));
    }
    case 'Dictionary': {
      if (!isObject(value)) return `${at}: no object`;
      return firstOf(
        Object.entries(value).map(([key, each]) => wrongIn(type.value ?? mapper, each, models, `${path}.${key}`)),
      );
    }
    case 'Number':
      return typeof value === 'number' ? undefined : `${at}: no number`;
    case 'Boolean':
      return typeof value === 'boolean' ? undefined : `${at}: no boolean`;
    case 'Enum':
      return type.allowedValues?.includes(value) === true ? undefined : `${at}: ${String(value)} is none of its values`;
    case 'String':
    case 'DateTime':
      return typeof value === 'string' ? undefined : `${at}: no text`;
    default:
      return undefined;
  }
}

/** A shape is flat in the package and nested on the wire: `properties.hardwareProfile`. */
function wrongInObject(mapper: Mapper, value: unknown, models: Models, path: string): string | undefined {
  if (!isObject(value)) return `${path === '' ? 'the body' : path}: no object`;
  const className = mapper.type.className ?? '';
  const fields = mapper.type.modelProperties ?? models[className]?.type.modelProperties ?? {};
  const added = Object.entries(newer).filter(([key]) => key.startsWith(`${className}.`));
  const byPath = new Map([
    ...Object.values(fields).map((each) => [each.serializedName ?? '', each] as const),
    ...added.map(([key, each]) => [key.slice(className.length + 1), each] as const),
  ]);
  const missing = [...byPath].find(([key, { required }]) => required === true && valueAt(value, key) === undefined);
  if (missing !== undefined) return `${path}.${missing[0]} is required`;
  return wrongInLevel({ value, prefix: '', byPath, models, path });
}

interface Level {
  readonly value: Readonly<Record<string, unknown>>;
  readonly prefix: string;
  readonly byPath: ReadonlyMap<string, Mapper>;
  readonly models: Models;
  readonly path: string;
}

function wrongInLevel({ value, prefix, byPath, models, path }: Level): string | undefined {
  return firstOf(
    Object.entries(value).map(([key, each]) => {
      if (each === undefined) return undefined;
      const name = prefix + key;
      const mapper = byPath.get(name);
      if (mapper !== undefined) return wrongIn(mapper, each, models, `${path}.${key}`);
      const isLevel = isObject(each) && [...byPath.keys()].some((known) => known.startsWith(`${name}.`));
      if (!isLevel) return `${path}.${key} is not known`;
      return wrongInLevel({ value: each, prefix: `${name}.`, byPath, models, path: `${path}.${key}` });
    }),
  );
}

function valueAt(value: Readonly<Record<string, unknown>>, path: string): unknown {
  return path.split('.').reduce<unknown>((at, key) => (isObject(at) ? at[key] : undefined), value);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function firstOf(wrongs: readonly (string | undefined)[]): string | undefined {
  return wrongs.find((each) => each !== undefined);
}
