import {
  DescribeCapacityReservationsCommand,
  DescribeInstanceStatusCommand,
  DescribeInstanceTypeOfferingsCommand,
  DescribeInstanceTypesCommand,
  DescribeSpotPriceHistoryCommand,
  EC2Client,
} from '@aws-sdk/client-ec2';
import { GetServiceQuotaCommand, ListServiceQuotasCommand, ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createClock } from '../../../src/system/clock.ts';
import { type FakeEc2, startFakeEc2 } from './server.ts';
import { startFakeQuotas } from './service-quotas.ts';

const terms = {
  ...{ region: 'us-east-1', maxAttempts: 1 },
  credentials: { accessKeyId: 'AKIAFAKE', secretAccessKey: 'fake' },
};

let ec2: FakeEc2;
let client: EC2Client;
beforeEach(async () => {
  ec2 = await startFakeEc2({ clock: createClock(), speed: 200 });
  client = new EC2Client({ ...terms, endpoint: ec2.url });
});
afterEach(async () => {
  client.destroy();
  await ec2.close();
});

test('the SDK reads offerings page by page, sizes, prices and reservations', async () => {
  ec2.region.pageSize = 2;
  ec2.region.catalogue.notOffered.add('p5.48xlarge us-east-1b');
  const Filters = [{ Name: 'instance-type', Values: ['p5.48xlarge', 'g6.xlarge'] }];
  const offerings = { LocationType: 'availability-zone', Filters } as const;
  const first = await client.send(new DescribeInstanceTypeOfferingsCommand(offerings));
  expect(first.InstanceTypeOfferings?.map(({ Location }) => Location)).toEqual(['us-east-1a', 'us-east-1c']);
  const next = await client.send(
    new DescribeInstanceTypeOfferingsCommand({ ...offerings, NextToken: first.NextToken ?? '' }),
  );
  expect(next.InstanceTypeOfferings?.[0]).toMatchObject({ InstanceType: 'g6.xlarge', Location: 'us-east-1a' });
  const { InstanceTypes } = await client.send(new DescribeInstanceTypesCommand({ InstanceTypes: ['p5.48xlarge'] }));
  expect(InstanceTypes?.[0]?.VCpuInfo?.DefaultVCpus).toBe(192);
  ec2.region.catalogue.spotPrices.set('p5.48xlarge us-east-1a', '31.464');
  const asked = { InstanceTypes: ['p5.48xlarge' as const], ProductDescriptions: ['Linux/UNIX'] };
  const { SpotPriceHistory } = await client.send(new DescribeSpotPriceHistoryCommand(asked));
  expect(SpotPriceHistory).toMatchObject([{ SpotPrice: '31.464', AvailabilityZone: 'us-east-1a' }]);
  const EndDate = new Date('2026-12-01T10:00:00Z');
  ec2.region.catalogue.reservations.push({ CapacityReservationId: 'cr-1', TotalInstanceCount: 2, EndDate });
  const { CapacityReservations } = await client.send(new DescribeCapacityReservationsCommand({}));
  expect(CapacityReservations).toMatchObject([{ CapacityReservationId: 'cr-1', AvailableInstanceCount: 2, EndDate }]);
});

test('what EC2 has and the catalogue has not is answered 501, what is no machine type 400', async () => {
  const status = (httpStatusCode: number) => ({ $metadata: { httpStatusCode } });
  const zones = new DescribeInstanceStatusCommand({ Filters: [{ Name: 'availability-zone', Values: ['a'] }] });
  await expect(client.send(zones)).rejects.toMatchObject({ name: 'NotModelled', ...status(501) });
  const all = new DescribeInstanceStatusCommand({ IncludeAllInstances: true });
  await expect(client.send(all)).rejects.toMatchObject({ name: 'NotModelled', ...status(501) });
  const regions = new DescribeInstanceTypeOfferingsCommand({ LocationType: 'region' });
  await expect(client.send(regions)).rejects.toMatchObject({ name: 'NotModelled', ...status(501) });
  const odd = new DescribeInstanceTypesCommand({ InstanceTypes: ['p4de.24xlarge'] });
  await expect(client.send(odd)).rejects.toMatchObject({ name: 'InvalidInstanceType', ...status(400) });
});

test('Service Quotas says what the account has of its own, and 501 to what is not modelled', async () => {
  const fake = await startFakeQuotas();
  const quotas = new ServiceQuotasClient({ ...terms, endpoint: fake.url });
  try {
    fake.own.set('L-417A185B', ['Running On-Demand P instances', 384]);
    const which = { ServiceCode: 'ec2', QuotaCode: 'L-417A185B' };
    const { Quota } = await quotas.send(new GetServiceQuotaCommand(which));
    expect(Quota).toMatchObject({ QuotaName: 'Running On-Demand P instances', Value: 384 });
    const other = new GetServiceQuotaCommand({ ...which, QuotaCode: 'L-0' });
    await expect(quotas.send(other)).rejects.toMatchObject({ name: 'NoSuchResourceException' });
    const list = new ListServiceQuotasCommand({ ServiceCode: 'ec2' });
    await expect(quotas.send(list)).rejects.toMatchObject({ name: 'NotModelled', $metadata: { httpStatusCode: 501 } });
  } finally {
    quotas.destroy();
    await fake.close();
  }
});
