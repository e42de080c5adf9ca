export interface Bench {
    /** Scratch folder, removed at the end. */
    readonly dir: string;
    /** Figures are medians over so many runs of each side. */
    readonly runs: number;
    /** Of one run. */
    readonly seconds: number;
    readonly soakSeconds: number;
    readonly isQuick: boolean;
}
