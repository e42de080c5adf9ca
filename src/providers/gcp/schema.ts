/** Settings of a Google Cloud site: zones of one region in one project. References only; no key is ever written here. */
import { z } from 'zod';
import { markets } from '../../model/error-verdict.ts';
import { ownAddress, requestAddress, serverPort } from '../shared/site-settings.ts';

const zoneName = z.string().regex(/^[a-z]+(-[a-z]+)+\d+-[a-z]$/, 'a zone is written like europe-west4-a');

/** https://cloud.google.com/compute/docs/reference/latest/instanceTemplates/insert, `name`, checked 2026-11-27. */
const resourceName = /^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/;

const template = z
  .string()
  .regex(
    /^((https:\/\/[\w.]+\/compute\/v1\/)?(projects\/[a-z][-a-z0-9.:]+\/)?(global|regions\/[a-z]+(-[a-z]+)+\d+)\/instanceTemplates\/)?[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/,
    'an instance template is written like vllm-h100-v18, or projects/PROJECT/global/instanceTemplates/NAME',
  )
  .meta({ description: 'Instance template whose machines start the model server by themselves' });

/** The shape of `sites.<name>` beside what every site has. `region` is there as well because it is required here. */
export const gcpSettings = z
  .strictObject({
    project: z
      .string()
      .regex(
        /^([a-z][-a-z0-9.]*[a-z0-9]:)?[a-z][-a-z0-9]{4,28}[a-z0-9]$/,
        'a project is named by its id, such as inference-prod',
      )
      .meta({ description: 'Id of the project the machines belong to', examples: ['inference-prod'] }),
    region: z
      .string()
      .regex(/^[a-z]+(-[a-z]+)+\d+$/, 'a region is written like europe-west4')
      .meta({ description: 'The region the zones lie in', examples: ['europe-west4'] }),
    zones: z
      .array(zoneName)
      .min(1, 'at least one zone is needed')
      .meta({
        description: 'Zones in the order they are tried, all of the one region',
        examples: [['europe-west4-a', 'europe-west4-b']],
      }),
    launch: z
      .strictObject({
        instanceTemplate: template,
        reservation: z
          .string()
          .regex(/^(projects\/[a-z][-a-z0-9.:]+\/reservations\/)?[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/, {
            error: () => 'a reservation is written like h100-block, or projects/PROJECT/reservations/NAME',
          })
          .optional()
          .meta({ description: 'Reservation that the market `reserved` takes from, and no other capacity' }),
      })
      .meta({ description: 'What replicas are made from' }),
    machines: z
      .array(z.string().regex(resourceName, 'a machine type is written like a3-highgpu-8g'))
      .min(1, 'at least one machine type is needed')
      .meta({
        description: 'Machine types, in the order they are tried; they win over the template’s',
        examples: [['a3-highgpu-8g', 'a2-ultragpu-8g']],
      }),
    market: z.array(z.enum(markets)).min(1, 'at least one market').optional().meta({
      description:
        'How machines are paid for, in the order it is tried: reserved (from `launch.reservation`), on-demand, spot; default: on-demand',
    }),
    address: requestAddress(),
    port: serverPort,
    endpoint: ownAddress().optional().meta({
      description:
        'Another address for the Compute Engine API: for endpoints inside a network, and for tests. No credentials go over http',
    }),
  })
  .superRefine(({ region, zones, market = [], launch }, issues) => {
    for (const [index, zone] of zones.entries())
      if (!zone.startsWith(`${region}-`))
        issues.addIssue({ code: 'custom', path: ['zones', index], message: `${zone} is not a zone of ${region}` });
    if (market.includes('reserved') && launch.reservation === undefined)
      issues.addIssue({ code: 'custom', path: ['launch'], message: 'the market reserved needs launch.reservation' });
  });

export type GcpSettings = Readonly<z.output<typeof gcpSettings>>;
