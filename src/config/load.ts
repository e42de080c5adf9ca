/** Reads a configuration: text → value → shape → references → model → rules; every mistake in one run, also beside wrong parts. */
import { createHash } from 'node:crypto';
import { dirname, resolve } from 'node:path';
import type { z } from 'zod';
import type { Config } from '../model/config.ts';
import { checkShape } from './check-shape.ts';
import { readSource, type Source } from './document.ts';
import { effectiveTree } from './effective.ts';
import type { Finding } from './finding.ts';
import { interpolate } from './interpolate.ts';
import { sureBut } from './keep-shape.ts';
import { type CapableProviders, checkPrices } from './price-check.ts';
import { readText } from './read-text.ts';
import { checkReferences } from './references.ts';
import { checkRules } from './rules.ts';
import { checkSchedules } from './schedule-check.ts';
import { findConfig } from './search.ts';
import { toModel } from './to-model.ts';

export interface LoadTerms {
  /** As given with --config; undefined: look for it. `-`: standard input. */
  readonly path: string | undefined;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly readStdin: () => Promise<string>;
  /** Kind → where its settings schema is loaded from, and the plugin itself. */
  readonly providers: Readonly<Record<string, { settings(): Promise<z.ZodType> }>> & CapableProviders;
  /** For use: references to the environment and files must resolve, and nobody else may write the file. */
  readonly isForUse: boolean;
}

export type LoadEnd =
  | {
      readonly kind: 'loaded';
      readonly config: Config;
      readonly source: Source;
      readonly tree: unknown;
      readonly secret: readonly string[];
      readonly warnings: readonly Finding[];
    }
  | { readonly kind: 'invalid'; readonly path: string; readonly text: string; readonly findings: readonly Finding[] };

/** Throws `ConfigNotFound` or `ConfigInvalid` (a file that cannot be read, or that others can write). */
export async function loadConfig(terms: LoadTerms): Promise<LoadEnd> {
  const { path, text, dir } = await findText(terms);
  const source = readSource(text);
  const invalid = (found: readonly Finding[]): LoadEnd => ({
    kind: 'invalid',
    path,
    text: source.text,
    findings: sorted(found),
  });
  if (source.findings.length > 0) return invalid(source.findings);
  const filled = interpolate(source.value, { dir, env: terms.env, isRequired: terms.isForUse });
  const providers = await settingsFor(filled.value, terms.providers);
  const shape = checkShape(source, filled.value, providers, filled.open);
  const found = [
    ...filled.problems.map(({ path: at, message, hint }) => source.findingAt(at, message, hint)),
    ...shape.findings,
    ...checkReferences(source, filled.value, filled.open),
  ];
  if (shape.raw === undefined) return invalid(found);
  const tree = effectiveTree(shape.raw);
  const digest = createHash('sha256').update(text).digest('hex').slice(0, 12);
  const config = toModel(tree, { path, dir, digest });
  const judged = { source, config, tree, isSure: sureBut([...filled.open, ...shape.dropped]) };
  found.push(...checkRules(judged), ...(await checkSchedules(judged)), ...(await checkPrices(judged, terms.providers)));
  if (found.some(({ severity }) => severity === 'error')) return invalid(found);
  return { kind: 'loaded', config, source, tree, secret: filled.secret, warnings: sorted(found) };
}

/** Of the kinds that the sites name: `status` pays for every schema loaded. Of all where a kind is not known: suggestions need them. */
async function settingsFor(value: unknown, providers: LoadTerms['providers']): Promise<ReadonlyMap<string, z.ZodType>> {
  const sites = Object.values(mapOf(mapOf(value)['sites']));
  const named = new Set(sites.map((site) => mapOf(site)['provider']));
  const known = Object.keys(providers).filter((kind) => named.has(kind));
  return settingsOf(providers, named.size > 0 && known.length === named.size ? known : Object.keys(providers));
}

/** The settings schemas of these kinds, by kind. */
export async function settingsOf(
  providers: LoadTerms['providers'],
  kinds: readonly string[] = Object.keys(providers),
): Promise<ReadonlyMap<string, z.ZodType>> {
  const chosen = Object.entries(providers).filter(([kind]) => kinds.includes(kind));
  return new Map(await Promise.all(chosen.map(async ([kind, each]) => [kind, await each.settings()] as const)));
}

function mapOf(value: unknown): Readonly<Record<string, unknown>> {
  return value !== null && typeof value === 'object' ? (value as Record<string, unknown>) : {};
}

function sorted(findings: readonly Finding[]): readonly Finding[] {
  return [...findings].sort((a, b) => a.line - b.line || a.column - b.column);
}

async function findText(terms: LoadTerms): Promise<{ path: string; text: string; dir: string }> {
  if (terms.path === '-') return { path: '-', text: await terms.readStdin(), dir: terms.cwd };
  const path = findConfig(terms);
  return { path, text: readText(path, terms.isForUse), dir: dirname(resolve(terms.cwd, path)) };
}
