/** Pings to a real server, on a clock that goes much faster. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { createPinger, type Pinger } from '../../src/notify/healthchecks.ts';
import type { Clock } from '../../src/ports/clock.ts';

const usualSpeed = 200;
const check = 'a3f0c2d4-1111-4222-8333-444455556666';
const runId = '0b6c1c7e-9999-4aaa-8bbb-ccccddddeeee';

interface Ping {
  readonly line: string;
  readonly body: string;
}

type Answer = (response: ServerResponse, ping: Ping, count: number) => void;

const ok: Answer = (response) => void response.end('OK');
const status =
  (code: number): Answer =>
  (response) =>
    void response.writeHead(code).end();

async function world(answer: Answer, path = `/${check}`, speed = usualSpeed) {
  const pings: Ping[] = [];
  const server = createServer(async (request: IncomingMessage, response: ServerResponse) => {
    let body = '';
    for await (const part of request.setEncoding('utf8')) body += part;
    const ping = { line: `${request.method} ${request.url}`, body };
    pings.push(ping);
    answer(response, ping, pings.length);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { server, port, pings, ...pingerOn(`http://127.0.0.1:${port}${path}`, speed) };
}

interface Told {
  readonly pinger: Pinger;
  readonly warnings: readonly string[];
  readonly waits: readonly number[];
}

function pingerOn(url: string, speed = usualSpeed): Told {
  const warnings: string[] = [];
  const waits: number[] = [];
  const clock: Pick<Clock, 'after' | 'sleep'> = {
    after(ms, run) {
      const timer = setTimeout(run, ms / speed);
      return () => clearTimeout(timer);
    },
    sleep(ms, signal) {
      waits.push(ms);
      return new Promise((done, fail) => {
        const timer = setTimeout(done, ms / speed);
        const stop = (): void => {
          clearTimeout(timer);
          fail(signal.reason);
        };
        if (signal.aborted) return stop();
        signal.addEventListener('abort', stop, { once: true });
      });
    },
  };
  const pinger: Pinger = createPinger({
    url: new URL(url),
    runId,
    clock,
    random: { next: () => 0.5 },
    warn: (message) => void warnings.push(message),
  });
  return { pinger, warnings, waits };
}

test('a run is a start and an end with its exit code and log, as one pair', async () => {
  const { pinger, pings, warnings } = await world(ok);
  await pinger.start();
  await pinger.end(6, 'no capacity\nnothing was moved\n');
  expect(pings).toEqual([
    { line: `POST /${check}/start?rid=${runId}`, body: '' },
    { line: `POST /${check}/6?rid=${runId}`, body: 'no capacity\nnothing was moved\n' },
  ]);
  expect(warnings).toEqual([]);
});

test('of a long log the last lines are sent', async () => {
  const { pinger, pings } = await world(ok);
  await pinger.end(0, Array.from({ length: 5000 }, (_, index) => `line ${index}\n`).join(''));
  const body = pings[0]?.body ?? '';
  expect(Buffer.byteLength(body)).toBeLessThanOrEqual(10_000);
  expect(body).toMatch(/^line \d+\n.*line 4999\n$/s);
});

test('parameters and a last slash of the address are kept in their place', async () => {
  const { pinger, pings } = await world(ok, '/key/rebalance/?create=1');
  await pinger.end(0, '');
  expect(pings.map(({ line }) => line)).toEqual([`POST /key/rebalance/0?create=1&rid=${runId}`]);
});

test.for([500, 503, 429])(
  'status %i is tried again, later each time, and forgotten when one gets through',
  async (code) => {
    const { pinger, pings, warnings, waits } = await world((response, ping, count) =>
      (count < 4 ? status(code) : ok)(response, ping, count),
    );
    await pinger.end(0, '');
    expect(pings).toHaveLength(4);
    expect(waits).toEqual([750, 2250, 6750]);
    expect(warnings).toEqual([]);
  },
);

test('four failures are the last, and told once for the whole run, without the address', async () => {
  const { pinger, pings, warnings, port } = await world(status(500));
  await pinger.start();
  await pinger.end(0, '');
  expect(pings).toHaveLength(8);
  expect(warnings).toEqual([`Healthchecks at 127.0.0.1:${port} was not told that the run began: status 500`]);
});

test.for([
  { name: 'a check that is not there', answer: status(404), why: 'status 404' },
  { name: 'a slug that two checks have', answer: status(409), why: 'status 409' },
  { name: 'an answer that sends elsewhere', answer: status(302), why: 'status 302' },
  {
    name: 'a check that is not there, told kindly',
    answer: ((response) => void response.end('OK (not found)')) satisfies Answer,
    why: 'its answer is "not found"',
  },
])('$name is not tried again', async ({ answer, why }) => {
  const { pinger, pings, warnings, port } = await world(answer);
  await pinger.end(1, '');
  expect(pings).toHaveLength(1);
  expect(warnings).toEqual([`Healthchecks at 127.0.0.1:${port} was not told how the run ended: ${why}`]);
});

test('a server that hangs is given ten seconds each time', async () => {
  const { pinger, pings, warnings } = await world(() => undefined);
  const beganAt = performance.now();
  await pinger.end(0, '');
  expect(pings).toHaveLength(4);
  expect(performance.now() - beganAt).toBeGreaterThan((4 * 10_000) / usualSpeed);
  expect(warnings).toEqual([expect.stringContaining('was not told how the run ended: no answer within 10s')]);
});

test('so is one that hangs in the middle of its answer', async () => {
  const { pinger, warnings } = await world((response) => void response.write('O'));
  await pinger.end(0, '');
  expect(warnings).toEqual([expect.stringContaining('no answer within 10s')]);
});

test('of an answer without end no more is read than is needed', async () => {
  const { pinger, warnings } = await world((response) => void response.write('O'.repeat(100_000)));
  await pinger.end(0, '');
  expect(warnings).toEqual([]);
});

test('a connection that breaks is tried again', async () => {
  const { pinger, pings, warnings } = await world((response, ping, count) =>
    count < 2 ? void response.socket?.destroy() : ok(response, ping, count),
  );
  await pinger.end(0, '');
  expect(pings).toHaveLength(2);
  expect(warnings).toEqual([]);
});

test('nobody there is told, and fails nothing', async () => {
  const { server, port } = await world(ok);
  await new Promise((done) => server.close(done));
  const { pinger, warnings } = pingerOn(`http://127.0.0.1:${port}/${check}`);
  await pinger.start();
  await pinger.end(0, '');
  expect(warnings).toEqual([expect.stringMatching(/was not told that the run began: connect ECONNREFUSED/)]);
});

test('a start that is still tried when the run ends is given up, and never arrives after the end', async () => {
  const first = Promise.withResolvers<void>();
  const { pinger, pings, warnings } = await world((response, ping, count) => {
    if (!ping.line.includes('/start')) return ok(response, ping, count);
    response.socket?.once('close', () => first.resolve());
    status(500)(response, ping, count);
  });
  const started = pinger.start();
  await first.promise;
  await pinger.end(0, '');
  await started;
  expect(pings.map(({ line }) => line.replace(/^.*\/|\?.*$/g, ''))).toEqual(['start', '0']);
  expect(warnings).toEqual([expect.stringContaining('was not told that the run began: status 500')]);
});

test('the end waits for a start that is on its way', async () => {
  const order: string[] = [];
  const slowly: Answer = (response, ping, count) => {
    const isStart = ping.line.includes('/start');
    order.push(isStart ? 'start' : 'end');
    response.once('finish', () => order.push('answered'));
    setTimeout(() => ok(response, ping, count), isStart ? 30 : 0);
  };
  const { pinger } = await world(slowly, `/${check}`, 2);
  void pinger.start();
  await pinger.end(0, '');
  expect(order).toEqual(['start', 'answered', 'end', 'answered']);
});

test.for([
  { url: 'http://169.254.169.254/latest', why: '169.254.169.254 is never probed' },
  { url: 'http://user:secret@127.0.0.1:9/x', why: 'user name or password' },
  { url: 'ftp://127.0.0.1/x', why: 'only http and https' },
])('$url is never sent to', async ({ url, why }) => {
  const { pinger, warnings, waits } = pingerOn(url);
  await pinger.start();
  expect(warnings).toEqual([expect.stringContaining(why)]);
  expect(warnings[0]).not.toContain('secret');
  expect(waits).toEqual([]);
});

test('what is no exit code is our own mistake', async () => {
  const { pinger } = pingerOn('http://127.0.0.1:9/x');
  await expect(pinger.end(256, '')).rejects.toThrow('256 is no exit code');
});
