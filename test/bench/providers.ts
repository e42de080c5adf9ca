/** How long each cloud's plugin takes to open a site, its SDK included. Of the built package; no cloud is asked. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Bench } from './main.ts';
import { judge, median, type Row } from './stats.ts';

const chunks = resolve(import.meta.dirname, '../../dist/chunks');
const subscription = '11111111-2222-3333-4444-555555555555';
const inGroup = `/subscriptions/${subscription}/resourceGroups/models/providers`;

interface Cloud {
  readonly kind: string;
  /** The least that can be loaded, or for an SDK that takes a second as a whole, a limit in milliseconds. */
  readonly peer: readonly string[] | number;
  readonly region: string;
  readonly settings: object;
}

const clouds: readonly Cloud[] = [
  {
    ...{ kind: 'aws', peer: ['@aws-sdk/client-ec2'], region: 'us-east-1' },
    settings: { zones: ['us-east-1a'], machines: ['p5.48xlarge'], launch: { template: 'lt-0123456789abcdef0' } },
  },
  {
    ...{ kind: 'azure', peer: ['@azure/arm-compute', '@azure/identity'], region: 'swedencentral' },
    settings: {
      ...{ subscription, resourceGroup: 'models', zones: [1], machines: ['Standard_ND96isr_H100_v5'] },
      launch: {
        image: `${inGroup}/Microsoft.Compute/galleries/models/images/vllm`,
        subnet: `${inGroup}/Microsoft.Network/virtualNetworks/models/subnets/replicas`,
      },
    },
  },
  {
    ...{ kind: 'gcp', peer: 300, region: 'europe-west4' },
    settings: {
      ...{ project: 'models', zones: ['europe-west4-a'], machines: ['a3-highgpu-8g'] },
      launch: { instanceTemplate: 'vllm' },
    },
  },
];
/** What a plugin takes beside its SDK is its own code. */
const mostRatio = 1.15;

export function benchProviders({ dir, isQuick }: Bench): readonly Row[] {
  if (!existsSync(chunks)) throw new Error('dist is missing: npm run build');
  const times = clouds.map(() => ({ godwit: [] as number[], peer: [] as number[] }));
  for (let run = 0; run < (isQuick ? 5 : 15); run += 1)
    for (const [index, cloud] of clouds.entries()) {
      times[index]?.godwit.push(timeInside(openCode(cloud, dir)));
      times[index]?.peer.push(typeof cloud.peer === 'number' ? cloud.peer : timeInside(importCode(cloud.peer)));
    }
  return clouds.map(({ kind, peer }, index) => {
    const raw = times[index] ?? { godwit: [], peer: [] };
    const [took, against] = [median(raw.godwit), median(raw.peer)];
    const most = typeof peer === 'number' ? 1 : mostRatio;
    const what = `${kind} opens a site, against ${typeof peer === 'number' ? 'a limit' : 'its SDK alone'}, ms`;
    return {
      ...{ part: 'providers', what, godwit: took, peer: against, value: took / against, target: `<= ${most}` },
      ...{ verdict: judge(took / against, (each) => each <= most), raw },
    };
  });
}

/** From the plugin's entry to the open session; its settings were read before, as they are with a configuration. */
function openCode({ kind, region, settings }: Cloud, dir: string): string {
  const entry = readdirSync(chunks).find((name) => name.startsWith('providers-'));
  if (entry === undefined) throw new Error(`no entry of the providers in ${chunks}`);
  const site = { name: 'here', provider: kind, region, residency: [], failureDomains: ['here'], settings };
  return `
    const clock = { nowMs: () => Date.now(), monoMs: () => performance.now() };
    const deps = { clock, random: { next: Math.random }, stateDir: ${JSON.stringify(dir)} };
    const loaded = Object.values(await import(${JSON.stringify(join(chunks, entry))}));
    const entry = loaded.find((each) => each.aws?.plugin !== undefined)[${JSON.stringify(kind)}];
    await entry.settings();
    const began = performance.now();
    const session = await (await entry.plugin()).connect(${JSON.stringify(site)}, deps);
    const took = performance.now() - began;
    await session.close();`;
}

function importCode(names: readonly string[]): string {
  const imports = names.map((name) => `import(${JSON.stringify(name)})`).join(', ');
  return `
    const began = performance.now();
    await Promise.all([${imports}]);
    const took = performance.now() - began;`;
}

/** What the code itself measures, in milliseconds, in a process of its own. */
function timeInside(code: string): number {
  const args = ['--input-type=module', '-e', `${code}\nprocess.stdout.write(String(took));`];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return Number(stdout);
}
