/** Starts model servers for tests and closes them when the test ends. */
import { onTestFinished } from 'vitest';
import { type ModelServerOptions, parseModelServerArgs } from '../../../src/demo/model-server/options.ts';
import { type ModelServer, startModelServer } from '../../../src/demo/model-server/server.ts';

export interface Serving {
  readonly server: ModelServer;
  readonly url: string;
  chat(body: object, path?: string): Promise<Response>;
  fault(method: 'POST' | 'DELETE', body?: object): Promise<Response>;
}

/** Without delays unless the flags say otherwise. */
export async function serve(flags: readonly string[] = []): Promise<Serving> {
  const options: ModelServerOptions = parseModelServerArgs([
    ...['--port', '0', '--first-token-ms', '0', '--tokens-per-second', '0'],
    ...flags,
  ]);
  const server = await startModelServer(options);
  onTestFinished(() => server.close('abort', 0));
  const url = `http://127.0.0.1:${server.port}`;
  const send = (path: string, method: string, body: object | undefined): Promise<Response> =>
    fetch(`${url}${path}`, body === undefined ? { method } : { method, body: JSON.stringify(body) });
  return {
    server,
    url,
    chat: (body, path = '/v1/chat/completions') =>
      send(path, 'POST', { model: 'tiny-chat', messages: [{ role: 'user', content: 'Where does it fly?' }], ...body }),
    fault: (method, body) => send('/faults', method, body),
  };
}

/** The JSON of every event of a stream, in order; `[DONE]` stays a text. */
export async function eventsOf(response: Response): Promise<unknown[]> {
  const text = await response.text();
  return text
    .split('\n\n')
    .filter((event) => event !== '')
    .map((event) => event.replace(/^data: /, ''))
    .map((data): unknown => (data === '[DONE]' ? data : JSON.parse(data)));
}

/** Asks until the answer is right or three seconds are over. */
export async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  const endMs = performance.now() + 3000;
  while (!(await isSo())) {
    if (performance.now() > endMs) throw new Error('waited three seconds in vain');
    await new Promise((resolve) => setImmediate(resolve));
  }
}
