import type { Bench } from './main.ts';
import { type Row } from './stats.ts';
export declare function benchLatency({ dir, runs, seconds }: Bench): Promise<readonly Row[]>;
