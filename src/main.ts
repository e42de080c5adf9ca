/** The one composition root: real clock, disk, network, providers, drivers. Only here may the process exit. */
import { runCommand } from './cli/run-command.ts';
import { createApp } from './main/app.ts';

/** Runs the program with the arguments after its name; the exit code is set, and the process ends when nothing runs any more. */
export async function main(argv: readonly string[]): Promise<void> {
  process.exitCode = await runCommand(
    argv,
    createApp({
      // One folder above this file, in the sources and in the built package alike.
      packageUrl: new URL('../package.json', import.meta.url),
      // A worker is started by its file: in the built package it is an entry of its own, beside this one.
      solverUrl: new URL(import.meta.url.endsWith('.ts') ? 'solver/worker.ts' : 'solver-worker.js', import.meta.url),
      onAgain: (name) => process.exit(name === 'SIGINT' ? 130 : 143),
    }),
  );
}
