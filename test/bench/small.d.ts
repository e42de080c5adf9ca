import type { Bench } from './main.ts';
import { type Row } from './stats.ts';
export declare function benchSmall({ dir, runs, seconds }: Bench): Promise<readonly Row[]>;
