/** Settings of an AWS site: one region of one account. References only; no key is ever written here. */
import { z } from 'zod';
import { markets } from '../../model/error-verdict.ts';
import { ownAddress, requestAddress, serverPort } from '../shared/site-settings.ts';

const zoneName = z.string().regex(/^[a-z]{2,4}(-[a-z0-9]+)+[a-z]$/, 'a zone is written like us-east-1a');

const machineType = z.string().regex(/^[a-z][a-z0-9-]*\.[a-z0-9-]+$/, 'a machine type is written like p5.48xlarge');

const machineTypes = z
  .array(machineType)
  .min(1, 'at least one machine type is needed')
  .meta({
    description: 'EC2 instance types, in the order they are tried; they win over the launch template’s',
    examples: [['p5.48xlarge', 'p5e.48xlarge']],
  });

const zones = z
  .array(
    z.union(
      [
        zoneName,
        z.strictObject({
          zone: zoneName,
          subnet: z.string().regex(/^subnet-[0-9a-f]{8,17}$/, 'a subnet is written like subnet-0b1c2d3e4f5061728'),
        }),
      ],
      { error: () => 'a zone is written like us-east-1a, or { zone: us-east-1a, subnet: subnet-0b1c2d3e4f5061728 }' },
    ),
  )
  .min(1, 'at least one zone, or leave it out')
  .meta({
    description:
      'Zones in the order they are tried, each with its subnet where the network is not the default one; default: where the launch template says. Name a subnet only when the template names no network interface',
    examples: [['us-east-1a', 'us-east-1b']],
  });

const reservations = z
  .array(
    z.strictObject({
      id: z
        .string()
        .regex(/^cr-[0-9a-f]{8,17}$/, 'a reservation is written like cr-0b1c2d3e4f5061728')
        .meta({ description: 'The capacity reservation, or that of the Capacity Block' }),
      machine: machineType.meta({ description: 'The machine type it is for' }),
      zone: zoneName.meta({ description: 'The zone it is in; its subnet is the one that zones names for it' }),
      block: z.boolean().optional().meta({
        description: 'It is a Capacity Block, one of an UltraServer too; default: false',
      }),
    }),
  )
  .min(1, 'at least one reservation, or leave it out')
  .meta({
    description:
      'Reservations to take machines from, in this order, in the market reserved; default: any that is open to them. Named here, that market comes first by default',
  });

const endpoint = ownAddress();

/** The shape of `sites.<name>` beside what every site has. `region` is there as well because it is required here. */
export const awsSettings = z.strictObject({
  region: z
    .string()
    .regex(/^[a-z]{2,4}(-[a-z]+)+-\d+$/, 'a region is written like us-east-1')
    .meta({ description: 'The region all calls go to', examples: ['us-east-1'] }),
  zones: zones.optional(),
  launch: z
    .strictObject({
      template: z
        .string()
        .regex(/^lt-[0-9a-f]{8,17}$/, 'a launch template is named by its id, such as lt-0b1c2d3e4f5061728')
        .meta({
          description:
            'Launch template whose machines start the model server by themselves, or have docker or podman to run an image',
        }),
      version: z
        .union([z.enum(['$Default', '$Latest']), z.int().min(1)], {
          error: () => 'a version is a number, $Default or $Latest',
        })
        .optional()
        .meta({ description: 'Version of the template; default: $Default' }),
      metadataHops: z.int().min(1).max(2).optional().meta({
        description:
          'Where an image is named: 2 lets its container ask the machine’s metadata service, and so act by the machine’s role; default: 1, the machine alone',
      }),
    })
    .meta({ description: 'What replicas are made from' }),
  machines: machineTypes,
  market: z.array(z.enum(markets)).min(1, 'at least one market').optional().meta({
    description:
      'How machines are paid for, in the order it is tried: reserved (only from reservations), on-demand, spot; default: on-demand',
  }),
  address: requestAddress(),
  port: serverPort,
  credentials: z
    .strictObject({
      profile: z.string().min(1).meta({ description: 'Name of a profile in the AWS configuration files' }),
    })
    .optional()
    .meta({ description: 'Where credentials come from; default: the SDK’s own chain. Never a key' }),
  reservations: reservations.optional(),
  quotas: z
    .union([
      z.literal(true),
      z.strictObject({ endpoint: endpoint.meta({ description: 'Another address for the Service Quotas API' }) }),
    ])
    .optional()
    .meta({
      description:
        'Asks Service Quotas for the vCPUs that the account may still run before a machine is asked for; needs servicequotas:GetServiceQuota and GetAWSDefaultServiceQuota; default: not asked, so not known',
    }),
  endpoint: endpoint
    .optional()
    .meta({ description: 'Another address for the EC2 API: for tests, and for endpoints inside a network' }),
});

export type AwsSettings = Readonly<z.output<typeof awsSettings>>;
