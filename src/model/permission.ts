/** What a cloud's API calls need to be allowed, call by call; and the documents for its access control made from it. */
import type { AccessUse } from './access.ts';
import type { Source } from './error-table.ts';
import type { Site } from './site.ts';

/** What one call needs, and why it is made. */
export interface CallPermissions {
  /** As the provider's client names it, such as `RunInstances` or `instances.insert`. */
  readonly call: string;
  readonly use: AccessUse;
  /** Only where a site's settings have it made, in the provider's words for them; absent: always. */
  readonly when?: string;
  readonly why: string;
  /** By the provider's own names. */
  readonly permissions: readonly Permission[];
  readonly source: Source;
}

export interface Permission {
  readonly name: string;
  /** On what it is to be granted, in the words of the provider's own documents. */
  readonly on: string;
}

export interface PermissionTable {
  /** As in `sites.<name>.provider`. */
  readonly provider: string;
  readonly calls: readonly CallPermissions[];
}

/** For whom a document is made. */
export interface PolicyTerms {
  readonly uses: readonly AccessUse[];
  /** Of this provider; none: with words in capitals where a site's own would stand. */
  readonly sites: readonly Site[];
  /** Whose account it is; absent: not named where that can be left open. */
  readonly account?: string | undefined;
  /** Role or service account that the machines run as, where their template names one. */
  readonly runsAs?: string | undefined;
}

/** One document, as the provider's own tools read it. */
export interface PolicyDocument {
  readonly name: string;
  readonly format: 'json' | 'yaml';
  readonly content: Readonly<Record<string, unknown>>;
}

/** Least privilege for what godwit does at some sites. */
export interface AccessPolicy {
  readonly provider: string;
  readonly documents: readonly PolicyDocument[];
  /** What the documents cannot say: how to use them, what else a special case needs. */
  readonly notes: readonly string[];
  /** Words to be filled in. */
  readonly blanks: readonly string[];
}

/** One provider's table, and how its documents are made. Pure. */
export interface PolicyMaker {
  readonly table: PermissionTable;
  make(terms: PolicyTerms): AccessPolicy;
}

/** The permissions of a table that are to be granted on something, for some uses, each once, in order. */
export function permissionsOn(table: PermissionTable, uses: readonly AccessUse[], on: string): readonly string[] {
  const calls = table.calls.filter(({ use }) => uses.includes(use));
  const names = calls.flatMap(({ permissions }) => permissions.filter((each) => each.on === on));
  return [...new Set(names.map(({ name }) => name))];
}
