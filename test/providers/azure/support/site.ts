/** An Azure site whose resource group is the fake on loopback; every session is one of its own, with nothing shared but the folder. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LaunchSpec } from '../../../../src/model/deployment.ts';
import type { Clock } from '../../../../src/ports/clock.ts';
import type { Provider } from '../../../../src/ports/provider.ts';
import { azure } from '../../../../src/providers/azure/index.ts';
import { createClock } from '../../../../src/system/clock.ts';
import { createRandom } from '../../../../src/system/random.ts';
import type { ProviderSubject } from '../../../../src/testkit/provider/subject.ts';
import { type FakeAzure, fakeSite, startFakeAzure, startFakeIdentity } from '../../../fakes/azure/server.ts';

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

export interface AzureSite extends ProviderSubject {
  readonly azure: FakeAzure;
  /** `elsewhere`: on another machine, which has none of this one's records. */
  openWith(change: { readonly settings?: object; readonly elsewhere?: boolean }): Promise<Provider>;
}

/** By default time is real and passes 200 times as fast in the group: a machine boots in 40 ms. */
export async function makeAzureSite(
  terms: { readonly clock?: Clock; readonly speed?: number } = {},
): Promise<AzureSite> {
  const time = terms.clock ?? clock;
  const dir = mkdtempSync(join(inMemory, 'godwit-azure-'));
  const fake = await startFakeAzure({ clock: time, speed: terms.speed ?? 200 });
  const { region, ...own } = fakeSite;
  const settings = {
    ...own,
    ...{ zones: [1, 2], machines: ['Standard_ND96isr_H100_v5', 'Standard_NC40ads_H100_v5'], endpoint: fake.url },
  };
  const goodSettings = { ...settings, region };
  let others = 0;
  const openWith: AzureSite['openWith'] = ({ settings: change, elsewhere = false }) => {
    if (elsewhere) others += 1;
    const stateDir = join(dir, elsewhere ? `machine-${others}` : 'here');
    const site = {
      ...{ name: 'sweden', provider: 'azure', region, residency: ['EU'], failureDomains: ['eu-north'] },
      settings: { ...settings, ...change },
    };
    return azure.connect(site, { clock: time, random: createRandom(), stateDir });
  };
  return {
    azure: fake,
    plugin: azure,
    clock: time,
    launch,
    badLaunch: { ...launch, command: ['vllm', 'serve'] },
    goodSettings,
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
    openWith,
    open: () => openWith({}),
    async killReplica({ id }) {
      const machine = fake.group.machines.findLast(({ terms }) => terms.name === id);
      machine?.remove(fake.group.nowMs(), { lastsMs: 0 });
    },
    countRunning: async () => fake.group.billedMachines().length,
    async dispose() {
      await fake.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
