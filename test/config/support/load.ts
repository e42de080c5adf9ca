/** Loads configurations in tests: from text through a file, with the local provider and one of a cloud. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { type LoadEnd, type LoadTerms, loadConfig } from '../../../src/config/load.ts';
import { localSettings } from '../../../src/providers/local/schema.ts';

/** `cloud` stands for those whose machines run images; their own settings are in their own tests. */
export const providers: LoadTerms['providers'] = {
  local: { settings: () => Promise.resolve(localSettings) },
  cloud: { settings: () => Promise.resolve(z.strictObject({})) },
};

export const fixture = (name: string): string => join(import.meta.dirname, '../../../fixtures/config', name);

/** Terms that find nothing in the surroundings of the test. */
export const terms = (given: Partial<LoadTerms>): LoadTerms => ({
  path: undefined,
  cwd: '/',
  env: {},
  readStdin: () => Promise.resolve(''),
  providers,
  isForUse: false,
  ...given,
});

export const loadText = (text: string, given: Partial<LoadTerms> = {}): Promise<LoadEnd> =>
  loadConfig(terms({ path: '-', readStdin: () => Promise.resolve(text), ...given }));

/** `line:column message` of every finding, warnings too. */
export async function findingsOf(text: string, given: Partial<LoadTerms> = {}): Promise<readonly string[]> {
  const end = await loadText(text, given);
  const findings = end.kind === 'invalid' ? end.findings : end.warnings;
  return findings.map(({ line, column, message }) => `${line}:${column} ${message}`);
}

export async function loaded(text: string, given: Partial<LoadTerms> = {}) {
  const end = await loadText(text, given);
  if (end.kind !== 'loaded') throw new Error(`not loaded: ${end.findings.map(({ message }) => message).join('; ')}`);
  return end;
}

/** A folder of its own that goes with the test. */
export function inFolder<Value>(use: (folder: string) => Promise<Value>): Promise<Value> {
  const folder = mkdtempSync(join(tmpdir(), 'godwit-config-'));
  return use(folder).finally(() => rmSync(folder, { recursive: true }));
}

export function write(folder: string, name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content, { mode: 0o600 });
  return path;
}
