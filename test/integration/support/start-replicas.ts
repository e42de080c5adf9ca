/** Starts replicas until it is killed. Arguments: state directory, port range, key, number of slots, launch as JSON. */
import type { LaunchSpec } from '../../../src/model/deployment.ts';
import { local } from '../../../src/providers/local/index.ts';
import { createClock } from '../../../src/system/clock.ts';
import { createRandom } from '../../../src/system/random.ts';

const [stateDir = '', ports = '', key = '', slots = '', launchText = ''] = process.argv.slice(2);
const launch = JSON.parse(launchText) as LaunchSpec;
const clock = createClock();
const site = {
  name: 'here',
  provider: 'local',
  region: undefined,
  residency: [],
  failureDomains: ['here'],
  settings: { ports },
};
const provider = await local.connect(site, { clock, random: createRandom(), stateDir });
process.stdout.write('ready\n');
for (let round = 0; ; round += 1) {
  await Promise.all(
    Array.from({ length: Number(slots) }, async (_, slot) => {
      const call = {
        signal: new AbortController().signal,
        deadlineAtMonoMs: clock.monoMs() + 10_000,
        operationId: key,
        epoch: 1,
        idempotencyKey: `${key}/${round}/${slot}`,
      };
      const reply = await provider.start({ deployment: 'chat', model: 'tiny', slot, launch }, call);
      if (reply.kind === 'done') await provider.stop(reply.value, round % 2 === 0 ? 'stop' : 'delete', call);
    }),
  );
}
