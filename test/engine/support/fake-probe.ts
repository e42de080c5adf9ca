/** Probes that answer at once with what the test says a site's servers do. */
import type { Observation, ProbeReason } from '../../../src/model/observation.ts';
import type { Clock } from '../../../src/ports/clock.ts';
import type { Probe } from '../../../src/ports/probe.ts';
import type { FakeCloud } from './fake-cloud.ts';

export interface FakeProbe extends Probe {
  /** A site or a replica named here answers badly, for this reason. */
  readonly bad: Record<string, ProbeReason>;
  /** Sites whose probes never answer, whatever the deadline says. */
  readonly mute: Set<string>;
  readonly asked: { readonly site: string; readonly probe: string; readonly atMonoMs: number }[];
}

export function createFakeProbe(clock: Clock, clouds: ReadonlyMap<string, FakeCloud>): FakeProbe {
  const fake: FakeProbe = {
    bad: {},
    mute: new Set(),
    asked: [],
    async check(spec, replica) {
      fake.asked.push({ site: replica.site, probe: spec.name, atMonoMs: clock.monoMs() });
      if (fake.mute.has(replica.site)) return await new Promise<Observation>(() => undefined);
      const cloud = clouds.get(replica.site);
      const real = cloud?.replicas.get(replica.id);
      const isUp = real?.state === 'running' && clock.nowMs() - real.startedAtMs >= (cloud?.bootMs ?? 0);
      const reason = fake.bad[replica.id] ?? fake.bad[replica.site] ?? (isUp ? undefined : 'Refused');
      const { deployment, site, id, bootId } = replica;
      return {
        ...{ deployment, site, replica: id, bootId, probe: spec.name, plane: 'data', vantage: 'here' },
        ...{ atMs: clock.nowMs(), durationMs: 10, firstTokenMs: 5 },
        ...(reason === undefined ? { outcome: 'good' } : { outcome: 'bad', reason, detail: reason }),
      };
    },
  };
  return fake;
}
