/** A Google Cloud site whose project is the fake on loopback; every session is one of its own, with nothing shared but the folder. */
import type { LaunchSpec } from '../../../../src/model/deployment.ts';
import type { Replica } from '../../../../src/model/replica.ts';
import type { Provider } from '../../../../src/ports/provider.ts';
import { gcp } from '../../../../src/providers/gcp/index.ts';
import { createClock } from '../../../../src/system/clock.ts';
import { createRandom } from '../../../../src/system/random.ts';
import type { CloudSubject } from '../../../../src/testkit/provider/cloud-subject.ts';
import { type FakeGcp, type FakeTerms, fakeProject, fakeTemplate, startFakeGcp } from '../../../fakes/gcp/server.ts';
import { openRecords, type Records } from '../../support/records.ts';
import { cloudOf } from './cloud.ts';

export const launch: LaunchSpec = { command: [], env: {}, startupTimeoutMs: 60_000, stopGraceMs: 30_000 };

/** `elsewhere`: on another machine, which has none of this one's records. */
export type OpenWith = (change: { readonly settings?: object; readonly elsewhere?: boolean }) => Promise<Provider>;

export interface GcpSite extends CloudSubject {
  readonly fake: FakeGcp;
  readonly records: Records;
  readonly openWith: OpenWith;
}

/** By default time is real and passes 200 times as fast in the project: a machine boots in 45 ms. */
export async function makeGcpSite(terms: Partial<FakeTerms> = {}): Promise<GcpSite> {
  const clock = terms.clock ?? createClock();
  const records = openRecords('godwit-gcp-');
  const fake = await startFakeGcp({ ...terms, clock, speed: terms.speed ?? 200 });
  const settings = {
    project: fakeProject,
    zones: ['europe-west4-a', 'europe-west4-b'],
    machines: ['a3-highgpu-8g', 'a2-ultragpu-8g'],
    launch: { instanceTemplate: fakeTemplate },
    endpoint: fake.url,
  };
  const openWith: OpenWith = ({ settings: change, elsewhere = false }) => {
    const site = {
      ...{ name: 'netherlands', provider: 'gcp', region: 'europe-west4', residency: ['EU'] },
      failureDomains: ['eu-west'],
      settings: { ...settings, ...change },
    };
    const stateDir = elsewhere ? records.elsewhere() : records.here;
    return gcp.connect(site, { clock, random: createRandom(), stateDir });
  };
  const goodSettings = { ...settings, region: 'europe-west4' };
  const { cloud, closeLinks } = cloudOf(fake, records, openWith);
  return {
    ...{ plugin: gcp, clock, launch, goodSettings, fake, records, cloud, openWith },
    badLaunch: { ...launch, command: ['vllm', 'serve'] },
    badSettings: badSettings(settings, goodSettings),
    open: () => openWith({}),
    async killReplica({ id }: Replica) {
      const machine = fake.project.machines.find(({ terms: { name, zone } }) => `${name}.${zone}` === id);
      machine?.vanish(fake.project.nowMs());
    },
    countRunning: async () => fake.billed().length,
    async dispose() {
      await closeLinks();
      await fake.close();
      records.remove();
    },
  };
}

function badSettings(settings: object, good: object): readonly object[] {
  return [
    settings,
    { ...good, region: 'Netherlands' },
    { ...good, project: 'Inference Prod' },
    { ...good, launch: { instanceTemplate: 'My template' } },
    { ...good, launch: { instanceTemplate: fakeTemplate, version: 1 } },
    { ...good, machines: [] },
    { ...good, machines: ['a3.highgpu'] },
    { ...good, zones: [] },
    { ...good, zones: ['europe-west4'] },
    { ...good, zones: ['us-central1-a'] },
    { ...good, market: ['cheap'] },
    { ...good, market: ['reserved'] },
    { ...good, port: 0 },
    { ...good, credentials: { privateKey: 'fake' } },
    { ...good, endpoint: 'http://compute.example.com' },
    { ...good, image: 'cos-stable' },
  ];
}
