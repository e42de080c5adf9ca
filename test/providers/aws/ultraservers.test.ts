import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Provider } from '../../../src/ports/provider.ts';
import { callOf, doneOf, fastClock, request, seenOf } from './support/desk.ts';
import { type AwsSite, makeAwsSite } from './support/site.ts';

const machine = 'p6e-gb200.36xlarge';
const [reservation, second] = ['cr-0000000000000000a', 'cr-0000000000000000b'];
const [server, other] = ['cb-0000000000000000a', 'cb-0000000000000000b'];

let site: AwsSite;
beforeEach(async () => {
  site = await makeAwsSite({ clock: fastClock, speed: 10 });
});
afterEach(() => site.dispose());

function reserve(id: string, block: string, change: object = {}): void {
  site.ec2.region.catalogue.reservations.push({
    ...{ CapacityReservationId: id, InstanceType: machine, AvailabilityZone: 'us-east-1a', State: 'active' },
    ...{ ReservationType: 'capacity-block', InstanceMatchCriteria: 'targeted', TotalInstanceCount: 1 },
    ...{ CapacityBlockId: block, LaunchStatus: 'launchable', ...change },
  });
}

async function started(reservations: readonly object[], count = reservations.length): Promise<Provider> {
  const session = await site.openWith({ settings: { reservations, machines: [machine], market: ['reserved'] } });
  for (let slot = 0; slot < count; slot += 1) doneOf(await session.start({ ...request, slot }, callOf(`k${slot}`)));
  await expect
    .poll(() => site.ec2.region.machines.every((each) => site.ec2.region.stateOf(each) === 'running'))
    .toBe(true);
  return session;
}

async function domainsIn(session: Provider): Promise<readonly unknown[]> {
  return seenOf(await session.list({ deployment: 'chat' }, callOf(''))).map(({ failureDomain }) => failureDomain);
}

const place = { machine, zone: 'us-east-1a', block: true };
const asked = (): number => site.ec2.calls.filter((each) => each === 'DescribeInstanceTopology').length;

test('machines of one UltraServer stand in one failure domain, those of the next in another', async () => {
  reserve(reservation, server, { TotalInstanceCount: 2 });
  reserve(second, other);
  const session = await started(
    [
      { id: reservation, ...place },
      { id: second, ...place },
    ],
    3,
  );
  expect(await domainsIn(session)).toEqual([server, server, other]);
  for (let lists = 0; lists < 3; lists += 1) await domainsIn(session);
  expect(asked(), 'what was told of a boot stays so').toBe(1);
});

test('a block of another kind is no failure domain, and is asked about once a minute at most', async () => {
  reserve(reservation, server, { LaunchStatus: undefined });
  const session = await started([{ id: reservation, ...place }]);
  for (let lists = 0; lists < 3; lists += 1) expect(await domainsIn(session)).toEqual([undefined]);
  expect(asked()).toBe(1);
});

test('what EC2 does not know right after a launch is asked again', async () => {
  reserve(reservation, server);
  site.ec2.region.topologyLagMs = 30_000;
  const session = await started([{ id: reservation, ...place }]);
  expect(await domainsIn(session)).toEqual([undefined]);
  await expect.poll(() => domainsIn(session), { timeout: 20_000, interval: 300 }).toEqual([server]);
});

test.for([
  ['refused', { status: 403, code: 'UnauthorizedOperation', message: 'not authorized' }],
  ['not answered', 'hang'],
] as const)('a list is whole when its topology is %s', async ([, answer]) => {
  reserve(reservation, server);
  const session = await started([{ id: reservation, ...place }]);
  site.ec2.fault({ action: 'DescribeInstanceTopology', when: 'before', answer, times: 1 });
  const call = { ...callOf(''), deadlineAtMonoMs: fastClock.monoMs() + 20_000 };
  expect(seenOf(await session.list({ deployment: 'chat' }, call))).toMatchObject([{ slot: 0, state: 'running' }]);
  expect(asked()).toBe(1);
});

test('a site whose settings name no block asks nothing', async () => {
  reserve(reservation, server, { ReservationType: 'default' });
  const session = await started([{ id: reservation, ...place, block: false }]);
  expect(await domainsIn(session)).toEqual([undefined]);
  expect(asked()).toBe(0);
});
