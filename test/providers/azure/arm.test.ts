import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { openArm } from '../../../src/providers/azure/arm.ts';
import { azureSettings } from '../../../src/providers/azure/schema.ts';
import { fakeSite, fakeToken } from '../../fakes/azure/server.ts';
import { callsOf } from './support/calls.ts';
import { clock } from './support/site.ts';

let server: Server | undefined;
afterEach(() => void server?.close());

async function serve(status: number, body: string, headers = {}): Promise<{ url: string; asked: string[] }> {
  const asked: string[] = [];
  server = createServer((request, response) => {
    asked.push(String(request.headers.authorization));
    response.writeHead(status, headers).end(body);
  });
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

const call = callsOf(clock)('k1', { withinMs: 5000 });
const open = (endpoint: string) =>
  openArm(azureSettings.parse({ ...fakeSite, machines: ['Standard_D2s_v5'], endpoint }), clock);

test.for([
  ['a proxy’s page', 200, '<html>', 'unknown', 'SyntaxError'],
  ['a proxy’s refusal', 502, '<html>', 'unknown', 'HTTP502'],
  ['a server in trouble', 503, '{"error":{"code":"ServerBusy","message":"m"}}', 'unknown', 'ServerBusy'],
  ['a time-out on their side', 504, '{"error":{"code":"GatewayTimeout","message":"m"}}', 'unknown', 'GatewayTimeout'],
  ['a code that is not known', 400, '{"error":{"code":"Odd","message":"m"}}', 'refused', 'Odd'],
  ['no code at all', 404, '', 'refused', 'HTTP404'],
] as const)('%s is %s', async ([, status, body, kind, code]) => {
  const { url } = await serve(status, body);
  const arm = open(url);
  expect(await arm.visit(call, 'GET', '/a?api-version=1')).toMatchObject({ kind, error: { code } });
});

test('nothing is asked twice, and nobody else gets the token', async () => {
  const { url, asked } = await serve(429, '', { 'retry-after': '0' });
  const arm = open(url);
  const told = await arm.ask(call, (options) => arm.compute.virtualMachines.get('inference', 'vm', options));
  expect(told).toMatchObject({ kind: 'refused', error: { class: 'throttled', code: 'HTTP429', retryAfterMs: 0 } });
  expect(asked).toHaveLength(1);
  // An address of another host is asked for at our own.
  const foreign = await arm.visit(call, 'GET', 'https://elsewhere.example.com/operations/1');
  expect(foreign).toMatchObject({ kind: 'refused', error: { code: 'HTTP429' } });
  expect(asked).toEqual([`Bearer ${fakeToken}`, `Bearer ${fakeToken}`]);
});

test('nobody there is a refusal: nothing was sent', async () => {
  const { url } = await serve(200, '');
  await new Promise((resolve) => server?.close(resolve));
  const arm = open(url);
  expect(await arm.visit(call, 'GET', '/a?api-version=1')).toMatchObject({
    ...{ kind: 'refused', error: { class: 'transient', code: 'ECONNREFUSED' } },
  });
});
