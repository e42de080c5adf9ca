import { type ModelServer } from '../../../src/demo/model-server/server.ts';
export interface Serving {
    readonly server: ModelServer;
    readonly url: string;
    chat(body: object, path?: string): Promise<Response>;
    fault(method: 'POST' | 'DELETE', body?: object): Promise<Response>;
}
/** Without delays unless the flags say otherwise. */
export declare function serve(flags?: readonly string[]): Promise<Serving>;
/** The JSON of every event of a stream, in order; `[DONE]` stays a text. */
export declare function eventsOf(response: Response): Promise<unknown[]>;
/** Asks until the answer is right or three seconds are over. */
export declare function until(isSo: () => boolean | Promise<boolean>): Promise<void>;
