/** A region of EC2 on loopback: the real SDK talks to it over HTTP. Time runs as the test's clock does, faster if wished. */
import type { Clock } from '../../../src/ports/clock.ts';
import { type Front, openFront } from './front.ts';
import { authorise } from './iam.ts';
import type { Machine } from './machines.ts';
import { isAction, RefusedError, readParams, writeAnswer, writeAnswerAs } from './protocol.ts';
import { createRegion, modelled, type Region } from './region.ts';

export interface FakeEc2 extends Front {
  readonly region: Region;
  /** By how much its clock is ahead of ours, in milliseconds. */
  aheadMs: number;
  /** What costs money now, whatever the lists say: machines that run or are about to. */
  billed(): readonly Machine[];
  /** Machines that have ended, and whose volumes are there and cost money. */
  looseVolumes(): readonly Machine[];
}

export interface FakeTerms {
  readonly clock: Clock;
  /** How many milliseconds pass in the region for one of the clock. */
  readonly speed: number;
  readonly region?: string;
}

export const fakeTemplate = 'lt-0123456789abcdef0';
/** In the region's first zone. */
export const fakeSubnet = 'subnet-0123456789abcdef0';

export async function startFakeEc2({ clock, speed, region: name = 'us-east-1' }: FakeTerms): Promise<FakeEc2> {
  const [beganMs, beganMonoMs] = [clock.nowMs(), clock.monoMs()];
  const nowMs = (): number => beganMs + (clock.monoMs() - beganMonoMs) * speed;
  const region = createRegion({
    nowMs,
    zones: ['a', 'b', 'c'].map((letter) => name + letter),
    templates: [fakeTemplate],
    subnets: { [fakeSubnet]: `${name}a` },
  });
  const front = await openFront({
    region: name,
    carryOut: ({ action, form, requestId }) => ({
      status: 200,
      body: carryOut(region, name, { action, form, requestId }),
      headers: { date: new Date(clock.nowMs() + ec2.aheadMs).toUTCString() },
    }),
  });
  const ec2: FakeEc2 = {
    ...front,
    region,
    aheadMs: 0,
    looseVolumes: () =>
      region.machines.filter((each) => each.terms.keepsVolume && each.endedAtMs(region.nowMs()) !== undefined),
    billed: () => region.machines.filter((each) => ['pending', 'running'].includes(region.stateOf(each) ?? '')),
  };
  return ec2;
}

function carryOut(
  region: Region,
  name: string,
  {
    action,
    form,
    requestId: id,
  }: { readonly action: string; readonly form: URLSearchParams; readonly requestId: string },
): string {
  if (!isAction(action))
    throw new RefusedError(400, 'InvalidAction', `The action ${action} is not valid for this web service.`);
  const heeded = modelled[action];
  if (heeded === undefined) throw new RefusedError(501, 'NotModelled', `the fake does not model ${action}`);
  const params = readParams(action, form);
  // Every call to EC2 can be tried.
  const isHeeded = (each: string): boolean => heeded.includes(each) || each === 'DryRun';
  const ignored = Object.keys(params).find((each) => !isHeeded(each));
  if (ignored !== undefined)
    throw new RefusedError(501, 'NotModelled', `the fake does not model ${ignored} of ${action}`);
  if (region.policy !== undefined) authorise(region.policy, region, name, action, params);
  const result = region.act(action, params);
  if (action === 'RunInstances') return writeAnswerAs(action, 'Reservation', result, id);
  return writeAnswer(action, result, id);
}
