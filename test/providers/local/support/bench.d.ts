import type { LaunchSpec } from '../../../../src/model/deployment.ts';
import type { Reply } from '../../../../src/model/outcome.ts';
import type { Replica } from '../../../../src/model/replica.ts';
import type { WriteCall } from '../../../../src/ports/call.ts';
import type { Provider } from '../../../../src/ports/provider.ts';
import { type LocalSite } from './site.ts';
/** A site that ends with the test, and a session on it. */
export declare function openSite(): Promise<{
    site: LocalSite;
    provider: Provider;
    start: (key: string, launch?: LaunchSpec, slot?: number, from?: Provider) => Promise<Reply<Replica>>;
    started: (key: string, launch?: LaunchSpec, slot?: number) => Promise<Replica>;
    stop: (replica: Replica, change?: Partial<WriteCall>, how?: 'stop' | 'delete') => Promise<Reply<void>>;
    listed(): Promise<readonly Replica[]>;
    /** A launch of a Node script; `process.argv[1]` is the site's folder, `[2]` the port. */
    script: (text: string, change?: Partial<LaunchSpec>) => LaunchSpec;
}>;
export declare function write(idempotencyKey: string): WriteCall;
export declare function value<T>(reply: Reply<T>): T;
