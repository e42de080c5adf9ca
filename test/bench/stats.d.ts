/** Figures of a benchmark: medians over runs, ratios between sides, and what they mean against a target. */
export type Verdict = 'met' | 'missed' | 'inconclusive';
/** One line of the result: a figure that was measured, and the limit it was held against. */
export interface Row {
    readonly part: string;
    readonly what: string;
    readonly godwit: number;
    /** The peer in the same run; undefined where there is none to hold it against. */
    readonly peer: number | undefined;
    /** godwit / peer, or the figure itself where the target is absolute. */
    readonly value: number;
    readonly target: string;
    readonly verdict: Verdict;
}
export declare function median(values: readonly number[]): number;
/** Nearest rank; `share` 0–1. */
export declare function percentile(values: readonly number[], share: number): number;
/** A figure that is not a number was not measured, and is never a success. */
export declare function judge(value: number, isMet: (value: number) => boolean, isConclusive?: boolean): Verdict;
export declare function renderTable(rows: readonly Row[]): string;
