/** Appends to the journal of a directory and prints the number of each entry once it is acknowledged. */
import { existsSync, writeSync } from 'node:fs';
import { openSqliteStore } from '../../../src/store/sqlite/store.ts';
import { readBootId } from '../../../src/system/boot-id.ts';
import { createClock } from '../../../src/system/clock.ts';
import { createRandom } from '../../../src/system/random.ts';
import { leaseDraft, operationDraft, operationOf } from '../../../src/testkit/store/samples.ts';

const [dir = '', countText = '', gate = ''] = process.argv.slice(2);
// A busy wait, so that several processes come to the file within the same millisecond.
if (gate !== '') {
  writeSync(1, 'waiting\n');
  while (!existsSync(gate));
}
const store = openSqliteStore({
  dir,
  mode: 'write',
  clock: createClock(),
  random: createRandom(),
  bootId: readBootId(),
});
for (let index = 0; index < Number(countText); index++) {
  const operation = operationOf(`op-${process.pid}`, { step: index });
  const { seq } = await store.journal.append([leaseDraft(), operationDraft(operation)]);
  writeSync(1, `${seq}\n`);
}
await store.close();
