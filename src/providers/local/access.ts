/** What this machine lets a local site do: its programs, its ports, its folder. Starts nothing and makes nothing. */
import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { delimiter, dirname, isAbsolute, join, resolve } from 'node:path';
import { messageOf } from '../../errors.ts';
import type { AccessReport, PartCheck, PermissionCheck, QuotaCheck } from '../../model/access.ts';
import type { LaunchSpec } from '../../model/deployment.ts';
import type { Seen } from '../../model/outcome.ts';
import { countFree } from './ports.ts';
import type { Session } from './session.ts';

/** The state of the site and what it would start; the same user starts it, so there is nobody to be asked for rights. */
export async function checkAccess(session: Session, launches: readonly LaunchSpec[]): Promise<Seen<AccessReport>> {
  const asOfMs = session.clock.nowMs();
  try {
    const value: AccessReport = {
      permissions: [mayWrite(session.stateDir)],
      excess: [],
      parts: programsOf(session, launches),
      quotas: [await portsLeft(session)],
      clockSkewMs: 0,
    };
    return { kind: 'seen', value, asOfMs };
  } catch (error) {
    return { kind: 'unknown', error: { class: 'unknown', code: 'LocalStateFailed', message: messageOf(error) } };
  }
}

function mayWrite(stateDir: string): PermissionCheck {
  const place = nearestThatExists(stateDir);
  const name = `write ${stateDir}`;
  try {
    if (!statSync(place).isDirectory())
      return { name, use: 'operate', granted: 'no', message: `${place} is no directory` };
    accessSync(place, constants.W_OK | constants.X_OK);
    return { name, use: 'operate', granted: 'yes' };
  } catch (error) {
    return { name, use: 'operate', granted: 'no', message: messageOf(error) };
  }
}

function nearestThatExists(path: string): string {
  return existsSync(path) || dirname(path) === path ? path : nearestThatExists(dirname(path));
}

/** Each program once, looked for as it would be when it is started. */
function programsOf({ env }: Session, launches: readonly LaunchSpec[]): readonly PartCheck[] {
  const seen = new Map(
    launches.flatMap(({ command: [program], env: own }) => {
      const path = own['PATH'] ?? env['PATH'] ?? process.env['PATH'] ?? '';
      return program === undefined ? [] : [[`${program}\0${path}`, { program, path }] as const];
    }),
  );
  return [...seen.values()].map(({ program, path }) => {
    const why = whyNotStarted(program, path);
    const name = `program ${program}`;
    return why === undefined ? { name, present: 'yes' } : { name, present: 'no', message: why };
  });
}

function whyNotStarted(program: string, path: string): string | undefined {
  if (program.includes('/')) {
    const file = isAbsolute(program) ? program : resolve(program);
    if (!existsSync(file)) return 'there is no such file';
    return isProgram(file) ? undefined : 'it is not an executable file';
  }
  const dirs = path.split(delimiter).filter((dir) => dir !== '');
  return dirs.some((dir) => isProgram(join(dir, program))) ? undefined : `not found in PATH (${path || 'empty'})`;
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

/** A port of a record that is not stopped is in use; so is one that somebody else listens on. */
async function portsLeft({ ports, shelf, site }: Session): Promise<QuotaCheck> {
  const taken = new Set(shelf.all().flatMap(({ port, isStopped }) => (isStopped ? [] : [port])));
  const limit = ports.last - ports.first + 1;
  const free = await countFree(ports, taken);
  return { name: `ports ${ports.first}-${ports.last}`, family: site, limit, used: limit - free, perReplica: 1 };
}
