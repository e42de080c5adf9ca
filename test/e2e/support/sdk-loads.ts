/** That no cloud's SDK is loaded before the cloud is asked: the same tests for each cloud. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Ended, root, spawnGodwit } from './spawn-godwit.ts';

export interface CloudOnLoopback {
  /** Of the site, as it is written in the configuration. */
  readonly settings: string;
  /** Where the SDK's own chain of credentials looks, for nothing else. */
  readonly env?: NodeJS.ProcessEnv;
  /** What it finds there, and the program never shows. */
  readonly secret?: string;
  /** Calls that reached it. */
  readonly calls: readonly string[];
  close(): Promise<void>;
}

export interface LoadTerms {
  /** Of its provider. */
  readonly kind: string;
  /** The calls that a preview makes. */
  readonly listCalls: readonly string[];
  /** Of twelve, free for the local sites of these tests. */
  readonly firstPort: number;
  open(): Promise<CloudOnLoopback>;
}

/** By which the modules of SDKs are told, in the addresses of loaded modules. */
const sdk = /node_modules\/(@aws-sdk|@smithy|@azure|@azure-rest|@typespec|@google-cloud|google-[\w-]+)\//;

export function testSdkLoads({ kind, listCalls, firstPort, open }: LoadTerms): void {
  const dir = mkdtempSync(join(tmpdir(), 'godwit-e2e-sdk-'));
  const paths = { here: join(dir, 'here.yaml'), cloud: join(dir, 'cloud.yaml'), trace: join(dir, 'loads') };
  let fake: CloudOnLoopback;

  beforeAll(async () => {
    fake = await open();
    const paris = `paris: { provider: local, ports: ${firstPort + 4}-${firstPort + 7} }`;
    const here = `version: 1
state: { dir: state }
sites:
  oslo: { provider: local, ports: ${firstPort}-${firstPort + 3} }
  ${paris}
deployments:
  chat: { model: tiny, command: [sleep, "1"], sites: { oslo: {}, paris: { replicas: 1, standby: cold } } }
traffic: { listen: "127.0.0.1:0" }
`;
    writeFileSync(paths.here, here, { mode: 0o600 });
    const cloud = here.replace('dir: state', 'dir: state-of-cloud').replace(paris, `paris: ${fake.settings}`);
    writeFileSync(paths.cloud, cloud, { mode: 0o600 });
  });
  afterAll(async () => {
    await fake.close();
    rmSync(dir, { recursive: true, force: true });
  });

  async function traced(config: string, argv: readonly string[]): Promise<{ ended: Ended; sdk: readonly string[] }> {
    writeFileSync(paths.trace, '');
    const nodeArgs = ['--import', join(root, 'test/e2e/support/trace-loads.mjs')];
    const ended = await spawnGodwit([...argv, '--config', config], {
      nodeArgs,
      env: { ...fake.env, TRACE_LOADS: paths.trace },
    });
    const loaded = readFileSync(paths.trace, 'utf8').split('\n');
    expect(loaded.some((url) => url.includes('/providers/'))).toBe(true);
    return { ended, sdk: loaded.filter((url) => sdk.test(url)) };
  }

  test.for([['status'], ['config', 'validate'], ['plan', 'failover', 'chat'], ['failover', 'chat', '--yes']])(
    'no SDK is loaded where no cloud is configured: %s',
    async (argv) => {
      expect((await traced(paths.here, argv)).sdk).toEqual([]);
    },
  );

  test.for([['config', 'validate'], ['status'], ['policy', 'print', kind]])(
    'nor where one is, while nothing is asked of it: %s',
    async (argv) => {
      const before = fake.calls.length;
      expect((await traced(paths.cloud, argv)).sdk).toEqual([]);
      expect(fake.calls.slice(before)).toEqual([]);
    },
  );

  test('a preview of a start asks the cloud, with the SDK', async () => {
    const before = fake.calls.length;
    const told = await traced(paths.cloud, ['plan', 'start', 'chat', '--site', 'paris']);
    expect(told.sdk.length).toBeGreaterThan(0);
    expect(new Set(fake.calls.slice(before))).toEqual(new Set(listCalls));
    if (fake.secret !== undefined) expect(JSON.stringify(told.ended)).not.toContain(fake.secret);
  });
}
