/** The dated result of one health check: who looked, at what, and what was measured. */

/** Where evidence comes from: the cloud's API, a real answer of the model, or users' own traffic. */
export type Plane = 'control' | 'data' | 'traffic';

/** Why a probe's answer was bad or unknown; stable words for people and metrics. */
export const probeReasons = [
  'Refused',
  'Reset',
  'TimedOut',
  'BadStatus',
  'BadAnswer',
  'NoTokens',
  'FirstTokenLate',
  'Stalled',
  'WrongModel',
  'WrongText',
  'Loading',
  'ReplicaGone',
  'CannotSee',
] as const;

export type ProbeReason = (typeof probeReasons)[number];

export interface Observation {
  readonly deployment: string;
  readonly site: string;
  readonly replica: string;
  readonly bootId: string;
  /** The probe's name within the deployment. */
  readonly probe: string;
  readonly plane: Plane;
  /** The place it was sent from. */
  readonly vantage: string;
  /** When the answer (or its absence) was known, epoch milliseconds. */
  readonly atMs: number;
  readonly outcome: 'good' | 'bad' | 'unknown';
  readonly reason?: ProbeReason;
  /** One line for people, with the values seen. Never a prompt or a completion. */
  readonly detail?: string;
  /** From sending to the end of the answer, in milliseconds. */
  readonly durationMs?: number;
  /** From sending to the first token, in milliseconds. */
  readonly firstTokenMs?: number;
  /** Between two tokens after the first, in milliseconds; absent when fewer than two came. */
  readonly perTokenMs?: number;
}
