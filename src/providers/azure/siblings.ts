/** What is made beside a machine and billed by itself: network interface, disk, public address. Also where a machine answers. */
import { fieldsOf, itemsOf, textOf } from '../../model/wire-fields.ts';
import type { ReadCall } from '../../ports/call.ts';
import { mapTold, type Told } from '../shared/told.ts';
import type { Arm } from './arm.ts';
import type { Machine } from './machine.ts';
import { listAll } from './pages.ts';
import type { AzureSettings } from './schema.ts';
import { networkApiVersion } from './wire.ts';

/** In the order they can be deleted: an address that an interface has is held by it. */
const kinds = ['networkInterfaces', 'disks', 'publicIPAddresses'] as const;

export interface Sibling {
  readonly kind: (typeof kinds)[number];
  readonly name: string;
}

export interface Siblings {
  /** All whose names begin so, by lists, which may lag; and those of the names, which are asked for one by one. */
  siblings(prefix: string, names: readonly string[], call: ReadCall): Promise<Told<readonly Sibling[]>>;
  /** Those of them that are there when asked for one by one. */
  stillThere(siblings: readonly Sibling[], call: ReadCall): Promise<Told<readonly Sibling[]>>;
  removeSibling(sibling: Sibling, call: ReadCall): Promise<Told<void>>;
  /** Undefined until it has one. */
  hostOf(machine: Machine, call: ReadCall): Promise<Told<string | undefined>>;
}

/**
 * Network resources are asked for by their addresses: the SDK for Compute has no operations for them.
 */
export function openSiblings(arm: Arm, settings: AzureSettings): Siblings {
  const { resourceGroup: group, subscription, address = 'private' } = settings;
  const used = kinds.filter((kind) => kind !== 'publicIPAddresses' || address === 'public');
  const pathOf = (kind: string): string =>
    `/subscriptions/${subscription}/resourceGroups/${group}/providers/Microsoft.Network/${kind}`;
  const network = (path: string): string => `${path}?api-version=${networkApiVersion}`;

  const list = async (kind: Sibling['kind'], call: ReadCall): Promise<Told<readonly unknown[]>> => {
    const first =
      kind === 'disks'
        ? await arm.ask(call, (options) => arm.compute.disks.listByResourceGroup(group, options).byPage().next())
        : await arm.visit(call, 'GET', network(pathOf(kind)));
    return await listAll(arm, call, first);
  };

  const look = async ({ kind, name }: Sibling, call: ReadCall): Promise<Told<boolean>> => {
    const told =
      kind === 'disks'
        ? await arm.ask(call, (options) => arm.compute.disks.get(group, name, options))
        : await arm.visit(call, 'GET', network(`${pathOf(kind)}/${name}`));
    if (told.kind === 'refused' && told.error.class === 'not-found') return { kind: 'done', value: false };
    return mapTold(told, () => true);
  };
  const stillThere = async (siblings: readonly Sibling[], call: ReadCall): Promise<Told<readonly Sibling[]>> =>
    allOf(await Promise.all(siblings.map(async (each) => mapTold(await look(each, call), (is) => (is ? [each] : [])))));
  return {
    async siblings(prefix, names, call) {
      const listed = used.map(async (kind) =>
        mapTold(await list(kind, call), (items) =>
          items
            .flatMap((each) => textOf(fieldsOf(each)['name']) ?? [])
            .filter((name) => name.startsWith(prefix))
            .map((name) => ({ kind, name })),
        ),
      );
      const named = used.flatMap((kind) => names.map((name) => ({ kind, name })));
      return allOf(await Promise.all([...listed, stillThere(named, call)]));
    },
    stillThere,
    async removeSibling({ kind, name }, call) {
      const told =
        kind === 'disks'
          ? await arm.ask(call, (options) => arm.compute.disks.delete(group, name, options).submitted())
          : await arm.visit(call, 'DELETE', network(`${pathOf(kind)}/${name}`));
      return mapTold(told, () => undefined);
    },
    async hostOf({ nicIds: [nicId] }, call) {
      if (nicId === undefined) return { kind: 'done', value: undefined };
      const nic = await arm.visit(call, 'GET', network(nicId));
      if (nic.kind !== 'done') return absent(nic);
      const [first] = itemsOf(fieldsOf(fieldsOf(nic.value.body)['properties'])['ipConfigurations']);
      const properties = fieldsOf(fieldsOf(first)['properties']);
      if (address === 'private') return { kind: 'done', value: textOf(properties['privateIPAddress']) };
      const id = textOf(fieldsOf(properties['publicIPAddress'])['id']);
      if (id === undefined) return { kind: 'done', value: undefined };
      const told = await arm.visit(call, 'GET', network(id));
      if (told.kind !== 'done') return absent(told);
      return { kind: 'done', value: textOf(fieldsOf(fieldsOf(told.value.body)['properties'])['ipAddress']) };
    },
  };
}

function absent(told: Exclude<Told<never>, { kind: 'done' }>): Told<undefined> {
  return told.kind === 'refused' && told.error.class === 'not-found' ? { kind: 'done', value: undefined } : told;
}

/** Each once. */
function allOf(all: readonly Told<readonly Sibling[]>[]): Told<readonly Sibling[]> {
  const found = new Map<string, Sibling>();
  for (const told of all) {
    if (told.kind !== 'done') return told;
    for (const each of told.value) found.set(`${each.kind}/${each.name}`, each);
  }
  return { kind: 'done', value: [...found.values()] };
}
