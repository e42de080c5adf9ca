import type { Bench } from './main.ts';
import { type Row } from './stats.ts';
export declare function benchStartup({ isQuick }: Bench): readonly Row[];
