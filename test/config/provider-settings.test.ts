import { expect, test } from 'vitest';
import { azureSettings } from '../../src/providers/azure/schema.ts';
import { fakeSite } from '../fakes/azure/server.ts';
import { findingsOf } from './support/load.ts';

const { launch, region, resourceGroup, subscription } = fakeSite;

const config = (own: string) => `version: 1
sites:
  sweden:
    provider: azure
    region: ${region}
    subscription: ${subscription}
    resourceGroup: ${resourceGroup}
    machines: [Standard_ND96isr_H100_v5]
    launch: { image: ${launch.image}, subnet: ${launch.subnet} }
    ${own}
deployments:
  chat: { model: tiny, sites: { sweden: {} } }
failover: { mode: off }
`;

const providers = { azure: { settings: () => Promise.resolve(azureSettings) } };

test('what a provider asks for beyond the shape of its settings is asked for in the file already', async () => {
  expect(await findingsOf(config('zones: [1, "2"]'), { providers })).toEqual([]);
  expect(await findingsOf(config('market: [reserved, spot]'), { providers })).toEqual([
    expect.stringContaining('the market reserved needs the capacity reservation group it is started from'),
  ]);
  const group = launch.image.replace(/galleries.*/, 'capacityReservationGroups/h100');
  expect(await findingsOf(config(`market: [reserved]\n    reservation: ${group}`), { providers })).toEqual([]);
});
