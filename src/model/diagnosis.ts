/** Observations over a window, named. Most diagnoses are not actionable. */
import type { Plane } from './observation.ts';

export const diagnosisCodes = [
  'Healthy',
  'Starting',
  'SiteDead',
  'EngineStalled',
  'SiteErrors',
  'SiteSlow',
  'WrongModel',
  'SiteDegraded',
  'SiteEmpty',
  'ViewLost',
  'TooManyFailing',
] as const;

export type DiagnosisCode = (typeof diagnosisCodes)[number];

/** What is wrong with one site. */
export interface SiteDiagnosis {
  readonly site: string;
  readonly code: DiagnosisCode;
  /** Whether automation may act on it alone. */
  readonly actionable: boolean;
  /** Nothing good comes from there: a move may be made in one step. */
  readonly servesNothing: boolean;
  /** Planes that say so. */
  readonly planes: readonly Plane[];
  /** Vantages whose data plane says so. */
  readonly vantages: readonly string[];
  /** Epoch milliseconds since when. */
  readonly sinceMs: number;
  /** The newest evidence behind it, epoch milliseconds. */
  readonly asOfMs: number;
  /** One line with the values seen. */
  readonly message: string;
  /** Replicas that are ready: proven freshly and good now, and staying. */
  readonly ready: readonly string[];
  /** Those that serve as well and will be gone in a moment, as their provider says. Absent: none, or an earlier version's. */
  readonly leaving?: readonly string[];
}

/** The deployment's condition: the worst site that has weight, and every site's own. */
export interface Diagnosis {
  readonly code: DiagnosisCode;
  readonly actionable: boolean;
  /** The site it is about, when it is about one. */
  readonly site: string | undefined;
  readonly message: string;
  readonly sites: readonly SiteDiagnosis[];
}
