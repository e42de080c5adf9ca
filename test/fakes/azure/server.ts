/** Azure Resource Manager for one resource group, on loopback: the real SDK talks to it over HTTP. Time runs as the test's clock does, faster if wished. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { Clock } from '../../../src/ports/clock.ts';
import { createFaultScript, type ScriptedFault } from '../fault-script.ts';
import { Catalog } from './catalog.ts';
import { Group } from './group.ts';
import { Operations, type Told } from './operations.ts';
import { type Asked, answersOf, type NetworkKind, networkAnswer } from './routes.ts';
import { checkAnswer, checkBody, checkQuery, type Refusal, RefusedError, routeOf } from './spec.ts';

/** What happens to the next calls of an operation. `before`: nothing is done. `after`: it is done, and then this. */
export interface Fault extends ScriptedFault {
  readonly when: 'before' | 'after';
  /** An answer, or none: the connection ends, or stays silent. */
  readonly answer: (Refusal & { readonly headers?: Readonly<Record<string, string>> }) | 'drop' | 'hang';
}

export interface FakeAzure {
  readonly url: string;
  readonly group: Group;
  readonly operations: Operations;
  readonly catalog: Catalog;
  /** Operations in the order they came, such as `VirtualMachines_Start` and `NetworkInterfaces_Get`. */
  readonly calls: readonly string[];
  /** Gives how to end it before it has run out. */
  fault(fault: Fault): () => void;
  close(): Promise<void>;
}

export interface FakeTerms {
  readonly clock: Clock;
  /** How many milliseconds pass in the group for one of the clock. */
  readonly speed: number;
}

/** Answers Azure can have, ready to be used. */
export const answers = {
  throttled: {
    ...{ status: 429, code: 'OperationNotAllowed' },
    message: 'The server rejected the request because too many requests have been received for this subscription.',
  },
  expired: {
    status: 401,
    code: 'ExpiredAuthenticationToken',
    message: 'The access token expiry UTC time is earlier than current UTC time.',
  },
  internal: { status: 500, code: 'InternalServerError', message: 'Encountered internal server error.' },
  familyQuota: {
    ...{ status: 409, code: 'OperationNotAllowed' },
    message:
      'Operation could not be completed as it results in exceeding approved standardNDSH100v5Family Cores quota. Additional details - Deployment Model: Resource Manager, Location: swedencentral, Current Limit: 96, Current Usage: 96, Additional Required: 96',
  },
} as const;

const subscription = '00000000-0000-4000-8000-000000000001';
const inGroup = `/subscriptions/${subscription}/resourceGroups/inference/providers`;

/** What each call is allowed by; any other needs no right here. */
const rights: Readonly<Record<string, string>> = {
  VirtualMachines_List: 'Microsoft.Compute/virtualMachines/read',
  VirtualMachines_Get: 'Microsoft.Compute/virtualMachines/read',
  VirtualMachines_Update: 'Microsoft.Compute/virtualMachines/write',
  VirtualMachines_CreateOrUpdate: 'Microsoft.Compute/virtualMachines/write',
  VirtualMachines_Start: 'Microsoft.Compute/virtualMachines/start/action',
  VirtualMachines_Deallocate: 'Microsoft.Compute/virtualMachines/deallocate/action',
  VirtualMachines_Delete: 'Microsoft.Compute/virtualMachines/delete',
  Disks_ListByResourceGroup: 'Microsoft.Compute/disks/read',
  Disks_Get: 'Microsoft.Compute/disks/read',
  Disks_Delete: 'Microsoft.Compute/disks/delete',
  NetworkInterfaces_List: 'Microsoft.Network/networkInterfaces/read',
  NetworkInterfaces_Get: 'Microsoft.Network/networkInterfaces/read',
  NetworkInterfaces_Delete: 'Microsoft.Network/networkInterfaces/delete',
  PublicIPAddresses_List: 'Microsoft.Network/publicIPAddresses/read',
  PublicIPAddresses_Get: 'Microsoft.Network/publicIPAddresses/read',
  PublicIPAddresses_Delete: 'Microsoft.Network/publicIPAddresses/delete',
  GalleryImages_Get: 'Microsoft.Compute/galleries/images/read',
  Subnets_Get: 'Microsoft.Network/virtualNetworks/subnets/read',
  ResourceSkus_List: 'Microsoft.Compute/skus/read',
  Usage_List: 'Microsoft.Compute/locations/usages/read',
};

/** What the fake group has, as a site's settings name it. */
export const fakeSite = {
  ...{ subscription, resourceGroup: 'inference', region: 'swedencentral' },
  launch: {
    image: `${inGroup}/Microsoft.Compute/galleries/inference/images/vllm`,
    subnet: `${inGroup}/Microsoft.Network/virtualNetworks/inference/subnets/replicas`,
  },
} as const;

export async function startFakeAzure({ clock, speed }: FakeTerms): Promise<FakeAzure> {
  const [beganMs, beganMonoMs] = [clock.nowMs(), clock.monoMs()];
  const nowMs = (): number => beganMs + (clock.monoMs() - beganMonoMs) * speed;
  const server = createServer((request, response) => void serve(request, response));
  await new Promise<void>((resolve) => server.listen({ port: 0, host: '127.0.0.1' }, resolve));
  const address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { image, subnet } = fakeSite.launch;
  const group = new Group({
    ...{ nowMs, subscription, name: fakeSite.resourceGroup, region: fakeSite.region },
    ...{ images: [image], subnets: [subnet] },
  });
  const base = `https://${address}/subscriptions/${subscription}/providers/Microsoft.Compute/locations/${fakeSite.region}`;
  const operations = new Operations(base, nowMs);
  const catalog = new Catalog();
  const modelled = answersOf(group, operations, catalog);
  const calls: string[] = [];
  const faults = createFaultScript<Fault>();

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(request);
    const { method = '' } = request;
    const url = new URL(`https://${address}${request.url ?? ''}`);
    const asked: Omit<Asked, 'values'> = {
      ...{ query: url.searchParams, url: url.href, body: body === '' ? undefined : JSON.parse(body) },
      header: (name) => request.headers[name]?.toString(),
    };
    const call = callOf(method, url.pathname);
    calls.push(call.name);
    const send = ({ status, body: value, headers = {} }: Told): void => {
      const type = value === undefined ? {} : { 'content-type': 'application/json; charset=utf-8' };
      response.writeHead(status, { ...type, ...headers }).end(value === undefined ? '' : JSON.stringify(value));
    };
    const refuse = ({ status, code, message }: Refusal, headers = {}): void =>
      send({ status, body: { error: { code, message } }, headers });
    const give = (answer: Fault['answer']): void => {
      if (answer === 'drop') request.socket.destroy();
      else if (answer !== 'hang') refuse(answer, answer.headers);
    };
    const fault = faults.take(call.name);
    if (fault?.when === 'before') return give(fault.answer);
    try {
      // The price list is public, and nobody shows it a token.
      const expected = call.name === 'RetailPrices_List' ? undefined : `Bearer ${fakeToken}`;
      if (request.headers.authorization !== expected)
        throw new RefusedError(
          401,
          'AuthenticationFailed',
          "Authentication failed. The 'Authorization' header is missing.",
        );
      const action = rights[call.name];
      if (action !== undefined) catalog.checkRight(action, url.pathname);
      const told = call.answer(asked);
      if (fault === undefined) send(told);
      else give(fault.answer);
    } catch (error) {
      if (!(error instanceof RefusedError)) throw error;
      refuse(error.refusal);
    }
  }

  interface Call {
    readonly name: string;
    readonly answer: (asked: Omit<Asked, 'values'>) => Told;
  }

  function callOf(method: string, pathname: string): Call {
    const operation = /\/providers\/Microsoft\.Compute\/locations\/\w+\/operations\/([\w-]+)$/.exec(pathname)?.[1];
    if (operation !== undefined && method === 'GET')
      return {
        name: 'Operations_Get',
        answer: ({ query }) => operations.tell(operation, query.get('monitor') === 'true') ?? missing(pathname),
      };
    const [, group_, kind, name] =
      /\/resourceGroups\/([^/]+)\/providers\/Microsoft\.Network\/(networkInterfaces|publicIPAddresses)(?:\/([^/]+))?$/.exec(
        pathname,
      ) ?? [];
    if (kind !== undefined) {
      const verb = method === 'GET' ? (name === undefined ? 'List' : 'Get') : method === 'DELETE' ? 'Delete' : method;
      return {
        name: `${kind === 'networkInterfaces' ? 'NetworkInterfaces' : 'PublicIPAddresses'}_${verb}`,
        answer: (asked) => {
          checkGroup(group_);
          return networkAnswer(group, operations, method, kind as NetworkKind, name, { ...asked, values: {} });
        },
      };
    }
    if (method === 'GET' && /\/providers\/Microsoft\.Authorization\/permissions$/.test(pathname))
      return {
        name: 'Permissions_List',
        answer: () => catalog.permissions(pathname.replace(/\/providers\/Microsoft\.Authorization\/.*/, '')),
      };
    if (method === 'GET' && pathname === '/api/retail/prices')
      return { name: 'RetailPrices_List', answer: ({ url }) => catalog.priceList(new URL(url)) };
    if (method === 'GET' && pathname.includes('/subnets/'))
      return { name: 'Subnets_Get', answer: () => catalog.named(pathname, group.terms.subnets) };
    const route = routeOf(method, pathname);
    if (route === undefined) return { name: `${method} ${pathname}`, answer: () => missing(pathname) };
    return {
      name: route.operation,
      answer: (asked) => {
        checkGroup(route.values['resourceGroupName']);
        const { page: _, ...own } = Object.fromEntries(asked.query);
        checkQuery(route, new URLSearchParams(own));
        checkBody(route, asked.body);
        const answer = modelled[route.operation];
        if (answer === undefined)
          throw new RefusedError(501, 'NotModelled', `the fake does not model ${route.operation}`);
        const told = answer({ ...asked, values: route.values });
        checkAnswer(route, told.status, told.body);
        return told;
      },
    };
  }

  function checkGroup(name: string | undefined): void {
    if (name !== undefined && name.toLowerCase() !== fakeSite.resourceGroup)
      throw new RefusedError(404, 'ResourceGroupNotFound', `Resource group '${name}' could not be found.`);
  }

  return {
    ...{ url: `http://${address}`, group, operations, catalog, calls },
    fault: (fault) => faults.add(fault),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function missing(pathname: string): never {
  throw new RefusedError(404, 'NotFound', `${pathname} is no address of this server`);
}

/** The token that the fake takes, and that the identity service beside it gives. */
export const fakeToken = 'canary-of-a-token';

/**
 * The identity service of a machine in Azure, as App Service has it: the SDK's own chain gets its token there, so that no
 * test needs another credential. By what @azure/msal-node asks for (its AppService source, 2026-11-27).
 */
export async function startFakeIdentity(): Promise<{ readonly env: Readonly<Record<string, string>>; close(): void }> {
  const server = createServer((_, response) => {
    const expiresOn = Math.floor(Date.now() / 1000) + 86_400;
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(
      JSON.stringify({
        access_token: fakeToken,
        expires_on: String(expiresOn),
        resource: 'https://management.azure.com',
        token_type: 'Bearer',
      }),
    );
  });
  await new Promise<void>((resolve) => server.listen({ port: 0, host: '127.0.0.1' }, resolve));
  server.unref();
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}/msi/token`;
  return {
    env: { IDENTITY_ENDPOINT: endpoint, IDENTITY_HEADER: 'fake', AZURE_TOKEN_CREDENTIALS: 'ManagedIdentityCredential' },
    close: () => void server.close(),
  };
}
