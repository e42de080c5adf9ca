/** Service Quotas on loopback: vCPU limits of one account, by code. The SDK's own schemas say which names there are. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import * as sdk from '@aws-sdk/client-service-quotas';

export interface FakeQuotas {
  readonly url: string;
  /** The account's own, by code: name and limit in vCPUs. */
  readonly own: Map<string, readonly [string, number]>;
  /** Those of every account. */
  readonly defaults: Map<string, readonly [string, number]>;
  /** Actions in the order they came. */
  readonly calls: string[];
  /** Until it is set back, every call is denied. */
  isDenied: boolean;
  close(): Promise<void>;
}

const exported: Readonly<Record<string, unknown>> = sdk;

/** The members that a shape has: `[3, namespace, name, traits, names, …]`. */
function namesOf(shape: string): readonly string[] {
  const schema = exported[`${shape}$`];
  if (!Array.isArray(schema)) throw new Error(`the SDK has no shape ${shape}`);
  return schema[4] as readonly string[];
}

/** Only what the shape has. */
function shaped(shape: string, value: object): object {
  const unknown = Object.keys(value).find((key) => !namesOf(shape).includes(key));
  if (unknown !== undefined) throw new Error(`${shape} has no ${unknown}`);
  return value;
}

export async function startFakeQuotas(): Promise<FakeQuotas> {
  const [own, defaults] = [new Map<string, readonly [string, number]>(), new Map<string, readonly [string, number]>()];
  const fake = { own, defaults, calls: [] as string[], isDenied: false };
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const action = String(request.headers['x-amz-target']).split('.')[1] ?? '';
    const asked = (await json(request)) as Readonly<Record<string, string>>;
    fake.calls.push(action);
    const send = (status: number, body: object): void => {
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body));
    };
    const refuse = (status: number, name: string, Message: string): void => send(status, { __type: name, Message });
    if (!(`${action}Command` in exported)) return refuse(400, 'UnknownOperationException', action);
    if (action !== 'GetServiceQuota' && action !== 'GetAWSDefaultServiceQuota')
      return refuse(501, 'NotModelled', `the fake does not model ${action}`);
    shaped(`${action}Request`, asked);
    if (fake.isDenied) return refuse(400, 'AccessDeniedException', 'not authorized to perform this action');
    const [name, limit] = (action === 'GetServiceQuota' ? own : defaults).get(asked['QuotaCode'] ?? '') ?? [];
    if (asked['ServiceCode'] !== 'ec2' || name === undefined)
      return refuse(
        404,
        'NoSuchResourceException',
        'The request failed because the specified resource does not exist.',
      );
    const Quota = shaped('ServiceQuota', {
      ServiceCode: 'ec2',
      QuotaCode: asked['QuotaCode'],
      QuotaName: name,
      Value: limit,
    });
    send(200, shaped(`${action}Response`, { Quota }));
  }
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      console.error(error);
      request.socket.destroy();
    });
  });
  await new Promise<void>((resolve) => server.listen({ port: 0, host: '127.0.0.1' }, resolve));
  return Object.assign(fake, {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  });
}
