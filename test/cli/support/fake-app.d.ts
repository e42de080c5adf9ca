import type { App, ConfigReading, TerminalFacts } from '../../../src/cli/app.ts';
/** A stand-in for the outside world that records what is printed and asked. Parts not given refuse. */
export interface FakeApp extends App {
    readonly printed: {
        out: string;
        err: string;
        readonly questions: string[];
    };
}
export declare const plainTerminal: TerminalFacts;
export declare const liveTerminal: TerminalFacts;
interface Given extends Partial<Omit<App, 'config'>> {
    readonly reading?: ConfigReading;
    readonly answer?: string | undefined;
    readonly readConfig?: (path: string | undefined) => Promise<ConfigReading>;
}
export declare function fakeApp({ reading, answer, readConfig, ...given }?: Given): FakeApp;
export {};
