/** Settings of an Azure site: one resource group in one region of one subscription. References only; no key is ever written here. */
import { z } from 'zod';
import { markets } from '../../model/error-verdict.ts';
import { ownAddress, requestAddress, serverPort } from '../shared/site-settings.ts';

/** The start of every resource's id, as a pattern. */
const inGroup = String.raw`^/subscriptions/[0-9a-f-]{36}/resourceGroups/[^/\s]+/providers`;

function resourceId(rest: string, message: string) {
  return z.string().regex(new RegExp(`${inGroup}/${rest}$`, 'i'), message);
}

const machineSizes = z
  .array(z.string().regex(/^Standard_[A-Za-z0-9_-]{2,60}$/, 'a machine size is written like Standard_ND96isr_H100_v5'))
  .min(1, 'at least one machine size is needed')
  .meta({
    description: 'Virtual machine sizes, in the order they are tried',
    examples: [['Standard_ND96isr_H100_v5', 'Standard_NC40ads_H100_v5']],
  });

const zones = z
  .array(z.union([z.enum(['1', '2', '3']), z.int().min(1).max(3)], { error: () => 'a zone is 1, 2 or 3' }))
  .min(1, 'at least one zone, or leave it out')
  .meta({
    description:
      'Availability zones in the order they are tried, as this subscription numbers them; default: Azure chooses the place in the region',
    examples: [[1, 2]],
  });

const launch = z
  .strictObject({
    image: resourceId(
      String.raw`Microsoft\.Compute/(galleries/[^/\s]+/images/[^/\s]+(/versions/[^/\s]+)?|images/[^/\s]+)`,
      'an image is named by its id, such as /subscriptions/ID/resourceGroups/GROUP/providers/Microsoft.Compute/galleries/GALLERY/images/IMAGE',
    ).meta({ description: 'Image whose machines start the model server by themselves; without a version: its latest' }),
    subnet: resourceId(
      String.raw`Microsoft\.Network/virtualNetworks/[^/\s]+/subnets/[^/\s]+`,
      'a subnet is named by its id, such as /subscriptions/ID/resourceGroups/GROUP/providers/Microsoft.Network/virtualNetworks/NETWORK/subnets/SUBNET',
    ).meta({ description: 'Subnet that the machines’ network interfaces are put into' }),
    sshKey: z
      .string()
      .regex(/^ssh-(rsa|ed25519) [A-Za-z0-9+/=]+( [^\s]+)?$/, 'a public SSH key is written like ssh-rsa AAAA…')
      .optional()
      .meta({
        description:
          'Public SSH key of the user godwit on the machines; Azure wants one for a generalized image, and none for a specialized one',
      }),
  })
  .meta({ description: 'What replicas are made from' });

/** The shape of `sites.<name>` beside what every site has. `region` is there as well because it is required here. */
export const azureSettings = z
  .strictObject({
    region: z
      .string()
      .regex(/^[a-z]{4,}[a-z0-9]*$/, 'a region is written like swedencentral')
      .meta({ description: 'The region replicas are made in', examples: ['swedencentral'] }),
    subscription: z
      .string()
      .regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i, 'a subscription is named by its id, a UUID')
      .meta({ description: 'Id of the subscription that pays' }),
    resourceGroup: z
      .string()
      .regex(
        /^[-\w.()]{0,89}[-\w()]$/,
        'a resource group has at most 90 letters, digits and -_.(), with no . at its end',
      )
      .meta({ description: 'Resource group that the machines, their disks and network interfaces are in' }),
    zones: zones.optional(),
    launch,
    machines: machineSizes,
    market: z.array(z.enum(markets)).min(1, 'at least one market').optional().meta({
      description:
        'How machines are paid for, in the order it is tried: reserved (from the capacity reservation group that is named), on-demand, spot; default: on-demand',
    }),
    reservation: resourceId(
      String.raw`Microsoft\.Compute/capacityReservationGroups/[^/\s]+`,
      'a capacity reservation group is named by its id',
    )
      .optional()
      .meta({ description: 'Capacity reservation group that machines of the market reserved are started from' }),
    address: requestAddress('public makes one for each machine'),
    port: serverPort,
    prices: ownAddress('a price list')
      .optional()
      .meta({
        description: 'Where Azure’s public retail prices are asked for, without credentials; default: nowhere',
        examples: ['https://prices.azure.com'],
      }),
    endpoint: ownAddress()
      .optional()
      .meta({ description: 'Another address for Azure Resource Manager: for tests, and for clouds of one’s own' }),
  })
  .refine(({ market, reservation }) => market?.includes('reserved') !== true || reservation !== undefined, {
    path: ['reservation'],
    error: 'the market reserved needs the capacity reservation group it is started from',
  });

export type AzureSettings = Readonly<z.output<typeof azureSettings>>;
