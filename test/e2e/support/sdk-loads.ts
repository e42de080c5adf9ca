/** A configuration whose one site may be in a cloud, and which modules of SDKs the program loads for it. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Ended, root, spawnGodwit } from './spawn-godwit.ts';

export interface SdkLoads {
  /** `where`: with the site on this machine, or in the cloud. */
  traced(where: 'here' | 'cloud', argv: readonly string[]): Promise<{ ended: Ended; sdk: readonly string[] }>;
  remove(): void;
}

export interface SdkTerms {
  /** Two local sites have four ports each, from here. */
  readonly firstPort: number;
  /** Settings of the site in the cloud, as a flow of YAML. */
  readonly site: string;
  /** What the SDK's own chain of credentials finds. */
  readonly env: Readonly<Record<string, string>>;
}

const sdks = /node_modules\/(@aws-sdk|@smithy|@azure|@azure-rest|@typespec|@google-cloud|google-[\w-]+)\//;

export function createSdkLoads({ firstPort, site, env }: SdkTerms): SdkLoads {
  const dir = mkdtempSync(join(tmpdir(), 'godwit-e2e-sdk-'));
  const paths = { here: join(dir, 'here.yaml'), cloud: join(dir, 'cloud.yaml'), trace: join(dir, 'loads') };
  const text = (state: string, paris: string): string => `version: 1
state: { dir: ${state} }
sites:
  oslo: { provider: local, ports: ${firstPort}-${firstPort + 3} }
  paris: ${paris}
deployments:
  chat: { model: tiny, command: [sleep, "1"], sites: { oslo: {}, paris: { replicas: 1, standby: cold } } }
traffic: { listen: "127.0.0.1:0" }
`;
  const local = `{ provider: local, ports: ${firstPort + 4}-${firstPort + 7} }`;
  writeFileSync(paths.here, text('state', local), { mode: 0o600 });
  writeFileSync(paths.cloud, text('state-of-cloud', site), { mode: 0o600 });
  return {
    async traced(where, argv) {
      writeFileSync(paths.trace, '');
      const ended = await spawnGodwit([...argv, '--config', paths[where]], {
        nodeArgs: ['--import', join(root, 'test/e2e/support/trace-loads.mjs')],
        env: { ...env, TRACE_LOADS: paths.trace },
      });
      const loaded = readFileSync(paths.trace, 'utf8').split('\n');
      if (!loaded.some((url) => url.includes('/providers/'))) throw new Error(`no provider is loaded: ${ended.stderr}`);
      return { ended, sdk: loaded.filter((url) => sdks.test(url)) };
    },
    remove: () => rmSync(dir, { recursive: true, force: true }),
  };
}
