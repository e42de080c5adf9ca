/** An Azure site whose resource group is the fake on loopback; every session is one of its own, with nothing shared but the folder. */
import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
import { cloudOf } from './cloud.ts';

export const clock = createClock();

/** A clock of its own speed: a group's seconds need not last as long as ours. */
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

/** The SDK's own chain, as on a machine in Azure; it must look nowhere else. */
Object.assign(process.env, (await startFakeIdentity()).env);

/** Nothing here is about disks, and hundreds of sites that flush theirs would wait for each other. */
const inMemory = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

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
  const dir = mkdtempSync(join(inMemory, 'godwit-azure-'));
  const { region, ...own } = fakeSite;
  const settings = {
    ...own,
    ...{ zones: [1, 2], machines: ['Standard_ND96isr_H100_v5', 'Standard_NC40ads_H100_v5'], endpoint },
  };
  const goodSettings = { ...settings, region };
  let here = join(dir, 'here');
  let others = 0;
  const openWith: SiteOfEndpoint['openWith'] = ({ settings: change, elsewhere = false }) => {
    if (elsewhere) others += 1;
    const stateDir = elsewhere ? join(dir, `machine-${others}`) : here;
    const site = {
      ...{ name: 'sweden', provider: 'azure', region, residency: ['EU'], failureDomains: ['eu-north'] },
      settings: { ...settings, ...change },
    };
    return azure.connect(site, { clock: time, random: createRandom(), stateDir });
  };
  return {
    ...{ plugin: azure, clock: time, launch, goodSettings, openWith },
    parkRecords() {
      const before = here;
      others += 1;
      here = join(dir, `here-${others}`);
      // A lock is its holder's, and a copy of it nobody's; to read it would take it from its holder.
      if (existsSync(before))
        cpSync(before, here, { recursive: true, filter: (path) => !path.startsWith(join(before, 'locks')) });
    },
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
    removeFolder: () => rmSync(dir, { recursive: true, force: true }),
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
