/** What a fake subscription has before anything is started: sizes, quotas, rights, and the things that are named. */
import type { Told } from './operations.ts';
import { RefusedError } from './spec.ts';

export interface SkuTerms {
  readonly name: string;
  readonly family: string;
  readonly cores: number;
  readonly gpus: number;
}

export class Catalog {
  readonly skus: SkuTerms[] = [
    { name: 'Standard_ND96isr_H100_v5', family: 'standardNDSH100v5Family', cores: 96, gpus: 8 },
    { name: 'Standard_NC40ads_H100_v5', family: 'standardNCadsH100v5Family', cores: 40, gpus: 1 },
  ];
  /** Names as Azure has them → cores used, and the most there may be. */
  readonly usages = new Map([
    ['cores', { used: 0, limit: 1000 }],
    ['lowPriorityCores', { used: 0, limit: 100 }],
    ['standardNDSH100v5Family', { used: 0, limit: 960 }],
    ['standardNCadsH100v5Family', { used: 80, limit: 400 }],
    ['standardDSv5Family', { used: 0, limit: -1 }],
  ]);
  /** `SIZE` or `SIZE ZONE` that this subscription may not have. */
  readonly restricted = new Set<string>();
  /** Actions that the credentials do not have, of all there are. */
  readonly withdrawn = new Set<string>();
  /** Roles that are assigned to the credentials: each counts at its scope and below. */
  roles: readonly { readonly scope: string; readonly actions: readonly string[] }[] = [{ scope: '/', actions: ['*'] }];

  skuList(region: string): Told {
    const all = this.skus.map(({ name, family, cores, gpus }) => {
      const zones = ['1', '2', '3'].filter((zone) => this.restricted.has(`${name} ${zone}`));
      const nowhere = { type: 'Location', values: [region], restrictionInfo: { locations: [region] } };
      const inZones = { type: 'Zone', values: [region], restrictionInfo: { locations: [region], zones } };
      const reasonCode = 'NotAvailableForSubscription';
      return {
        ...{ resourceType: 'virtualMachines', name, family, locations: [region] },
        locationInfo: [{ location: region, zones: ['1', '2', '3'] }],
        capabilities: [
          { name: 'vCPUs', value: String(cores) },
          { name: 'GPUs', value: String(gpus) },
        ],
        restrictions: [
          ...(this.restricted.has(name) ? [{ ...nowhere, reasonCode }] : []),
          ...(zones.length > 0 ? [{ ...inZones, reasonCode }] : []),
        ],
      };
    });
    const disks = { resourceType: 'disks', name: 'Premium_LRS', locations: [region], restrictions: [] };
    return { status: 200, body: { value: [...all, disks] } };
  }

  usageList(): Told {
    const value = [...this.usages].map(([name, { used, limit }]) => ({
      ...{ unit: 'Count', currentValue: used, limit, name: { value: name, localizedValue: name } },
    }));
    return { status: 200, body: { value } };
  }

  /** As the public list has them, two to a page; values are compared with regard to case. */
  priceList(url: URL): Told {
    const filter = url.searchParams.get('$filter') ?? '';
    const wanted = Object.fromEntries(filter.split(' and ').map((term) => term.replaceAll("'", '').split(' eq ')));
    const items = this.skus.flatMap(({ name, cores }) =>
      ['', ' Low Priority', ' Spot', ' Windows'].map((kind) => ({
        ...{ currencyCode: 'USD', serviceName: 'Virtual Machines', type: 'Consumption', unitOfMeasure: '1 Hour' },
        ...{ armRegionName: 'swedencentral', armSkuName: name, retailPrice: kind === ' Spot' ? cores / 10 : cores },
        ...{
          skuName: `${name}${kind === ' Windows' ? '' : kind}`,
          productName: `Series${kind === ' Windows' ? kind : ''}`,
        },
      })),
    );
    const { priceType, ...exact } = wanted;
    const found = items.filter(
      (each) =>
        each.type === priceType &&
        Object.entries(exact).every(([key, value]) => each[key as keyof typeof each] === value),
    );
    const from = Number(url.searchParams.get('$skip') ?? 0);
    const next = new URL(url);
    next.searchParams.set('$skip', String(from + 2));
    const NextPageLink = from + 2 < found.length ? next.href.replace('https:', 'http:') : null;
    return { status: 200, body: { BillingCurrency: 'USD', Items: found.slice(from, from + 2), NextPageLink } };
  }

  /** Of what is assigned to it or above it, less what was taken away. */
  permissions(path: string): Told {
    // Not of what was withdrawn: without this right there is no list to tell it.
    this.#checkRole('Microsoft.Authorization/permissions/read', path);
    const value = this.#rolesAt(path).map(({ actions }) => {
      return { actions, notActions: [...this.withdrawn], dataActions: [] };
    });
    return { status: 200, body: { value } };
  }

  checkRight(action: string, path: string): void {
    this.#checkRole(action, path);
    if (this.withdrawn.has(action)) throw unauthorized(action, path);
  }

  #checkRole(action: string, path: string): void {
    const held = this.#rolesAt(path).flatMap(({ actions }) => actions);
    if (!held.some((each) => each === '*' || each === action)) throw unauthorized(action, path);
  }

  #rolesAt(path: string) {
    const below = (scope: string): string => scope.toLowerCase().replace(/\/?$/, '/');
    return this.roles.filter(({ scope }) => below(path).startsWith(below(scope)));
  }

  /** A thing that is named by its id. */
  named(path: string, known: readonly string[]): Told {
    if (!known.includes(path)) throw new RefusedError(404, 'ResourceNotFound', `The Resource '${path}' was not found.`);
    return { status: 200, body: { id: path, name: path.split('/').at(-1), location: 'swedencentral' } };
  }
}

function unauthorized(action: string, path: string): RefusedError {
  const message = `The client does not have authorization to perform action '${action}' over scope '${path}'.`;
  return new RefusedError(403, 'AuthorizationFailed', message);
}
