import type { LaunchSpec } from '../../../../src/model/deployment.ts';
import type { Provider } from '../../../../src/ports/provider.ts';
import type { ReplicaRecord } from '../../../../src/providers/local/record.ts';
import type { ProviderSubject } from '../../../../src/testkit/provider/subject.ts';
export declare const clock: import("../../../../src/ports/clock.ts").Clock;
export declare const random: import("../../../../src/ports/random.ts").Random;
/** Listens on its port; the folder of its site is in its arguments, so that it is found without any record. */
export declare function launchIn(dir: string, script?: string): LaunchSpec;
export declare const listens = "require('node:http').createServer((_, res) => res.end('ok')).listen(process.argv[2], '127.0.0.1')";
export interface LocalSite extends ProviderSubject {
    readonly dir: string;
    readonly ports: string;
    record(id: string): ReplicaRecord;
    /** Pids of everything this site ever started that still runs. */
    pids(): readonly number[];
}
export declare function makeSite(wrap?: (provider: Provider) => Provider): Promise<LocalSite>;
/** Waits for a condition, at most five seconds. */
export declare function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void>;
