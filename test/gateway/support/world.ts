/** A real gateway on loopback with its admin API, for one test; all of it is gone when the test is over. */
import { mkdtempSync, rmSync } from 'node:fs';
import { request as send } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { type RunningGateway, startGateway } from '../../../src/gateway/gateway.ts';
import type { GatewaySettings } from '../../../src/model/config.ts';
import type { RouteEntry } from '../../../src/model/route.ts';
import type { DeploymentTraffic, SiteTraffic } from '../../../src/model/traffic-stats.ts';
import { createClock } from '../../../src/system/clock.ts';
import { type EntryChange, entry } from '../../core/support/routes.ts';

export interface WorldChange {
  /** Of another world, to start again from what it left. */
  readonly dir?: string;
  readonly bootId?: string;
  /** Draws, uniform in [0, 1); 0 unless told, which is the first site with weight. */
  readonly random?: () => number;
  readonly host?: string;
  readonly port?: number;
  readonly adminSocket?: string;
  readonly tableFile?: string;
  readonly retryRatio?: number;
  readonly hold?: Partial<GatewaySettings['hold']>;
  readonly replay?: Partial<GatewaySettings['replay']>;
  readonly limits?: Partial<GatewaySettings['limits']>;
  /** Since the system's own, milliseconds. */
  readonly aheadMs?: number;
}

export interface AdminAnswer {
  readonly status: number;
  readonly value: unknown;
}

export interface World {
  readonly dir: string;
  readonly port: number;
  readonly url: string;
  readonly adminSocket: string;
  readonly tableFile: string;
  readonly logs: readonly string[];
  /** What the gateway's clock is ahead of the system's; move it on instead of waiting. */
  readonly clock: { aheadMs: number };
  admin(method: string, path: string, body?: unknown): Promise<AdminAnswer>;
  /** Writes an entry and expects it to be taken; without a version of its own it gets the next one. */
  put(change: EntryChange): Promise<RouteEntry>;
  traffic(deployment?: string): Promise<DeploymentTraffic>;
  site(name: string, deployment?: string): Promise<SiteTraffic>;
  close(timeoutMs?: number): Promise<void>;
}

export function temporaryDir(): string {
  const dir = mkdtempSync(join(tmpdir(), 'gw-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

export function settingsOf(dir: string, change: WorldChange = {}): GatewaySettings {
  return {
    host: change.host ?? '127.0.0.1',
    port: change.port ?? 0,
    adminSocket: change.adminSocket ?? join(dir, 'admin.sock'),
    tableFile: change.tableFile ?? join(dir, 'table', 'routes.json'),
    hold: { maxWaitMs: 5000, maxRequests: 100, ...change.hold },
    retry: { ratio: change.retryRatio ?? 0.1 },
    replay: { maxBodyBytes: 4 * 1024 * 1024, maxTotalBytes: 64 * 1024 * 1024, ...change.replay },
    limits: {
      maxBodyBytes: 8 * 1024 * 1024,
      maxBufferedBytes: 64 * 1024 * 1024,
      maxHeaderBytes: 16 * 1024,
      maxUrlBytes: 4096,
      maxConnections: 1000,
      maxConnectionsPerAddress: 500,
      headersTimeoutMs: 10_000,
      requestTimeoutMs: 20_000,
      firstByteTimeoutMs: 30_000,
      stallTimeoutMs: 30_000,
      slowReaderTimeoutMs: 30_000,
      ...change.limits,
    },
  };
}

export async function openWorld(change: WorldChange = {}): Promise<World> {
  const dir = change.dir ?? temporaryDir();
  const settings = settingsOf(dir, change);
  const logs: string[] = [];
  const real = createClock();
  const clock = { aheadMs: change.aheadMs ?? 0 };
  const gateway = await startGateway(settings, {
    clock: { ...real, monoMs: () => real.monoMs() + clock.aheadMs },
    random: { next: change.random ?? (() => 0), id: (length) => 'x'.repeat(length) },
    bootId: change.bootId ?? 'boot-of-this-machine',
    log: (line) => logs.push(line),
  });
  const close = closeOnce(gateway);
  onTestFinished(() => close(0));
  const admin = (method: string, path: string, body?: unknown): Promise<AdminAnswer> =>
    askAdmin(settings.adminSocket, method, path, body);
  const traffic = async (deployment = 'chat'): Promise<DeploymentTraffic> =>
    (await admin('GET', `/v1/routes/${deployment}/traffic`)).value as DeploymentTraffic;
  let routeVersion = 100;
  return {
    dir,
    port: gateway.port,
    url: `http://127.0.0.1:${gateway.port}`,
    adminSocket: settings.adminSocket,
    tableFile: settings.tableFile,
    logs,
    clock,
    admin,
    async put(wanted) {
      routeVersion += 1;
      const made = entry({ routeVersion, weights: { left: 100 }, firstTokenLimitMs: 10_000, ...wanted });
      expect(await admin('PUT', `/v1/routes/${made.deployment}`, made)).toEqual({ status: 200, value: {} });
      return made;
    },
    traffic,
    async site(name, deployment) {
      const found = (await traffic(deployment)).sites.find(({ site }) => site === name);
      if (found === undefined) throw new Error(`no site ${name}`);
      return found;
    },
    close,
  };
}

function closeOnce(gateway: RunningGateway): (timeoutMs?: number) => Promise<void> {
  let closed: Promise<void> | undefined;
  return (timeoutMs = 0) => {
    closed ??= gateway.close(timeoutMs);
    return closed;
  };
}

/** A body that is text or bytes goes as it is, anything else as JSON. */
export function askAdmin(socketPath: string, method: string, path: string, body?: unknown): Promise<AdminAnswer> {
  return new Promise((resolve, reject) => {
    const request = send({ socketPath, method, path, agent: false }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('error', reject);
      response.on('end', () => {
        const text = Buffer.concat(parts).toString('utf8');
        resolve({ status: response.statusCode ?? 0, value: text === '' ? undefined : JSON.parse(text) });
      });
    });
    request.on('error', reject);
    if (body === undefined) request.end();
    else request.end(typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body));
  });
}

/** Looks again and again until it is so; fails after the deadline with what was seen last. */
export async function until(what: string, isSo: () => boolean | Promise<boolean>, deadlineMs = 4000): Promise<void> {
  const endMs = performance.now() + deadlineMs;
  while (!(await isSo())) {
    if (performance.now() > endMs) throw new Error(`not within ${deadlineMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
