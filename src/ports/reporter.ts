/** Whoever watches the engine. */
import type { Event } from '../model/event.ts';

export interface Reporter {
  /** Never throws: watching must not stop the work. */
  report(event: Event): void;
}
