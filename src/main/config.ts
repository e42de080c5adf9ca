/** The configuration as the command line reads it: with every provider's own settings, this process's environment and folder. */
import { relative } from 'node:path';
import { text as readAll } from 'node:stream/consumers';
import { parse } from 'yaml';
import type { ConfigReading } from '../cli/config-reader.ts';
import { renderFindings } from '../config/finding.ts';
import { type LoadEnd, loadConfig, settingsOf } from '../config/load.ts';
import { jsonSchema } from '../config/schema.ts';
import { resolvedValues, showConfig as showAsWritten, showResolved } from '../config/show.ts';
import { GodwitError } from '../errors.ts';
import { providers } from '../providers/index.ts';
import { type Appended, appendToFile } from './append-config.ts';

/** `isForUse`: references to the environment and to files must resolve. */
export async function readConfig(path: string | undefined, isForUse: boolean): Promise<ConfigReading> {
  const end = await load(path, isForUse);
  if (end.kind === 'invalid') return { kind: 'invalid', text: textOf(end), findings: end.findings };
  const { config, source, warnings } = end;
  const text = warnings.length === 0 ? '' : renderFindings(warnings, source.text, shortPath(config.path));
  return { kind: 'valid', config, warnings: { text, findings: warnings } };
}

/** Throws `ConfigInvalid`: what has mistakes has no values in force. */
export async function showConfig(
  path: string | undefined,
  { isResolved }: { readonly isResolved: boolean },
): Promise<{ readonly text: string; readonly json: unknown }> {
  const end = await load(path, false);
  if (end.kind === 'invalid') {
    throw new GodwitError('ConfigInvalid', `the configuration has mistakes\n${textOf(end)}`, {
      hint: 'correct them, then `godwit config validate`',
    });
  }
  if (isResolved) return { text: showResolved(end), json: resolvedValues(end) };
  const text = showAsWritten(end);
  return { text, json: parse(text) as unknown };
}

/** Writes behind what the file has. Throws `ConfigInvalid` for what would not be valid together, and changes nothing. */
export async function appendConfig(path: string, text: string): Promise<Appended> {
  if (path === '-') throw new GodwitError('UsageInvalid', 'what came on standard input cannot be written to');
  return await appendToFile(path, text, async (whole) => {
    const reading = await readConfig(whole, false);
    if (reading.kind === 'valid') return;
    throw new GodwitError('ConfigInvalid', `what would be written is not valid\n${reading.text}`, {
      hint: 'nothing was written',
      details: { findings: reading.findings },
    });
  });
}

/** A file that has changed meanwhile, or is read from a pipe that has ended, tells nothing. */
export async function locateInConfig(
  path: string | undefined,
): Promise<(at: readonly (string | number)[]) => string | undefined> {
  const end = path === '-' ? undefined : await load(path, false);
  if (end === undefined || end.kind === 'invalid') return () => undefined;
  const { config, source } = end;
  return (at) => {
    for (let length = at.length; length > 0; length -= 1) {
      const line = source.lineOf(at.slice(0, length));
      if (line !== undefined) return `${shortPath(config.path)}:${line}`;
    }
    return undefined;
  };
}

/** For editors. */
export async function configSchema(): Promise<unknown> {
  return jsonSchema(await settingsOf(providers));
}

async function load(path: string | undefined, isForUse: boolean): Promise<LoadEnd> {
  return loadConfig({
    path,
    cwd: process.cwd(),
    env: process.env,
    readStdin: () => readAll(process.stdin),
    providers,
    isForUse,
  });
}

function textOf({ findings, text, path }: Extract<LoadEnd, { kind: 'invalid' }>): string {
  return renderFindings(findings, text, shortPath(path));
}

/** As a person here would type it. */
function shortPath(path: string): string {
  if (path === '-') return 'standard input';
  const near = relative(process.cwd(), path);
  return near.startsWith('..') ? path : near;
}
