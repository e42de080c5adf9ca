import type { Bench } from './main.ts';
import { type Row } from './stats.ts';
export declare function benchFalseAlarm({ dir, soakSeconds }: Bench): Promise<readonly Row[]>;
