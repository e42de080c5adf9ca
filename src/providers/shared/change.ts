/** One change of one slot at a time on this machine, and none under an epoch older than one that was here. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../../errors.ts';
import type { Reply } from '../../model/outcome.ts';
import type { WriteCall } from '../../ports/call.ts';
import type { Clock } from '../../ports/clock.ts';
import { openEpochs } from './epochs.ts';
import { withLock } from './lock.ts';
import { type Refused, refused } from './told.ts';

/** Makes and writes nothing in `stateDir` until something is changed. */
export async function changeSlot<T>(
  { clock, stateDir }: { readonly clock: Clock; readonly stateDir: string },
  { deployment, slot }: { readonly deployment: string; readonly slot: number },
  call: WriteCall,
  work: () => Promise<Reply<T>>,
): Promise<Reply<T>> {
  const locks = join(stateDir, 'locks');
  try {
    mkdirSync(locks, { recursive: true, mode: 0o700 });
    const epochs = openEpochs(join(stateDir, 'epochs.json'));
    const end = await withLock(clock, join(locks, `slot-${deployment}-${slot}`), call, async (): Promise<Reply<T>> => {
      const newest = await withLock(clock, join(locks, 'site'), call, () => epochs.raise(deployment, call.epoch));
      if (newest.kind !== 'worked') return notBegun(newest.kind);
      return staleEpoch(newest.value, call) ?? (await work());
    });
    return end.kind === 'worked' ? end.value : notBegun(end.kind);
  } catch (error) {
    return { kind: 'unknown', error: { class: 'unknown', code: 'LocalStateFailed', message: messageOf(error) } };
  }
}

function notBegun(why: 'aborted' | 'late'): Refused {
  return why === 'aborted'
    ? refused('transient', 'Aborted', 'given up before it began')
    : refused('transient', 'Busy', 'another change of the same slot or site took all the time of this one');
}

/** Undefined when nobody with a newer lease was there. */
export function staleEpoch(newest: number, { epoch }: WriteCall): Refused | undefined {
  return newest > epoch ? refused('conflict', 'StaleEpoch', `epoch ${epoch} is older than ${newest}`) : undefined;
}
