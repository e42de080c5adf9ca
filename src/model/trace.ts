/** Recorded capacity: which machines of each pool could be had, from when until when, and what they cost. */
import type { Market } from './error-verdict.ts';

/** One machine while it could be had. Times in milliseconds from the trace's begin. */
export interface TraceNode {
  readonly name: string;
  /** The first moment at which it can be had. */
  readonly fromMs: number;
  /** The first moment at which it cannot, and at which it is taken from whoever holds it; the trace's end when it stays. */
  readonly untilMs: number;
}

/** From this moment on, until the next point. */
export interface PricePoint {
  readonly atMs: number;
  readonly usdPerHour: number;
}

/** What one replica costs, and who says so. */
export interface PriceSeries {
  /** In order of time; the first holds from the trace's begin. Never empty. */
  readonly points: readonly PricePoint[];
  readonly source: string;
  /** Day of the price, `2026-11-28`. */
  readonly asOf: string;
}

/** One machine type of one market at one site. */
export interface TracePool {
  readonly site: string;
  readonly machine: string;
  readonly market: Market;
  /** In the order in which they came: a replica gets the first that is free. */
  readonly nodes: readonly TraceNode[];
  /** Absent: nobody has declared one. */
  readonly price?: PriceSeries | undefined;
  /** Not recorded: declared to be there at all times. */
  readonly isAssumed: boolean;
}

/** Pools side by side from one begin. */
export interface Trace {
  readonly endMs: number;
  readonly pools: readonly TracePool[];
}
