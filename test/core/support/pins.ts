/** Builds pins for tests. */
import type { TakenPin } from '../../../src/core/routing/pins.ts';
import type { Actor } from '../../../src/model/operation.ts';
import type { Pin } from '../../../src/model/pin.ts';

export const ana: Actor = { kind: 'person', name: 'ana', host: 'ops-1', pid: 7 };

export function pin(change: Partial<Pin> = {}): Pin {
  return {
    ...{ deployment: 'chat', number: 1, kind: 'hold', by: ana, atMs: 1000, untilMs: undefined },
    ...{ reason: 'looks odd', weights: undefined, isMerged: false },
    ...change,
  };
}

export function taken(change: Partial<Omit<TakenPin, 'pin'>> & { readonly pin?: Partial<Pin> } = {}): TakenPin {
  return { untilMonoMs: Number.POSITIVE_INFINITY, isReleased: false, ...change, pin: pin(change.pin) };
}
