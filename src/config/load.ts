/** Reads a configuration: text → value → shape → references → model → rules; every mistake of the farthest stage it reached. */
import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { z } from 'zod';
import { GodwitError, messageOf } from '../errors.ts';
import type { Config } from '../model/config.ts';
import { checkShape } from './check-shape.ts';
import { readSource, type Source } from './document.ts';
import { effectiveTree } from './effective.ts';
import type { Finding } from './finding.ts';
import { interpolate } from './interpolate.ts';
import { checkReferences } from './references.ts';
import { checkRules } from './rules.ts';
import { findConfig } from './search.ts';
import { toModel } from './to-model.ts';

export interface LoadTerms {
  /** As given with --config; undefined: look for it. `-`: standard input. */
  readonly path: string | undefined;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly readStdin: () => Promise<string>;
  /** Kind → settings schema. */
  readonly providers: ReadonlyMap<string, z.ZodType>;
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
  const { path, text, dir } = await readText(terms);
  const source = readSource(text);
  const invalid = (findings: readonly Finding[]): LoadEnd => ({
    kind: 'invalid',
    path,
    text,
    findings: sorted(findings),
  });
  if (source.findings.length > 0) return invalid(source.findings);
  const filled = interpolate(source.value, { env: terms.env, isRequired: terms.isForUse });
  const missing = filled.problems.map(({ path: at, message, hint }) => source.findingAt(at, message, hint));
  const shape = checkShape(source, filled.value, terms.providers, filled.open);
  if (shape.kind === 'wrong') return invalid([...missing, ...shape.findings, ...lateFindings(source, filled.value)]);
  const references = checkReferences(source, shape.raw);
  if (missing.length + references.length > 0) return invalid([...missing, ...references]);
  const tree = effectiveTree(shape.raw);
  const digest = createHash('sha256').update(text).digest('hex').slice(0, 12);
  const config = toModel(tree, { path, dir, digest });
  const findings = checkRules(source, config);
  const errors = findings.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) return invalid(findings);
  return { kind: 'loaded', config, source, tree, secret: filled.secret, warnings: sorted(findings) };
}

/** References are judged even when the shape is wrong elsewhere: one run should show as many mistakes as it can. */
function lateFindings(source: Source, value: unknown): readonly Finding[] {
  const isMapOfMaps = (each: unknown): boolean =>
    each !== null &&
    typeof each === 'object' &&
    Object.values(each).every((item) => item !== null && typeof item === 'object');
  const { sites, deployments } = (value ?? {}) as { sites?: unknown; deployments?: unknown };
  return isMapOfMaps(sites) && isMapOfMaps(deployments)
    ? checkReferences(source, value as Parameters<typeof checkReferences>[1])
    : [];
}

function sorted(findings: readonly Finding[]): readonly Finding[] {
  return [...findings].sort((a, b) => a.line - b.line || a.column - b.column);
}

async function readText(terms: LoadTerms): Promise<{ path: string; text: string; dir: string }> {
  if (terms.path === '-') return { path: '-', text: await terms.readStdin(), dir: terms.cwd };
  const path = findConfig(terms);
  try {
    if (terms.isForUse) refuseWritableByOthers(path);
    return { path, text: readFileSync(path, 'utf8'), dir: dirname(resolve(terms.cwd, path)) };
  } catch (error) {
    if (error instanceof GodwitError) throw error;
    throw new GodwitError('ConfigInvalid', `${path} cannot be read: ${messageOf(error)}`, { cause: error });
  }
}

/** Whoever can write it decides which programs run here. */
function refuseWritableByOthers(path: string): void {
  const { mode } = statSync(path);
  if ((mode & 0o022) !== 0)
    throw new GodwitError('ConfigInvalid', `others can write to ${path}`, { hint: `chmod go-w ${path}` });
}
