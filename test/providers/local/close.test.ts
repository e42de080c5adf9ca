import { expect, test } from 'vitest';
import type { Clock } from '../../../src/ports/clock.ts';
import { openSupervisor } from '../../../src/providers/local/supervisor.ts';
import { openSite } from './support/bench.ts';
import { clock, random } from './support/site.ts';

test('closing leaves no timer behind that would keep the program from ending', async () => {
  const { site } = await openSite();
  const pending = new Set<Promise<void>>();
  const watched: Clock = {
    ...clock,
    sleep(ms, signal) {
      const slept = clock.sleep(ms, signal);
      pending.add(slept);
      const over = () => void pending.delete(slept);
      slept.then(over, over);
      return slept;
    },
  };
  const deps = {
    clock: watched,
    random,
    stateDir: site.dir,
    site: 'here',
    ports: { first: 9100, last: 9109 },
    env: {},
  };
  const provider = openSupervisor(deps);
  await provider.close();
  // An aborted sleep ends in the next turns of the event loop, a timer that was forgotten after seconds.
  await new Promise((wake) => setImmediate(wake));
  expect(pending.size).toBe(0);
});
