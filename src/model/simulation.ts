/** What became of a deployment in a simulated world: for `godwit simulate`. Times in virtual milliseconds. */
import type { Decision } from './decision.ts';
import type { DiagnosisCode } from './diagnosis.ts';
import type { OperationKind, OperationState, Trigger } from './operation.ts';
import type { ReasonCode } from './reason.ts';
import type { Weights } from './route.ts';

/** What may go wrong in a world. */
export const faultClasses = ['site', 'network', 'cloud', 'disk', 'process', 'clock', 'gateway', 'operators'] as const;
export type FaultClass = (typeof faultClasses)[number];

/**
 * `lost`: all replicas end, and none that is started there serves until it is over. `crash`: all of them end. `one`: one
 * ends. The others go on and answer badly.
 */
export type SimulatedSiteFault = 'lost' | 'crash' | 'one' | 'hangs' | 'errors' | 'slow' | 'wrong-model';

/** What else strikes, seldom enough to be told one by one. */
export type SimulatedMishap =
  | 'controller-killed'
  | 'controller-paused'
  | 'link-cut'
  | 'gateway-restarted'
  | 'wall-clock-jumped'
  | 'cloud-refuses'
  | 'disk-stalled'
  | 'person-types';

export interface SimulatedReason {
  readonly code: ReasonCode;
  readonly message: string;
  /** How much longer it stands in the way, where that is known. */
  readonly forMs: number | undefined;
}

/** One thing that happened; `atMs` counts from the moment at which everything served. */
export type SimulatedMoment = { readonly atMs: number } & (
  | {
      readonly kind: 'fault';
      readonly site: string;
      readonly fault: SimulatedSiteFault;
      /** Undefined for what ends at once. */
      readonly forMs: number | undefined;
    }
  | { readonly kind: 'mishap'; readonly mishap: SimulatedMishap }
  | {
      readonly kind: 'decision';
      readonly decision: Decision['kind'];
      readonly diagnosis: DiagnosisCode;
      readonly message: string;
      readonly reasons: readonly SimulatedReason[];
    }
  | {
      readonly kind: 'operation';
      readonly id: string;
      readonly operation: OperationKind;
      readonly trigger: Trigger;
      readonly from: string | undefined;
      readonly weights: Weights;
      readonly state: OperationState;
      readonly tookMs: number;
      readonly error: string | undefined;
    }
  /** Users did without good answers from here on. */
  | {
      readonly kind: 'outage';
      readonly forMs: number;
      /** Largest share of the requests that fared badly, 0–100. */
      readonly worstPct: number;
      /** Not over when the world ended. */
      readonly isOpen: boolean;
    }
);

export interface SimulatedSeed {
  readonly seed: number;
  /** How long it was watched. */
  readonly forMs: number;
  readonly moments: readonly SimulatedMoment[];
  /** Calls that were lost, late, refused or answered with what was before. */
  readonly smallFaults: number;
  /** Automatic failovers that ended `done`. */
  readonly failovers: number;
  /** What was not as it should be after everything had been mended. */
  readonly troubles: readonly string[];
  readonly violations: readonly { readonly invariant: string; readonly message: string; readonly atMs: number }[];
}
