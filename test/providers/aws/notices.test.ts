import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Replica } from '../../../src/model/replica.ts';
import type { Provider } from '../../../src/ports/provider.ts';
import { answers } from '../../fakes/aws/faults.ts';
import { callOf, doneOf, fastClock, request, seenOf } from './support/desk.ts';
import { type AwsSite, makeAwsSite } from './support/site.ts';

let site: AwsSite;
beforeEach(async () => {
  site = await makeAwsSite({ clock: fastClock, speed: 10 });
});
afterEach(() => site.dispose());

async function started(settings: object = {}): Promise<{ session: Provider; replica: Replica }> {
  const session = await site.openWith({ settings });
  return { session, replica: doneOf(await session.start(request, callOf('k1'))) };
}

async function noticesOf(session: Provider) {
  return seenOf(await session.notices?.(callOf('')));
}

const at = new Date('2026-12-01T10:00:00Z');

test.for([
  ['instance-retirement', 'retirement'],
  ['instance-stop', 'retirement'],
  ['instance-reboot', 'maintenance'],
  ['system-reboot', 'maintenance'],
  ['system-maintenance', 'maintenance'],
] as const)('%s is seen as %s, with when it begins', async ([Code, kind]) => {
  const { session, replica } = await started();
  site.ec2.region.catalogue.events.push({ machine: replica.id, event: { Code, Description: 'why', NotBefore: at } });
  const about = { code: Code, message: 'why', replicaId: replica.id, deployment: 'chat', atMs: at.getTime() };
  expect(await noticesOf(session)).toEqual([{ kind, ...about }]);
});

test.for(['[Completed] it was rebooted', '[Canceled] not needed'])('%s is no notice any more', async (Description) => {
  const { session, replica } = await started();
  site.ec2.region.catalogue.events.push({ machine: replica.id, event: { Code: 'system-reboot', Description } });
  expect(await noticesOf(session)).toEqual([]);
});

test('an event without words or time is told by its code, at any moment', async () => {
  const { session, replica } = await started();
  site.ec2.region.catalogue.events.push({ machine: replica.id, event: { Code: 'system-reboot' } });
  const [notice] = await noticesOf(session);
  expect([notice?.message, notice && 'atMs' in notice]).toEqual(['system-reboot', false]);
});

test.for([
  ['fulfilled', 0],
  ['request-canceled-and-instance-running', 0],
  ['marked-for-termination', 1],
  ['marked-for-stop', 1],
  ['instance-terminated-no-capacity', 1],
  ['instance-terminated-by-price', 1],
  ['instance-terminated-by-user', 0],
] as const)('a spot machine whose request is %s has %i notices', async ([status, count]) => {
  const { session, replica } = await started({ market: ['spot'] });
  site.ec2.region.catalogue.spotStatuses.set(replica.id, status);
  const notices = await noticesOf(session);
  expect(notices.map(({ kind, code }) => [kind, code])).toEqual(
    Array.from({ length: count }, () => ['preemption', status]),
  );
});

test('the end of a Capacity Block is told half an hour early, when its machines begin to be terminated', async () => {
  site.ec2.region.catalogue.reservations.push({
    ...{ CapacityReservationId: 'cr-0123456789abcdef0', InstanceType: 'p5.48xlarge', AvailabilityZone: 'us-east-1a' },
    ...{ State: 'active', InstanceMatchCriteria: 'targeted', ReservationType: 'capacity-block' },
    ...{ TotalInstanceCount: 1, EndDate: at },
  });
  const block = { id: 'cr-0123456789abcdef0', machine: 'p5.48xlarge', zone: 'us-east-1a', block: true };
  const { session, replica } = await started({ market: ['reserved'], reservations: [block] });
  const [notice] = await noticesOf(session);
  expect(notice).toMatchObject({ kind: 'retirement', replicaId: replica.id, atMs: at.getTime() - 1_800_000 });
  expect(notice?.message).toContain('2026-12-01T10:00:00.000Z');
});

test('asks only for what its machines can have', async () => {
  const empty = await site.open();
  expect(await noticesOf(empty)).toEqual([]);
  expect(site.ec2.calls).toEqual(['DescribeInstances']);
  const { session } = await started();
  const before = site.ec2.calls.length;
  await noticesOf(session);
  expect(site.ec2.calls.slice(before)).toEqual(['DescribeInstances', 'DescribeInstanceStatus']);
});

test('has none of a machine that has ended, and is not sure when a part could not be seen', async () => {
  const { session, replica } = await started({ market: ['spot'] });
  site.ec2.region.catalogue.events.push({ machine: replica.id, event: { Code: 'instance-stop' } });
  site.ec2.fault({ action: 'DescribeSpotInstanceRequests', when: 'before', answer: answers.throttled });
  expect(await session.notices?.(callOf(''))).toMatchObject({ kind: 'unknown', error: { class: 'throttled' } });
  expect(await noticesOf(session)).toHaveLength(1);
  doneOf(await session.stop(replica, 'delete', callOf('k2')));
  expect(await noticesOf(session)).toEqual([]);
});
