/** Starts what a benchmark needs on the core it shall have, knows its processor time, and ends it whatever happens. */
import { type ChildProcess } from 'node:child_process';
/** The proxy under test has this core for itself; everything else shares the other. */
export declare const proxyCore = "0";
export declare const harnessCore = "1";
export interface Started {
    readonly pid: number;
    readonly child: ChildProcess;
    stop(): Promise<void>;
}
export declare function start(core: string, program: string, args: readonly string[]): Started;
/** Runs to its end and gives what it printed; throws when it failed. */
export declare function runToEnd(core: string, program: string, args: readonly string[]): string;
/** User and system time of a process and all its threads, seconds (proc(5), fields 14 and 15, 100 ticks a second). */
export declare function cpuSeconds(pid: number): number;
/** Share of a core that was busy between two looks, 0–1 (proc(5), /proc/stat). */
export declare function coreBusy(core: string): () => number;
export declare function listens(port: number, limitMs?: number): Promise<void>;
/** Says which Debian packages are missing, and how to get them; throws then. */
export declare function needTools(): void;
