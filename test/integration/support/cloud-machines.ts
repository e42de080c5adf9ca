/** A real model server behind the address of a stand-in's machine: there while its machine is billed, gone with it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { root } from '../../e2e/support/spawn-godwit.ts';

export interface Machine {
  readonly host: string;
  readonly port: number;
  /** Whether the cloud bills it now. */
  isUp(): boolean;
}

/** How often it is looked whether a machine came or went, milliseconds. */
const lookEveryMs = 50;

/** What it gives ends them all. */
export function serveFrom(machines: readonly Machine[]): () => Promise<void> {
  const servers = new Map<Machine, ChildProcess>();
  const look = (): void => {
    for (const machine of machines) {
      const server = servers.get(machine);
      if (machine.isUp() && server === undefined) servers.set(machine, startServer(machine));
      if (machine.isUp() || server === undefined) continue;
      // As a machine that is switched off: nothing of it is asked, nothing waited for.
      server.kill('SIGKILL');
      servers.delete(machine);
    }
  };
  const timer = setInterval(look, lookEveryMs);
  return async () => {
    clearInterval(timer);
    const left = [...servers.values()];
    const ends = left.map((server) => once(server, 'exit'));
    for (const server of left) server.kill('SIGKILL');
    await Promise.all(ends);
  };
}

function startServer({ host, port }: Machine): ChildProcess {
  const words = ['--host', host, '--port', String(port), '--model', 'tiny'];
  const pace = ['--first-token-ms', '10', '--tokens-per-second', '100'];
  const args = [join(root, 'bin/godwit.js'), 'model-server', ...words, ...pace];
  return spawn(process.execPath, args, { stdio: 'ignore' });
}
