import type { Config } from '../../src/model/config.ts';
/** Two local sites with the built-in model server, a real gateway in this process, and a count of every program started. */
export interface LocalWorld {
    readonly dir: string;
    readonly config: Config;
    readonly gatewayUrl: string;
    /** Model servers started so far, over all controllers. */
    starts(): number;
    close(): Promise<void>;
}
/** `extra`: lines for the deployment's failover block. Everything it starts is gone after `close`. */
export declare function openLocalWorld(failover?: string): Promise<LocalWorld>;
/** Waits for a condition and fails with what was seen instead. */
export declare function until<T>(look: () => Promise<T | undefined> | T | undefined, what: string, limitMs?: number): Promise<T>;
/** The first ports of three free ranges of four, below the range the system hands out by itself. */
export declare function freeRanges(): Promise<readonly [number, number, number]>;
