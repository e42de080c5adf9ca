import type { Bench } from './main.ts';
import { type Row } from './stats.ts';
export declare function benchStreams(bench: Bench): Promise<readonly Row[]>;
