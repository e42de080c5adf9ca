import { expect, onTestFinished, test } from 'vitest';
import { examineSite } from '../../src/engine/doctor.ts';
import { createObserver } from '../../src/engine/observe.ts';
import type { Observation } from '../../src/model/observation.ts';
import type { WriteCall } from '../../src/ports/call.ts';
import type { Probe } from '../../src/ports/probe.ts';
import { createSeededRandom } from '../../src/testkit/seeded-random.ts';
import { createWorld } from '../engine/support/world.ts';
import { makeAwsSite } from '../providers/aws/support/site.ts';
import { makeAzureSite } from '../providers/azure/support/site.ts';
import { makeGcpSite } from '../providers/gcp/support/site.ts';
import { createFastClock } from '../providers/support/fast-clock.ts';

/** A minute is a second here. */
const clock = createFastClock(60);
const never = new AbortController().signal;
/** How long is watched, and how often the loop looks by default, milliseconds. */
const [watchedMs, evaluateEveryMs] = [600_000, 2000];

/** Fifty in all. */
const replicas = { virginia: 17, sweden: 17, netherlands: 16 } as const;
type SiteName = keyof typeof replicas;

/** What a cloud counts together, and how much of it a minute its page grants. All pages checked 2026-11-27. */
interface Bucket {
  readonly site: SiteName;
  readonly what: string;
  readonly calls: RegExp;
  readonly grantedPerMinute: number;
  /** Counted for each machine by itself. */
  readonly isPerMachine?: true;
}

const buckets: readonly Bucket[] = [
  // The lowest of the rates for calls that only describe, 10 tokens a second for each of them:
  // https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html
  { site: 'virginia', what: 'any one call', calls: /./, grantedPerMinute: 600 },
  // High Cost Get VM, and Low Cost Get VM of a resource and of a subscription:
  // https://learn.microsoft.com/azure/virtual-machines/compute-throttling-limits
  { site: 'sweden', what: 'lists of machines', calls: /^VirtualMachines_List/, grantedPerMinute: 300 },
  { site: 'sweden', what: 'looks at machines', calls: /^VirtualMachines_Get$/, grantedPerMinute: 8000 },
  {
    ...{ site: 'sweden', what: 'looks at one machine', calls: /^VirtualMachines_Get$/, grantedPerMinute: 12 },
    isPerMachine: true,
  },
  // 25 tokens a second for reads of a subscription in a region:
  // https://learn.microsoft.com/azure/azure-resource-manager/management/request-limits-and-throttling
  { site: 'sweden', what: 'all reads', calls: /./, grantedPerMinute: 1500 },
  // Read requests of a project: https://docs.cloud.google.com/compute/api-quota
  { site: 'netherlands', what: 'all reads', calls: /./, grantedPerMinute: 1500 },
];

/** Every completion is good: nothing is wrong anywhere. */
const probe: Probe = {
  async check(spec, { deployment, site, id, bootId }): Promise<Observation> {
    return {
      ...{ deployment, site, replica: id, bootId, probe: spec.name, plane: 'data', vantage: 'here' },
      ...{ atMs: clock.nowMs(), outcome: 'good', durationMs: 10, firstTokenMs: 5 },
    };
  },
};

function callOf(slot: number): WriteCall {
  const deadlineAtMonoMs = clock.monoMs() + 120_000;
  const call = { signal: never, deadlineAtMonoMs, operationId: 'op-1', epoch: 1 };
  return { ...call, idempotencyKey: `op-1/0/${slot}` };
}

test('watching fifty replicas at three clouds takes less than a tenth of the calls that are granted', async () => {
  const aws = await makeAwsSite({ clock, speed: 10 });
  const azure = await makeAzureSite({ clock, speed: 10 });
  const gcp = await makeGcpSite({ clock, speed: 10 });
  onTestFinished(async () => {
    await Promise.all([aws.dispose(), azure.dispose(), gcp.dispose()]);
  });
  const subjects = { virginia: aws, sweden: azure, netherlands: gcp } as const;
  const world = createWorld({ sites: replicas });
  const names = Object.keys(replicas) as SiteName[];
  const sessions = new Map(
    await Promise.all(names.map(async (name) => [name as string, await subjects[name].open()] as const)),
  );
  for (const name of names) {
    const started = Array.from({ length: replicas[name] }, (_, slot) => {
      const request = { deployment: 'chat', model: 'tiny', slot, launch: subjects[name].launch };
      return sessions.get(name)?.start(request, callOf(slot));
    });
    expect((await Promise.all(started)).filter((reply) => reply?.kind !== 'done')).toEqual([]);
  }
  const deps = { ...world.boot().deps, clock, probe, providers: sessions, random: createSeededRandom(1) };
  const observer = createObserver(deps, world.deployment, 30_000);
  const allRun = () =>
    observer
      .sight()
      .sites.every(
        ({ replicas: all, site }) =>
          all.filter(({ replica }) => replica.state === 'running').length === replicas[site.name as SiteName],
      );
  while (!allRun()) await observer.look(evaluateEveryMs, never);

  const before = new Map(names.map((name) => [name, subjects[name].cloud.calls.length]));
  const sinceMonoMs = clock.monoMs();
  while (clock.monoMs() - sinceMonoMs < watchedMs) {
    await observer.look(evaluateEveryMs, never);
    await clock.sleep(evaluateEveryMs, never);
  }
  const minutes = (clock.monoMs() - sinceMonoMs) / 60_000;
  for (const { site, what, calls, grantedPerMinute, isPerMachine } of buckets) {
    const made = subjects[site].cloud.calls.slice(before.get(site)).filter((call) => calls.test(call)).length;
    const perMinute = made / minutes / (isPerMachine === true ? replicas[site] : 1);
    console.info(`${site}, ${what}: ${perMinute.toFixed(1)} a minute of ${grantedPerMinute}`);
    expect(perMinute, what).toBeGreaterThan(0);
    expect(perMinute, what).toBeLessThan(grantedPerMinute / 10);
  }
  // All its calls come in one minute, once in hours: beside a calm watch they must leave the loop its own.
  for (const site of world.config.sites) {
    const name = site.name as SiteName;
    const asked = subjects[name].cloud.calls.length;
    await examineSite({ config: world.config, clock, sessions }, site, never);
    const calls = subjects[name].cloud.calls.slice(asked);
    console.info(`${name}, one look of the doctor: ${calls.length} calls`);
    expect(calls.length).toBeGreaterThan(0);
    for (const { what, calls: counted, grantedPerMinute, isPerMachine } of buckets.filter((each) => each.site === name))
      if (isPerMachine !== true)
        expect(calls.filter((call) => counted.test(call)).length, what).toBeLessThan(grantedPerMinute / 10);
  }
}, 120_000);
