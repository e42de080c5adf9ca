/** What a person says while the store is down goes to the gateway itself: then it counts at once, and is recorded later. */

import type { PinWish } from '../engine/pin.ts';
import { GodwitError } from '../errors.ts';
import type { Config } from '../model/config.ts';
import type { Pin } from '../model/pin.ts';
import type { App } from './app.ts';

/** The store cannot be read or written, whatever the reason; not that there is none yet. */
export function isStoreDown(thrown: unknown): thrown is GodwitError {
  return thrown instanceof GodwitError && (thrown.code === 'StoreFailed' || thrown.code === 'StoreCorrupt');
}

/** Throws when the gateway does not keep it either, with both reasons: as `OutcomeUnknown` when it may have kept it all the same. */
export async function pinInstead(app: App, config: Config, wish: PinWish, failure: GodwitError): Promise<Pin> {
  const reply = await app.pin(config, wish);
  if (reply.kind === 'done') return reply.value;
  const both = `${failure.message}; and the gateway did not ${reply.kind === 'unknown' ? 'say whether it kept' : 'keep'} the ${wish.kind}: ${reply.error.message}`;
  if (reply.kind === 'unknown')
    throw new GodwitError('OutcomeUnknown', `${both}. It may have been kept`, {
      hint: 'godwit status',
      cause: failure,
    });
  throw new GodwitError(failure.code, both, { hint: failure.hint ?? 'godwit status', cause: failure });
}
