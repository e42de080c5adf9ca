import { type Started } from './processes.ts';
export interface ProxySide extends Started {
    readonly name: 'godwit' | 'haproxy';
    readonly port: number;
}
/** HAProxy as its manual would have it for one core; `http-no-delay`, or it holds tokens back for 100 ms. */
export declare function startHaproxy(dir: string, port: number, backendPort: number): Promise<ProxySide>;
/** The gateway alone: its table is written once, and no controller runs. */
export declare function startGateway(dir: string, port: number, backendPort: number): Promise<ProxySide>;
