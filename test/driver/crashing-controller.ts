// A controller as `godwit run` composes it, that kills itself (SIGKILL) at one append to the journal of a failover.
// Arguments: config file, which append (0: never), `before` or `after` the append is durable.

import { runController } from '../../src/engine/controller.ts';
import { readConfig } from '../../src/main/config.ts';
import { withEngine } from '../../src/main/engine.ts';
import type { Store } from '../../src/ports/store.ts';
import { createClock } from '../../src/system/clock.ts';

const [path, which = '0', when = 'after'] = process.argv.slice(2);
const crashAt = Number(which);
const reading = await readConfig(path, true);
if (reading.kind !== 'valid') throw new Error(reading.text);

let failoverAppends = 0;
let isInFailover = false;

/** Counts from the entry that opens the failover. */
function crashing(store: Store): Store {
  return {
    ...store,
    journal: {
      ...store.journal,
      async append(drafts) {
        isInFailover ||= drafts.some(
          ({ body }) => body.kind === 'operation' && body.operation.plan.kind === 'failover',
        );
        if (isInFailover) failoverAppends += 1;
        const isTime = isInFailover && failoverAppends === crashAt;
        if (isTime && when === 'before') process.kill(process.pid, 'SIGKILL');
        const head = await store.journal.append(drafts);
        if (isTime) process.kill(process.pid, 'SIGKILL');
        return head;
      },
    },
  };
}

const stop = new AbortController();
process.once('SIGTERM', () => stop.abort());
const end = await withEngine(
  reading.config,
  { clock: createClock(), reporter: { report: () => undefined }, actor: 'controller' },
  (deps) => runController({ ...deps, store: crashing(deps.store) }, stop.signal),
);
process.exitCode = end.kind === 'stopped' ? 0 : 1;
