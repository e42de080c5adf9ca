/** A gateway in a process of its own, to be killed: settings as JSON in, one line when it listens, its log after that. */
import { writeSync } from 'node:fs';
import { startGateway } from '../../../src/gateway/gateway.ts';
import { readBootId } from '../../../src/system/boot-id.ts';
import { createClock } from '../../../src/system/clock.ts';
import { createRandom } from '../../../src/system/random.ts';

const [settings = ''] = process.argv.slice(2);
await startGateway(JSON.parse(settings), {
  clock: createClock(),
  random: createRandom(),
  bootId: readBootId(),
  log: (line) => writeSync(1, `${line}\n`),
});
