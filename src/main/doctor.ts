/** Opens what `godwit doctor` looks at, each thing by itself: what cannot be opened is a finding and ends nothing. */
import { connect } from 'node:net';
import { type DoctorDeps, type DoctorTerms, examine } from '../engine/doctor.ts';
import { GodwitError } from '../errors.ts';
import type { Config } from '../model/config.ts';
import type { DoctorReport } from '../model/doctor.ts';
import type { Clock } from '../ports/clock.ts';
import type { Provider } from '../ports/provider.ts';
import { lookAtState } from '../store/sqlite/outlook.ts';
import { createGatewayDriver, findGateway } from '../traffic/gateway/driver.ts';
import { connectSite } from './engine.ts';
import { openStore } from './store.ts';

/** One connection to the gateway's own port, in milliseconds. */
const knockMs = 2000;

/** Reads only. */
export async function runDoctor(
  config: Config,
  terms: DoctorTerms,
  clock: Clock,
  signal: AbortSignal,
): Promise<DoctorReport> {
  const store = readableStore(config, clock);
  const sessions = new Map<string, Provider | Error>();
  try {
    for (const site of config.sites)
      sessions.set(site.name, await connectSite(config, site, { clock, mode: 'read' }).catch(asError));
    const deps: DoctorDeps = {
      ...{ config, clock, sessions, store },
      traffic: createGatewayDriver({ socketPath: config.gateway.adminSocket, clock }),
      lookAtStore: () => lookAtState(config.stateDir),
      async findGateway(soon) {
        const found = await findGateway(config.gateway.adminSocket, soon);
        return found && { ...found, isOpen: await takesConnections(config.gateway.host, found.port) };
      },
    };
    return await examine(deps, terms, signal);
  } finally {
    await Promise.all([...sessions.values()].map((each) => (each instanceof Error ? undefined : each.close())));
    if (store !== undefined && store !== 'unreadable') await store.close();
  }
}

function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}

/** Why it cannot be read is said by the look at the state directory. */
function readableStore(config: Config, clock: Clock): DoctorDeps['store'] {
  try {
    return openStore(config, 'read', clock);
  } catch (error) {
    if (!(error instanceof GodwitError)) throw error;
    return error.code === 'NotFound' ? undefined : 'unreadable';
  }
}

function takesConnections(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: knockMs });
    const end = (isOpen: boolean): void => {
      socket.destroy();
      resolve(isOpen);
    };
    socket.once('connect', () => end(true));
    socket.once('error', () => end(false));
    socket.once('timeout', () => end(false));
  });
}
