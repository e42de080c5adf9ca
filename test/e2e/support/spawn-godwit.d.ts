export declare const root: string;
export interface Ended {
    readonly code: number | null;
    readonly stdout: string;
    readonly stderr: string;
}
interface How {
    readonly env?: Readonly<Record<string, string>>;
    readonly nodeArgs?: readonly string[];
    readonly cwd?: string;
    readonly stdin?: string;
}
export declare function spawnGodwit(argv: readonly string[], how?: How): Promise<Ended>;
export {};
