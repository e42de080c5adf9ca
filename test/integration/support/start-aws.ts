/** Starts one replica at an AWS site in a process of its own, to be killed. Argument: what to start and where, as JSON. */
import type { Site } from '../../../src/model/site.ts';
import type { StartRequest } from '../../../src/ports/provider.ts';
import { aws } from '../../../src/providers/aws/index.ts';
import { createClock } from '../../../src/system/clock.ts';
import { createRandom } from '../../../src/system/random.ts';

export interface StartOrder {
  readonly site: Site;
  readonly stateDir: string;
  readonly request: StartRequest;
  readonly key: string;
  readonly epoch: number;
}

const { site, stateDir, request, key, epoch } = JSON.parse(process.argv[2] ?? '') as StartOrder;
const clock = createClock();
const provider = await aws.connect(site, { clock, random: createRandom(), stateDir });
const reply = await provider.start(request, {
  signal: new AbortController().signal,
  deadlineAtMonoMs: clock.monoMs() + 60_000,
  operationId: 'op-1',
  epoch,
  idempotencyKey: key,
});
// Never in a test that goes as it should.
process.stdout.write(`${JSON.stringify(reply)}\n`);
