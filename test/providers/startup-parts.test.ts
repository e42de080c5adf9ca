/** What a start would refuse for its start-up data is told by the report on access, cloud by cloud, and nothing is started. */
import { afterEach, expect, test } from 'vitest';
import type { LaunchSpec } from '../../src/model/deployment.ts';
import type { Provider } from '../../src/ports/provider.ts';
import { fakeSite } from '../fakes/azure/server.ts';
import { clock, makeAwsSite } from './aws/support/site.ts';
import { makeAzureSite } from './azure/support/site.ts';
import { makeGcpSite } from './gcp/support/site.ts';

const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const each of open.splice(0).toReversed()) await each.close();
});

const plain: LaunchSpec = { command: [], env: {}, startupTimeoutMs: 60_000, stopGraceMs: 30_000 };
const image: LaunchSpec = { ...plain, container: { image: 'registry.example/vllm:1', args: [], gpu: 'nvidia' } };

function withEnv(bytes: number): LaunchSpec {
  return { ...image, env: { PADDING: 'a'.repeat(bytes) } };
}

interface Site {
  openWith(change: { readonly settings?: object }): Promise<Provider>;
  dispose(): Promise<void>;
}

const aws = (): Promise<Site> => makeAwsSite();
const azure = (): Promise<Site> => makeAzureSite();
const gcp = (): Promise<Site> => makeGcpSite();
const withKey = { launch: { ...fakeSite.launch, sshKey: 'ssh-ed25519 AAAA' } };

test.for([
  { cloud: 'aws', make: aws, launch: image, present: 'yes', says: undefined },
  { cloud: 'aws', make: aws, launch: withEnv(16_384), present: 'no', says: 'StartupDataTooLarge' },
  { cloud: 'aws', make: aws, launch: { ...plain, command: ['vllm'] }, present: 'no', says: 'CommandNotSupported' },
  { cloud: 'azure', make: azure, launch: image, present: 'no', says: 'ImageNotGeneralized' },
  { cloud: 'azure', make: azure, settings: withKey, launch: image, present: 'yes', says: undefined },
  {
    cloud: 'azure',
    make: azure,
    settings: withKey,
    launch: withEnv(65_535),
    present: 'no',
    says: 'StartupDataTooLarge',
  },
  { cloud: 'gcp', make: gcp, launch: image, present: 'yes', says: undefined },
  { cloud: 'gcp', make: gcp, launch: withEnv(262_144), present: 'no', says: 'StartupDataTooLarge' },
] as const)('$cloud: start-up data is a part that is there: $present ($says)', async (row) => {
  const report = await reportOf(row, row.launch);
  const parts = report.parts.filter(({ name }) => name === 'start-up data of chat');
  const message = row.says === undefined ? {} : { message: expect.stringMatching(new RegExp(`^${row.says}: `)) };
  expect(parts).toEqual([{ name: 'start-up data of chat', present: row.present, ...message }]);
});

test.for([
  { cloud: 'aws', make: aws },
  { cloud: 'azure', make: azure },
  { cloud: 'gcp', make: gcp },
])('$cloud: machines that are told nothing have no such part', async (row) => {
  const { parts } = await reportOf(row, plain);
  expect(parts.filter(({ name }) => name.startsWith('start-up data'))).toEqual([]);
});

async function reportOf(
  { make, settings = {} }: { readonly make: () => Promise<Site>; readonly settings?: object },
  launch: LaunchSpec,
) {
  const site = await make();
  open.push({ close: () => site.dispose() });
  const session = await site.openWith({ settings });
  open.push(session);
  const call = { signal: new AbortController().signal, deadlineAtMonoMs: clock.monoMs() + 15_000 };
  const seen = await session.checkAccess?.(call, [{ deployment: 'chat', model: 'tiny', slot: 0, launch }]);
  if (seen?.kind !== 'seen') throw new Error(JSON.stringify(seen));
  return seen.value;
}
