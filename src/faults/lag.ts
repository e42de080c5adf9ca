/** What a provider does not say yet, or still says, of its replicas. */
import type { Replica } from '../model/replica.ts';
import type { Clock } from '../ports/clock.ts';

export interface Lag {
  /** The listing leaves it out for so long. */
  hide(replica: Replica, forMs: number): void;
  /** It counts as starting, without an address, for so long. */
  boot(replica: Replica, forMs: number): void;
  /** Deleted, but listed as it last was for so long. */
  linger(replica: Replica, forMs: number): void;
  isHidden(replica: Replica): boolean;
  asBooting(replica: Replica): Replica;
  ghosts(): readonly Replica[];
}

/** Remembers by boot, so that a new start under an old id is not taken for the old one; what has ended is forgotten. */
export function createLag(clock: Clock): Lag {
  const hidden = new Map<string, number>();
  const booting = new Map<string, number>();
  const lingering = new Map<string, { readonly replica: Replica; readonly untilMonoMs: number }>();
  const isBefore = (ends: Map<string, number>, { bootId }: Replica): boolean => {
    const isIn = clock.monoMs() < (ends.get(bootId) ?? 0);
    if (!isIn) ends.delete(bootId);
    return isIn;
  };
  return {
    hide(replica, forMs) {
      if (forMs > 0) hidden.set(replica.bootId, clock.monoMs() + forMs);
    },
    boot(replica, forMs) {
      if (forMs > 0) booting.set(replica.bootId, clock.monoMs() + forMs);
    },
    linger(replica, forMs) {
      hidden.delete(replica.bootId);
      booting.delete(replica.bootId);
      if (forMs > 0) lingering.set(replica.bootId, { replica, untilMonoMs: clock.monoMs() + forMs });
    },
    isHidden: (replica) => isBefore(hidden, replica),
    asBooting: (replica) =>
      (replica.state === 'running' || replica.state === 'starting') && isBefore(booting, replica)
        ? { ...replica, state: 'starting', url: undefined }
        : replica,
    ghosts() {
      for (const [bootId, { untilMonoMs }] of lingering) if (clock.monoMs() >= untilMonoMs) lingering.delete(bootId);
      return [...lingering.values()].map(({ replica }) => replica);
    },
  };
}
