/** A Google Cloud site whose project is the fake on loopback; every session is one of its own, with nothing shared but the folder. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LaunchSpec } from '../../../../src/model/deployment.ts';
import type { Clock } from '../../../../src/ports/clock.ts';
import type { Provider } from '../../../../src/ports/provider.ts';
import { gcp } from '../../../../src/providers/gcp/index.ts';
import { createClock } from '../../../../src/system/clock.ts';
import { createRandom } from '../../../../src/system/random.ts';
import type { ProviderSubject } from '../../../../src/testkit/provider/subject.ts';
import { type FakeGcp, fakeProject, fakeTemplate, startFakeGcp } from '../../../fakes/gcp/server.ts';

export const clock = createClock();

/** A clock of its own speed: a project's seconds need not last as long as ours. */
export function createFastClock(speed: number): Clock {
  const [nowMs, monoMs] = [clock.nowMs(), clock.monoMs()];
  const passedMs = (): number => (clock.monoMs() - monoMs) * speed;
  return {
    nowMs: () => nowMs + passedMs(),
    monoMs: () => monoMs + passedMs(),
    after: (ms, run) => clock.after(ms / speed, run),
    sleep: (ms, signal) => clock.sleep(ms / speed, signal),
  };
}

export const launch: LaunchSpec = { command: [], env: {}, startupTimeoutMs: 60_000, stopGraceMs: 30_000 };

export interface GcpSite extends ProviderSubject {
  readonly cloud: FakeGcp;
  /** `elsewhere`: on another machine, which has none of this one's records. */
  openWith(change: { readonly settings?: object; readonly elsewhere?: boolean }): Promise<Provider>;
}

/** By default time is real and passes 200 times as fast in the project: a machine boots in 45 ms. */
export async function makeGcpSite(terms: { readonly clock?: Clock; readonly speed?: number } = {}): Promise<GcpSite> {
  const time = terms.clock ?? clock;
  const dir = mkdtempSync(join(tmpdir(), 'godwit-gcp-'));
  const cloud = await startFakeGcp({ clock: time, speed: terms.speed ?? 200 });
  const settings = {
    project: fakeProject,
    zones: ['europe-west4-a', 'europe-west4-b'],
    machines: ['a3-highgpu-8g', 'a2-ultragpu-8g'],
    launch: { instanceTemplate: fakeTemplate },
    endpoint: cloud.url,
  };
  const goodSettings = { ...settings, region: 'europe-west4' };
  let others = 0;
  const openWith: GcpSite['openWith'] = ({ settings: change, elsewhere = false }) => {
    if (elsewhere) others += 1;
    const stateDir = join(dir, elsewhere ? `machine-${others}` : 'here');
    const site = {
      ...{ name: 'netherlands', provider: 'gcp', region: 'europe-west4', residency: ['EU'] },
      failureDomains: ['eu-west'],
      settings: { ...settings, ...change },
    };
    return gcp.connect(site, { clock: time, random: createRandom(), stateDir });
  };
  return {
    cloud,
    plugin: gcp,
    clock: time,
    launch,
    badLaunch: { ...launch, command: ['vllm', 'serve'] },
    goodSettings,
    badSettings: [
      settings,
      { ...goodSettings, region: 'Netherlands' },
      { ...goodSettings, project: 'Inference Prod' },
      { ...goodSettings, launch: { instanceTemplate: 'My template' } },
      { ...goodSettings, launch: { instanceTemplate: fakeTemplate, version: 1 } },
      { ...goodSettings, machines: [] },
      { ...goodSettings, machines: ['a3.highgpu'] },
      { ...goodSettings, zones: [] },
      { ...goodSettings, zones: ['europe-west4'] },
      { ...goodSettings, zones: ['us-central1-a'] },
      { ...goodSettings, market: ['cheap'] },
      { ...goodSettings, market: ['reserved'] },
      { ...goodSettings, port: 0 },
      { ...goodSettings, credentials: { privateKey: 'fake' } },
      { ...goodSettings, endpoint: 'http://compute.example.com' },
      { ...goodSettings, image: 'cos-stable' },
    ],
    openWith,
    open: () => openWith({}),
    async killReplica({ id }) {
      const machine = cloud.project.machines.find(({ terms }) => `${terms.name}.${terms.zone}` === id);
      machine?.vanish(cloud.project.nowMs());
    },
    countRunning: async () => cloud.billed().length,
    async dispose() {
      await cloud.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
