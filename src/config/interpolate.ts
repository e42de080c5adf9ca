/** `${env:X}`, `${env:X:-default}` and `${file:/path}` in values; `$${` writes a plain `${`. Values only, never keys. */
import { closeSync, openSync } from 'node:fs';
import { resolve } from 'node:path';
import { messageOf } from '../errors.ts';
import type { Path } from './document.ts';
import { readBytes } from './read-text.ts';

export interface Interpolation {
  readonly value: unknown;
  /** Paths whose value came from outside the file: never printed. */
  readonly secret: readonly string[];
  /** Paths whose value is not known here, because nothing was to be resolved or it is missing. */
  readonly open: readonly Path[];
  readonly problems: readonly { readonly path: Path; readonly message: string; readonly hint: string }[];
}

export interface InterpolationTerms {
  /** Where relative paths of files start. */
  readonly dir: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Whether a missing one is a mistake: not for `config validate`, which works without secrets. */
  readonly isRequired: boolean;
}

const pattern = /\$\$\{|\$\{(env|file):([^}:]+)(?::-([^}]*))?\}/g;
const longestFileBytes = 64 * 1024;

export function interpolate(value: unknown, terms: InterpolationTerms): Interpolation {
  const secret: string[] = [];
  const open: Path[] = [];
  const problems: { path: Path; message: string; hint: string }[] = [];

  const fill = (text: string, path: Path): string =>
    text.replaceAll(pattern, (whole, kind: string | undefined, name: string, otherwise: string | undefined) => {
      if (kind === undefined) return '${';
      secret.push(path.join('.'));
      const found = kind === 'env' ? variable(terms.env[name], otherwise) : readValue(resolve(terms.dir, name), terms);
      if (typeof found === 'string') return found;
      open.push(path);
      if (terms.isRequired) {
        problems.push(
          kind === 'env'
            ? {
                path,
                message: `the environment variable ${name} is not set`,
                hint: `export ${name}=…, or give a default: \${env:${name}:-…}`,
              }
            : {
                path,
                message: `the file ${name} cannot be read${found === undefined ? '' : `: ${found.why}`}`,
                hint: 'check the path and its permissions',
              },
        );
      }
      return whole;
    });

  const walk = (each: unknown, path: Path): unknown => {
    if (typeof each === 'string') return each.includes('${') ? fill(each, path) : each;
    if (Array.isArray(each)) return each.map((item, index) => walk(item, [...path, index]));
    if (each === null || typeof each !== 'object') return each;
    return Object.fromEntries(Object.entries(each).map(([key, item]) => [key, walk(item, [...path, key])]));
  };
  return { value: walk(value, []), secret, open, problems };
}

/** As in a shell, `:-` stands in for an empty variable too. */
function variable(given: unknown, otherwise: string | undefined): string | undefined {
  const value = typeof given === 'string' ? given : undefined;
  return value === '' ? (otherwise ?? value) : (value ?? otherwise);
}

function readValue(path: string, { isRequired }: InterpolationTerms): string | { readonly why: string } | undefined {
  if (!isRequired) return undefined;
  try {
    const file = openSync(path, 'r');
    try {
      const bytes = readBytes(file, longestFileBytes);
      return bytes.length > longestFileBytes
        ? { why: `larger than ${longestFileBytes} bytes` }
        : bytes.toString('utf8').replace(/\r?\n$/, '');
    } finally {
      closeSync(file);
    }
  } catch (error) {
    return { why: messageOf(error) };
  }
}
