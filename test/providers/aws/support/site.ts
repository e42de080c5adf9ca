/** AWS sites whose EC2 stands on loopback; every session is one of its own, with nothing shared but the folder. */
import type { LaunchSpec } from '../../../../src/model/deployment.ts';
import type { Replica } from '../../../../src/model/replica.ts';
import type { Site } from '../../../../src/model/site.ts';
import type { Clock } from '../../../../src/ports/clock.ts';
import type { Provider } from '../../../../src/ports/provider.ts';
import { aws } from '../../../../src/providers/aws/index.ts';
import { createClock } from '../../../../src/system/clock.ts';
import { createRandom } from '../../../../src/system/random.ts';
import type { CloudSubject } from '../../../../src/testkit/provider/cloud-subject.ts';
import type { ProviderSubject } from '../../../../src/testkit/provider/subject.ts';
import { type FakeEc2, fakeTemplate, startFakeEc2 } from '../../../fakes/aws/server.ts';
import { openRecords } from '../../support/records.ts';
import { cloudOf, type StandIn } from './cloud.ts';
import { without } from './policy.ts';

export const clock = createClock();

/** The SDK's own chain, as on a machine with credentials in its environment; it must look nowhere else. */
Object.assign(process.env, {
  AWS_ACCESS_KEY_ID: 'AKIAFAKE',
  AWS_SECRET_ACCESS_KEY: 'fake',
  AWS_EC2_METADATA_DISABLED: 'true',
  AWS_CONFIG_FILE: '/dev/null',
  AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
});

export const launch: LaunchSpec = { command: [], env: {}, startupTimeoutMs: 60_000, stopGraceMs: 30_000 };

/** A site whose EC2 is somewhere on loopback: all that does not depend on what stands there. */
export interface SiteOfEndpoint
  extends Pick<ProviderSubject, 'plugin' | 'clock' | 'launch' | 'badLaunch' | 'goodSettings' | 'badSettings' | 'open'> {
  /** As its sessions get it. */
  readonly site: Site;
  /** Where the records of this machine are now. */
  readonly stateDir: string;
  /** What is on record now is what sessions opened later find: one opened before may write what it likes. */
  parkRecords(): void;
  /** `elsewhere`: on another machine, which has none of this one's records. */
  openWith(change: { readonly settings?: object; readonly elsewhere?: boolean }): Promise<Provider>;
  removeFolder(): void;
}

export interface EndpointTerms {
  readonly clock: Clock;
  readonly endpoint: string;
  readonly template: string;
}

export function siteOfEndpoint({ clock: time, endpoint, template }: EndpointTerms): SiteOfEndpoint {
  const records = openRecords('godwit-aws-');
  const settings = {
    zones: ['us-east-1a', 'us-east-1b'],
    machines: ['p5.48xlarge', 'p4d.24xlarge'],
    launch: { template },
    endpoint,
  };
  const goodSettings = { ...settings, region: 'us-east-1' };
  const site = {
    ...{ name: 'virginia', provider: 'aws', region: 'us-east-1', residency: ['US'], failureDomains: ['us-east'] },
    settings,
  };
  const openWith: SiteOfEndpoint['openWith'] = ({ settings: change, elsewhere = false }) => {
    const stateDir = elsewhere ? records.elsewhere() : records.here;
    return aws.connect(
      { ...site, settings: { ...settings, ...change } },
      { clock: time, random: createRandom(), stateDir },
    );
  };
  return {
    ...{ plugin: aws, clock: time, launch, site, goodSettings, openWith },
    get stateDir() {
      return records.here;
    },
    parkRecords: () => records.park(),
    badLaunch: { ...launch, command: ['vllm', 'serve'] },
    badSettings: [
      settings,
      { ...goodSettings, region: 'Virginia' },
      { ...goodSettings, launch: { template: 'my-template' } },
      { ...goodSettings, launch: { template, version: 0 } },
      { ...goodSettings, machines: [] },
      { ...goodSettings, machines: ['p5'] },
      { ...goodSettings, zones: ['us-east-1'] },
      { ...goodSettings, zones: [{ zone: 'us-east-1a' }] },
      { ...goodSettings, market: ['cheap'] },
      { ...goodSettings, port: 0 },
      { ...goodSettings, credentials: { accessKeyId: 'AKIAFAKE', secretAccessKey: 'fake' } },
      { ...goodSettings, endpoint: 'http://ec2.example.com' },
      { ...goodSettings, image: 'ami-0123' },
    ],
    open: () => openWith({}),
    removeFolder: () => records.remove(),
  };
}

export interface AwsSite extends CloudSubject, SiteOfEndpoint {
  readonly ec2: FakeEc2;
}

/** By default time is real and passes 200 times as fast in the region: a machine boots in 40 ms. */
export async function makeAwsSite(terms: { readonly clock?: Clock; readonly speed?: number } = {}): Promise<AwsSite> {
  const time = terms.clock ?? clock;
  const ec2 = await startFakeEc2({ clock: time, speed: terms.speed ?? 200 });
  const site = siteOfEndpoint({ clock: time, endpoint: ec2.url, template: fakeTemplate });
  const { cloud, closeLinks } = cloudOf(
    {
      ...ec2,
      own: {
        ...hooksOf(ec2.region),
        countLeft: async () => ec2.looseVolumes().length,
        openPriced() {
          ec2.region.catalogue.spotPrices.set('p5.48xlarge us-east-1a', '31.464');
          return site.openWith({ settings: { market: ['spot'] } });
        },
      },
    },
    site,
  );
  // Not spread: the folder of its records may be another one later.
  return Object.assign(site, {
    ec2,
    cloud,
    async killReplica({ id }: Replica) {
      const reason = { Code: 'Server.SpotInstanceTermination', Message: 'Server.SpotInstanceTermination: reclaimed' };
      const machine = ec2.region.machines.find(({ terms }) => terms.id === id);
      machine?.end(ec2.region.nowMs(), reason);
    },
    countRunning: async () => ec2.billed().length,
    async dispose() {
      await closeLinks();
      await ec2.close();
      site.removeFolder();
    },
  });
}

/** What only the fake region can bring about. */
function hooksOf(region: FakeEc2['region']): StandIn['own'] {
  return {
    sellOut({ machine, zone }) {
      region.soldOut.add(`${machine} ${zone}`);
    },
    neverEnd() {
      region.isStuck = true;
    },
    deny({ machine, zone }) {
      region.catalogue.notOffered.add(`${machine} ${zone}`);
    },
    announce(replica) {
      const NotBefore = new Date(region.nowMs() + 3_600_000);
      const event = { Code: 'instance-retirement', Description: 'The host is degraded', NotBefore } as const;
      region.catalogue.events.push({ machine: replica?.id ?? 'i-0fffffffffffffff0', event });
    },
    isDrained: async ({ id }) =>
      region.machines.some(({ terms, tags }) => terms.id === id && (tags.get('godwit:draining') ?? '') !== ''),
    withdraw(permission) {
      const before = region.policy;
      region.policy = without(permission, before);
      return () => {
        if (before === undefined) delete region.policy;
        else region.policy = before;
      };
    },
  };
}
