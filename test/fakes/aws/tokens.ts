/**
 * What client tokens of launches made, as EC2 remembers it: the same request gives the same machine, another one a
 * mismatch, and the token of an ended machine neither that one nor another. Requests that were refused bind nothing.
 * https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-idempotency.html, checked 2026-11-27.
 */
import { type Params, RefusedError } from './protocol.ts';

/**
 * For so long after its machine's end a token is known, in milliseconds: "at least 24 hours", after which a request with
 * it is a new one. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/Run_Instance_Idempotency.html (2016-11-15),
 * checked 2026-11-27.
 */
const tokenLastsMs = 24 * 3_600_000;

export interface TokenShelf<T> {
  /** Undefined for a request without a token, or with a new one. */
  find(params: Params): Known<T> | undefined;
  keep(params: Params, made: T): void;
  forget(params: Params): void;
}

export interface Known<T> {
  readonly made: T;
  /** Whether the token came with the same parameters then. */
  readonly isSame: boolean;
}

export function createTokenShelf<T>(): TokenShelf<T> {
  const shelf = new Map<string, { readonly params: string; readonly made: T }>();
  return {
    find(params) {
      const known = shelf.get(keyOf(params));
      if (known === undefined || params['ClientToken'] === undefined) return undefined;
      return { made: known.made, isSame: known.params === JSON.stringify(params) };
    },
    keep(params, made) {
      if (params['ClientToken'] !== undefined) shelf.set(keyOf(params), { params: JSON.stringify(params), made });
    },
    forget: (params) => shelf.delete(keyOf(params)),
  };
}

/**
 * What a token gives now; undefined when it is known no more and the request is a new one. `endedAtMs`: when the machine
 * it made ended, epoch milliseconds; undefined while it has not.
 */
export function recall<T>({ made, isSame }: Known<T>, endedAtMs: number | undefined, nowMs: number): T | undefined {
  if (endedAtMs !== undefined && nowMs - endedAtMs >= tokenLastsMs) return undefined;
  if (!isSame)
    throw new RefusedError(
      400,
      'IdempotentParameterMismatch',
      'Arguments on this idempotent request are inconsistent with arguments used in previous request(s).',
    );
  if (endedAtMs === undefined) return made;
  throw new RefusedError(
    400,
    'IdempotentInstanceTerminated',
    'The client token you have provided is associated with a terminated instance. Please use a different client token.',
  );
}

/** A token counts per zone where the request names one, or a subnet, which is in one. */
function keyOf({ ClientToken, Placement, SubnetId }: Params): string {
  const zone =
    typeof Placement === 'object' && 'AvailabilityZone' in Placement ? Placement['AvailabilityZone'] : undefined;
  return JSON.stringify([ClientToken, zone ?? SubnetId]);
}
