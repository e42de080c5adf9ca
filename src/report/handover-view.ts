/** What the next person on call must know, as a value: what is known, and named gaps for what only people know. */
import type { Operation } from '../model/operation.ts';
import type { Standing } from '../model/standing.ts';
import type { ServiceState } from './status-view.ts';

/** One line about one deployment. */
export interface HandoverLine {
  readonly deployment: string;
  readonly text: string;
}

export interface HandoverView {
  readonly environment: string;
  /** The shift, epoch milliseconds. */
  readonly fromMs: number;
  readonly atMs: number;
  readonly impact: readonly { readonly deployment: string; readonly state: ServiceState; readonly why: string }[];
  /** What was begun since, or is still under way, newest first. */
  readonly changed: readonly Operation[];
  /** There was more than is read for a screen: `history` has the rest. */
  readonly isCut: boolean;
  /** What somebody has set and what ends by itself. */
  readonly temporary: readonly Standing[];
  /** What may go wrong, or comes by itself, in the next two hours. */
  readonly risks: readonly HandoverLine[];
  /** Questions the record raises and does not answer; each waits for an owner. */
  readonly open: readonly HandoverLine[];
  /** What could not be seen, and why. */
  readonly unseen: readonly HandoverLine[];
  /** Pages to read at night, as the configuration names them. */
  readonly runbooks: readonly string[];
}
