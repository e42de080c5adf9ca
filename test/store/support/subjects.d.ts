import type { Store } from '../../../src/ports/store.ts';
import type { StoreSubject } from '../../../src/testkit/store/subject.ts';
export declare function makeTempDir(): string;
/** A store on `dir` with a clock that stands still. */
export declare function openOn(dir: string, mode?: 'read' | 'write'): Store;
export declare function makeSqlite(): Promise<StoreSubject>;
export declare function makeMemory(): Promise<StoreSubject>;
