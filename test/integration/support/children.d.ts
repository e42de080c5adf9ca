import { type ChildProcessByStdio } from 'node:child_process';
import type { Readable } from 'node:stream';
export interface Appender {
    readonly child: ChildProcessByStdio<null, Readable, Readable>;
    /** Resolves with the numbers it acknowledged once it has ended, however that came. */
    /** Resolves at its first sign of life; rejects when it ended without one. */
    readonly begun: Promise<void>;
    readonly ended: Promise<{
        readonly acknowledged: readonly number[];
        readonly errors: string;
    }>;
}
/** A process that appends `count` times two entries, as soon as the file `gate` exists. */
export declare function startAppender(dir: string, count: number, gate?: string): Appender;
/** Waits for appenders that must come to their own end. */
export declare function expectGoodEnds(appenders: readonly Appender[]): Promise<readonly number[]>;
