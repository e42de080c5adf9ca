import { type Started } from './processes.ts';
export declare const bodyBytes = 2048;
export declare function startStaticBackend(dir: string, port: number): Promise<Started>;
