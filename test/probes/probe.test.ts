import { expect, test } from 'vitest';
import type { HttpProbeSpec, TcpProbeSpec } from '../../src/model/probe-spec.ts';
import type { Clock } from '../../src/ports/clock.ts';
import { serve } from '../demo/model-server/serving.ts';
import { listen, look, realClock } from './misbehaving.ts';

const http: HttpProbeSpec = { kind: 'http', name: 'health', everyMs: 1000, timeoutMs: 2000, path: '/health' };
const tcp: TcpProbeSpec = { kind: 'tcp', name: 'port', everyMs: 1000, timeoutMs: 2000 };
const both = [http, tcp] as const;
const nobody = 'http://127.0.0.1:1';

test.for(both)('$kind: a server that answers is good', async (spec) => {
  const { url } = await serve();
  expect(await look(url, spec)).toMatchObject({ outcome: 'good', plane: 'data', probe: spec.name });
});

test.for(both)('$kind: a port where nobody listens is Refused', async (spec) => {
  expect(await look(nobody, spec)).toMatchObject({ outcome: 'bad', reason: 'Refused' });
});

test.for(both)('$kind: a look given up before its answer is unknown', async (spec) => {
  const { url } = await serve();
  const seen = await look(url, spec, { signal: AbortSignal.abort() });
  expect(seen).toMatchObject({ outcome: 'unknown', reason: 'CannotSee' });
});

test.for([
  [200, 'good', undefined],
  [301, 'bad', 'BadStatus'],
  [401, 'unknown', 'CannotSee'],
  [403, 'unknown', 'CannotSee'],
  [429, 'unknown', 'CannotSee'],
  [500, 'bad', 'BadStatus'],
  [503, 'bad', 'Loading'],
] as const)('status %i is %s', async ([status, outcome, reason]) => {
  const url = await listen((socket) => socket.end(`HTTP/1.1 ${status} X\r\ncontent-length: 0\r\n\r\n`));
  const seen = await look(url, http);
  expect([seen.outcome, seen.reason]).toEqual([outcome, reason]);
});

test('a redirect is not followed', async () => {
  let asked = 0;
  const url = await listen((socket) => {
    asked += 1;
    socket.end('HTTP/1.1 302 Found\r\nlocation: /elsewhere\r\ncontent-length: 0\r\n\r\n');
  });
  expect(await look(url, http)).toMatchObject({ outcome: 'bad', reason: 'BadStatus' });
  expect(asked).toBe(1);
});

test('each look takes a connection of its own', async () => {
  const requests: string[] = [];
  const url = await listen((socket, request) => {
    requests.push(request);
    socket.end('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n');
  });
  await look(url, http);
  await look(url, http);
  expect(requests).toHaveLength(2);
  expect(requests[0]).toContain('onnection: close');
});

test.for([
  ['a server that says nothing', 'TimedOut', { timeoutMs: 60 }, (): void => undefined],
  ['a reset', 'Reset', {}, (socket: { resetAndDestroy(): unknown }): unknown => socket.resetAndDestroy()],
  [
    'another protocol',
    'BadAnswer',
    {},
    (socket: { end(text: string): unknown }): unknown => socket.end('SSH-2.0-x\r\n'),
  ],
] as const)('%s is %s', async ([, reason, more, speak]) => {
  const url = await listen((socket) => void speak(socket));
  expect(await look(url, { ...http, ...more })).toMatchObject({ outcome: 'bad', reason });
});

test('no answer in the little time a call has left is unknown', async () => {
  const url = await listen(() => undefined);
  expect(await look(url, http, { leftMs: 40 })).toMatchObject({ outcome: 'unknown', reason: 'CannotSee' });
});

test('a time-out noticed long after its time says that this process slept, not the replica', async () => {
  const url = await listen(() => undefined);
  let looks = 0;
  const slept: Clock = {
    ...realClock,
    monoMs() {
      looks += 1;
      return looks <= 2 ? 0 : 5000;
    },
  };
  const seen = await look(url, { ...http, timeoutMs: 40 }, { clock: slept });
  expect(seen).toMatchObject({ outcome: 'unknown', detail: 'this process itself was 4960 ms late' });
});

test.for([
  ['no address yet', undefined],
  ['no URL', 'nowhere'],
  ['the address of a metadata service', 'http://169.254.169.254/'],
  ['a name nobody knows', 'http://godwit.invalid/'],
] as const)('%s is unknown', async ([, url]) => {
  for (const spec of both) expect(await look(url, spec)).toMatchObject({ outcome: 'unknown', reason: 'CannotSee' });
});

test.for([
  ['', '/v1/health?deep=1', '/v1/health?deep=1'],
  ['/base/', '/health', '/base/health'],
  ['', '//127.0.0.1:1/x', '//127.0.0.1:1/x'],
  ['', 'http://127.0.0.1:1/x', '/http://127.0.0.1:1/x'],
  ['', '/a b\u0000', '/a%20b%00'],
] as const)('below "%s" the path %s is asked as %s', async ([base, path, asked]) => {
  let line = '';
  const url = await listen((socket, request) => {
    line = request.split('\r\n')[0] ?? '';
    socket.end('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n');
  });
  expect(await look(url + base, { ...http, path })).toMatchObject({ outcome: 'good' });
  expect(line).toBe(`GET ${asked} HTTP/1.1`);
});
