/** The gateway process: serves from its last table at once, takes new ones from whoever holds the lease. */
import { chmodSync, lstatSync, mkdirSync, rmSync } from 'node:fs';
import type { Server } from 'node:http';
import { connect } from 'node:net';
import { dirname, join } from 'node:path';
import { GodwitError } from '../errors.ts';
import type { GatewaySettings } from '../model/config.ts';
import type { Pin } from '../model/pin.ts';
import type { Clock } from '../ports/clock.ts';
import type { Random } from '../ports/random.ts';
import { createAdminServer } from './admin.ts';
import { PinBook } from './pin-book.ts';
import { finishReturns } from './pins.ts';
import { createProxyServer } from './proxy.ts';
import type { Plant } from './route.ts';
import { loadTable } from './saved-table.ts';
import { sweep, sweepMs } from './sweep.ts';
import { RouteTable, upstreamOf } from './table.ts';

export interface GatewayDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly bootId: string;
  /** One line for people; never a prompt. */
  readonly log: (line: string) => void;
}

export interface RunningGateway {
  readonly port: number;
  /** Refuses new connections and lets running requests finish, at most `timeoutMs`. */
  close(timeoutMs: number): Promise<void>;
}

/** Rejects with `ListenFailed` when the port or the admin socket is taken. */
export async function startGateway(settings: GatewaySettings, deps: GatewayDeps): Promise<RunningGateway> {
  const { clock, random, bootId, log } = deps;
  const nowMs = (): number => clock.monoMs();
  // Before anything is read or written: a gateway that lives has its own word on both files.
  await claimSocket(settings.adminSocket);
  const loaded = loadTable(settings.tableFile, bootId, nowMs());
  if (loaded.kind === 'set-aside')
    log(`the saved route table was damaged (${loaded.why}) and put aside as ${loaded.path}; starting without one`);
  const wallMs = (): number => clock.nowMs();
  const path = join(dirname(settings.tableFile), 'pins.jsonl');
  const book = new PinBook({ path, bootId, monoMs: nowMs, wallMs, log });
  const pinOf = (deployment: string): Pin | undefined => book.standing(deployment);
  const table = new RouteTable(
    { path: settings.tableFile, bootId, retryRatio: settings.retry.ratio, nowMs, pinOf },
    loaded.kind === 'loaded' ? loaded.routes : [],
  );
  finishReturns(table, book, log);
  const plant: Plant = {
    nowMs,
    random: () => random.next(),
    limits: settings.limits,
    hold: settings.hold,
    replay: settings.replay,
    bufferedBytes: 0,
    replayBytes: 0,
    upstreamOf,
  };
  const proxy = createProxyServer(settings, plant, table.routes);
  const admin = createAdminServer({
    table,
    book,
    random: () => random.next(),
    nowMs,
    wallMs,
    port: () => portOf(proxy),
  });
  await listen(proxy, { host: settings.host, port: settings.port, backlog: 1024 }, `${settings.host}:${settings.port}`);
  await listen(admin, { path: settings.adminSocket }, settings.adminSocket).catch((error: unknown) => {
    proxy.close();
    throw error;
  });
  chmodSync(settings.adminSocket, 0o600);
  const timer = setInterval(() => sweep(table.routes, plant), sweepMs);
  log(
    `gateway listens on http://${settings.host}:${portOf(proxy)}, ${table.routes.length} routes from ${loaded.kind === 'loaded' ? settings.tableFile : 'nowhere'}`,
  );
  return {
    port: portOf(proxy),
    async close(timeoutMs) {
      const closed = [proxy, admin].map((server) => new Promise<void>((resolve) => server.close(() => resolve())));
      proxy.closeIdleConnections();
      admin.closeAllConnections();
      const cut = setTimeout(() => proxy.closeAllConnections(), timeoutMs);
      await Promise.all(closed);
      clearTimeout(cut);
      clearInterval(timer);
      await Promise.all(
        table.routes.flatMap(({ upstreams }) => [...upstreams.values()].map((upstream) => upstream.destroy())),
      );
    },
  };
}

function portOf(server: Server): number {
  const address = server.address();
  return address !== null && typeof address === 'object' ? address.port : 0;
}

/** A socket file whose gateway was killed is in the way; one that answers belongs to a gateway that lives. */
async function claimSocket(path: string): Promise<void> {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  // Anything else that lies there is not ours to remove: listening will fail and say so.
  if (lstatSync(path, { throwIfNoEntry: false })?.isSocket() !== true) return;
  const isAlive = await new Promise<boolean>((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
  if (isAlive)
    throw new GodwitError('ListenFailed', `another gateway answers on ${path}`, {
      hint: 'godwit status shows what it serves; stop it first to replace it',
    });
  rmSync(path, { force: true });
}

function listen(
  server: Server,
  where: { readonly host?: string; readonly port?: number; readonly path?: string; readonly backlog?: number },
  name: string,
): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => {
      reject(
        new GodwitError('ListenFailed', `the gateway cannot listen on ${name}: ${error.message}`, {
          hint: 'change traffic.listen, or stop what listens there',
          cause: error,
        }),
      );
    });
    server.listen(where, () => resolve());
  });
}
