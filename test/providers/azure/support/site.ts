/** An Azure site whose resource group is the fake on loopback; every session is one of its own, with nothing shared but the folder. */
import { existsSync } from 'node:fs';
import type { LaunchSpec } from '../../../../src/model/deployment.ts';
import type { Replica } from '../../../../src/model/replica.ts';
import type { Clock } from '../../../../src/ports/clock.ts';
import type { Provider } from '../../../../src/ports/provider.ts';
import { azure } from '../../../../src/providers/azure/index.ts';
import { createClock } from '../../../../src/system/clock.ts';
import { createRandom } from '../../../../src/system/random.ts';
import type { CloudSubject } from '../../../../src/testkit/provider/cloud-subject.ts';
import type { ProviderSubject } from '../../../../src/testkit/provider/subject.ts';
import { type FakeAzure, fakeSite, startFakeAzure, startFakeIdentity } from '../../../fakes/azure/server.ts';
import { openRecords } from '../../support/records.ts';
import { cloudOf } from './cloud.ts';

export const clock = createClock();

/** The SDK's own chain, as on a machine in Azure; it must look nowhere else. */
Object.assign(process.env, (await startFakeIdentity()).env);

/** Nothing here is about disks, and hundreds of sites that flush theirs would wait for each other. */
if (existsSync('/dev/shm')) process.env['TMPDIR'] = '/dev/shm';

export const launch: LaunchSpec = { command: [], env: {}, startupTimeoutMs: 60_000, stopGraceMs: 30_000 };

/** A site whose Azure is somewhere on loopback: all that does not depend on what stands there. */
export interface SiteOfEndpoint
  extends Pick<ProviderSubject, 'plugin' | 'clock' | 'launch' | 'badLaunch' | 'goodSettings' | 'badSettings' | 'open'> {
  /** What is on record now is what sessions opened later find: one opened before may write what it likes. */
  parkRecords(): void;
  /** `elsewhere`: on another machine, which has none of this one's records. */
  openWith(change: { readonly settings?: object; readonly elsewhere?: boolean }): Promise<Provider>;
  removeFolder(): void;
}

function siteOfEndpoint(time: Clock, endpoint: string): SiteOfEndpoint {
  const records = openRecords('godwit-azure-');
  const { region, ...own } = fakeSite;
  const settings = {
    ...own,
    ...{ zones: [1, 2], machines: ['Standard_ND96isr_H100_v5', 'Standard_NC40ads_H100_v5'], endpoint },
  };
  const goodSettings = { ...settings, region };
  const openWith: SiteOfEndpoint['openWith'] = ({ settings: change, elsewhere = false }) => {
    const stateDir = elsewhere ? records.elsewhere() : records.here;
    const site = {
      ...{ name: 'sweden', provider: 'azure', region, residency: ['EU'], failureDomains: ['eu-north'] },
      settings: { ...settings, ...change },
    };
    return azure.connect(site, { clock: time, random: createRandom(), stateDir });
  };
  return {
    ...{ plugin: azure, clock: time, launch, goodSettings, openWith },
    parkRecords: () => records.park(),
    badLaunch: { ...launch, command: ['vllm', 'serve'] },
    badSettings: [
      settings,
      { ...goodSettings, region: 'Sweden Central' },
      { ...goodSettings, subscription: 'my-subscription' },
      { ...goodSettings, resourceGroup: 'a/b' },
      { ...goodSettings, resourceGroup: undefined },
      { ...goodSettings, launch: { ...own.launch, image: 'vllm' } },
      { ...goodSettings, launch: { image: own.launch.image } },
      { ...goodSettings, launch: { ...own.launch, sshKey: '-----BEGIN OPENSSH PRIVATE KEY-----' } },
      { ...goodSettings, machines: [] },
      { ...goodSettings, machines: ['ND96'] },
      { ...goodSettings, zones: ['swedencentral-1'] },
      { ...goodSettings, market: ['cheap'] },
      { ...goodSettings, market: ['reserved'] },
      { ...goodSettings, port: 0 },
      { ...goodSettings, clientSecret: 'fake' },
      { ...goodSettings, endpoint: 'http://management.example.com' },
    ],
    open: () => openWith({}),
    removeFolder: () => records.remove(),
  };
}

export interface AzureSite extends CloudSubject, SiteOfEndpoint {
  readonly azure: FakeAzure;
}

/** By default time is real and passes 200 times as fast in the group: a machine boots in 40 ms. */
export async function makeAzureSite(
  terms: { readonly clock?: Clock; readonly speed?: number } = {},
): Promise<AzureSite> {
  const time = terms.clock ?? clock;
  const fake = await startFakeAzure({ clock: time, speed: terms.speed ?? 200 });
  const site = siteOfEndpoint(time, fake.url);
  const { cloud, closeLinks } = cloudOf(fake, site);
  // Not spread: the folder of its records may be another one later.
  return Object.assign(site, {
    azure: fake,
    cloud,
    async killReplica({ id }: Replica) {
      const machine = fake.group.machines.findLast(({ terms: { name } }) => name === id);
      machine?.remove(fake.group.nowMs(), { lastsMs: 0 });
    },
    countRunning: async () => fake.group.billedMachines().length,
    async dispose() {
      await closeLinks();
      await fake.close();
      site.removeFolder();
    },
  });
}
