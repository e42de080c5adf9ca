/** What a world is told besides its options, and what it tells. */
import type { Config } from '../model/config.ts';
import type { JournalDraft } from '../model/journal-entry.ts';
import type { Cells } from './cells.ts';
import type { Solve } from './rebalances.ts';
import type { Schedule } from './schedule.ts';
import type { Goods } from './shelf.ts';

/** What could have gone wrong, and when: in which step of which operation. */
export interface Try {
  readonly decision: string;
  /** `operation/index`; undefined while none is open. */
  readonly step: string | undefined;
}

/** What a site has, where it is not left to chance. */
export interface Stock extends Goods {
  /** A server was granted; how long it takes to answer, in milliseconds. */
  boot(id: string): number;
}

export interface WorldTerms {
  /** Only these misfortunes take place, not those that the seed draws. */
  readonly kept?: readonly string[];
  /** Nobody looks further, virtual milliseconds. */
  readonly untilMs?: number;
  readonly cells?: Cells;
  /** Another configuration than the ordinary one. */
  readonly config?: Config;
  /** Told of every misfortune and every entry of the journal as it comes, with the virtual time. */
  readonly onStrike?: (decision: string, atMs: number) => void;
  readonly onEntry?: (draft: JournalDraft, atMs: number) => void;
  /** Asked once for each site; undefined: what it has is chance. */
  readonly stock?: (site: string, schedule: Schedule) => Stock | undefined;
  /** For worlds in which somebody rebalances. */
  readonly solve?: Solve;
  /** With `kept`: told of whatever else could strike. */
  readonly onTry?: (attempt: Try) => void;
}
