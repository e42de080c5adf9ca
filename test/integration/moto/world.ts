/** The program before moto: a local site that serves and one of machines there, in an account of their own. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { createClock } from '../../../src/system/clock.ts';
import { freePortRanges, until } from '../../driver/local-world.ts';
import { type Ended, root, spawnGodwit } from '../../e2e/support/spawn-godwit.ts';
import { type Program, startProgram } from '../support/program.ts';
import { killAll } from '../support/program-world.ts';
import { type Ec2Proxy, openProxy } from './proxy.ts';
import { type Account, startMoto } from './server.ts';

export interface MotoTerms {
  /** Further lines of the site at moto, `virginia`, as a configuration writes them below it. */
  readonly virginia: readonly string[];
  /** The placements of `chat`, at `oslo` and `virginia`. */
  readonly sites: string;
  /** Its failover block. */
  readonly failover: string;
  /** What rebalancing keeps to; default: the configuration has none. */
  readonly rebalance?: string;
  /** Where all machines answer; default: where moto says. */
  readonly address?: string;
  /** Longest time that one command may take, in milliseconds. */
  readonly limitMs: number;
}

export interface MotoWorld {
  readonly account: Account;
  readonly proxy: Ec2Proxy;
  /** Of the gateway. */
  readonly url: string;
  /** `godwit run`, its first start done. It is ended by its caller. */
  startRun(): Promise<Program>;
  /** `godwit <words>` to its end. Throws when what it printed has the secret key of the account. */
  godwit(...words: string[]): Promise<Ended>;
  /** Ends every process of this world by its number, and waits until it is gone. */
  close(): Promise<void>;
}

const secret = 'canary-of-a-secret';
/** The SDK's own chain has what it needs in the environment and asks nobody else. */
const env = {
  ...{ AWS_ACCESS_KEY_ID: 'AKIAFAKE', AWS_SECRET_ACCESS_KEY: secret, AWS_EC2_METADATA_DISABLED: 'true' },
  ...{ AWS_CONFIG_FILE: '/dev/null', AWS_SHARED_CREDENTIALS_FILE: '/dev/null' },
};

export async function openMotoWorld(terms: MotoTerms): Promise<MotoWorld> {
  const { address, limitMs } = terms;
  const dir = mkdtempSync(join(tmpdir(), 'godwit-moto-'));
  const path = join(dir, 'godwit.yaml');
  const mark = basename(dir);
  const moto = await startMoto();
  const account = await moto.openAccount();
  const clock = createClock();
  const proxy = await openProxy({ moto: moto.url, account: account.id, clock, ...(address && { address }) });
  const [gateway = 0, oslo = 0] = await freePortRanges(2);
  const { template } = account;
  writeFileSync(path, configOf({ ...terms, mark, gateway, oslo, template, endpoint: proxy.url }), { mode: 0o600 });
  return {
    ...{ account, proxy, url: `http://127.0.0.1:${gateway}` },
    async startRun() {
      const run = startProgram(['run', '--config', path], { env: { ...process.env, ...env } });
      await run.says(/automatic start done/, limitMs);
      return run;
    },
    async godwit(...words) {
      const ended = await spawnGodwit([...words, '--config', path], { env, limitMs });
      if (JSON.stringify(ended).includes(secret)) throw new Error(`godwit ${words.join(' ')} printed the secret key`);
      return ended;
    },
    async close() {
      await until(() => killAll(mark) === 0, `the processes of ${dir} gone`);
      await proxy.close();
      account.close();
      await moto.close();
      rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

interface ConfigTerms extends MotoTerms {
  readonly mark: string;
  /** First ports. */
  readonly gateway: number;
  readonly oslo: number;
  readonly template: string;
  readonly endpoint: string;
}

/** The mark stands on every command line: by it the processes are found again. */
function configOf({ mark, gateway, oslo, template, endpoint, ...terms }: ConfigTerms): string {
  const words = ['model-server', '--port', '${port}', '--model', '${model}', '--name', mark];
  return `version: 1
state: { dir: state }
sites:
  oslo: { provider: local, ports: ${oslo}-${oslo + 3} }
  virginia:
    provider: aws
    region: us-east-1
    zones: [us-east-1a, us-east-1b]
    machines: [p5.48xlarge]
    launch: { template: ${template} }
    endpoint: "${endpoint}"
${terms.virginia.map((line) => `    ${line}\n`).join('')}deployments:
  chat:
    model: tiny
    command: ${JSON.stringify([process.execPath, join(root, 'bin/godwit.js'), ...words])}
    probe: { every: 500ms, timeout: 3s }
    sites: ${terms.sites}
    failover: ${terms.failover}
traffic: { listen: "127.0.0.1:${gateway}" }
${terms.rebalance === undefined ? '' : `rebalance: ${terms.rebalance}\n`}`;
}
