/** Reads YAML within limits and knows where everything stands. */
import {
  type Document,
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
} from 'yaml';
import type { Finding } from './finding.ts';

const maxBytes = 1024 * 1024;
const maxDepth = 64;
const maxAliases = 100;
const forbiddenKeys = new Set(['__proto__', 'constructor', 'prototype']);

export type Path = readonly (string | number)[];

export interface Source {
  readonly text: string;
  /** Plain values; undefined when the text cannot be read as a whole. */
  readonly value: unknown;
  readonly findings: readonly Finding[];
  /** Marks the value at a path, or the nearest thing above it that is there. */
  findingAt(path: Path, message: string, hint?: string, severity?: Finding['severity']): Finding;
  /** Marks a key inside the map at a path. */
  findingAtKey(path: Path, key: string, message: string, hint?: string): Finding;
  /** Line of the value at a path; undefined when it is not in the file. */
  lineOf(path: Path): number | undefined;
}

export function readSource(text: string): Source {
  const counter = new LineCounter();
  const tooLarge = Buffer.byteLength(text) > maxBytes;
  const doc = parseDocument(tooLarge ? '' : text, {
    lineCounter: counter,
    version: '1.2',
    schema: 'core',
    strict: true,
    uniqueKeys: true,
    merge: false,
    customTags: [],
  });
  const place = (
    range: readonly [number, number, ...number[]] | null | undefined,
    path: Path,
    message: string,
    hint: string | undefined,
    severity: Finding['severity'],
  ): Finding => {
    const [from, to] = range ?? [0, 0];
    const { line, col } = counter.linePos(Math.min(from, text.length));
    const end = counter.linePos(Math.min(to, text.length));
    const endColumn = end.line === line ? Math.max(col + 1, end.col) : (text.split('\n')[line - 1]?.length ?? 0) + 1;
    return {
      severity,
      line: Math.max(1, line),
      column: Math.max(1, col),
      endColumn,
      path: path.join('.'),
      message,
      hint,
    };
  };
  const findings: Finding[] = [];
  if (tooLarge)
    findings.push(place([0, 0], [], `the configuration is larger than ${maxBytes / 1024} KiB`, undefined, 'error'));
  findings.push(...syntaxFindings(doc, text, (range, message, hint) => place(range, [], message, hint, 'error')));
  if (findings.length === 0)
    findings.push(...limitFindings(doc, (range, message) => place(range, [], message, undefined, 'error')));
  const isSound = findings.length === 0;
  return {
    text,
    value: isSound ? toPlain(doc) : undefined,
    findings,
    findingAt: (path, message, hint, severity = 'error') => place(rangeAt(doc, path), path, message, hint, severity),
    findingAtKey: (path, key, message, hint) =>
      place(keyRange(doc, path, key) ?? rangeAt(doc, path), [...path, key], message, hint, 'error'),
    lineOf(path) {
      const node = doc.getIn(path, true);
      return isNode(node) && node.range ? counter.linePos(node.range[0]).line : undefined;
    },
  };
}

function isNode(value: unknown): value is Node {
  return isScalar(value) || isMap(value) || isSeq(value) || isAlias(value);
}

/** One finding for each block: what follows the first is mostly its echo. */
function syntaxFindings(
  doc: Document.Parsed,
  text: string,
  place: (range: readonly [number, number], message: string, hint: string | undefined) => Finding,
): Finding[] {
  const seen = new Set<number>();
  return doc.errors.flatMap((error) => {
    const at = error.pos[0];
    const block = text.lastIndexOf('\n\n', at);
    if (error.code !== 'DUPLICATE_KEY' && seen.has(block)) return [];
    seen.add(block);
    const lineStart = text.lastIndexOf('\n', at) + 1;
    const line = text.slice(lineStart, text.indexOf('\n', at) < 0 ? text.length : text.indexOf('\n', at));
    const bare = /\{[^"']*?(\$\{[^}"']*\})/.exec(line)?.[1];
    if (bare !== undefined) {
      const from = lineStart + line.indexOf(bare);
      return [
        place(
          [from, from + bare.length],
          'inside { } YAML reads the brace of ${…} itself',
          `write "${bare}" in quotes`,
        ),
      ];
    }
    const message =
      error.code === 'DUPLICATE_KEY'
        ? 'the same key stands here twice'
        : (error.message.split('\n')[0]?.replace(/ at line \d+, column \d+:?$/, '') ?? error.code);
    return [place([error.pos[0], error.pos[1]], message, undefined)];
  });
}

/** Depth, aliases, tags and dangerous keys, found in one walk. */
function limitFindings(doc: Document.Parsed, place: (range: Node['range'], message: string) => Finding): Finding[] {
  const found: Finding[] = [];
  let aliases = 0;
  const walk = (node: unknown, depth: number): void => {
    if (found.length > 0) return;
    if (isAlias(node)) {
      aliases += 1;
      if (aliases > maxAliases) found.push(place(node.range, `more than ${maxAliases} aliases`));
      return;
    }
    if (isNode(node) && node.tag !== undefined && !node.tag.startsWith('tag:yaml.org,2002:'))
      found.push(place(node.range, `the tag ${node.tag} is not allowed`));
    if (depth > maxDepth) {
      found.push(place(isNode(node) ? node.range : null, `more than ${maxDepth} levels deep`));
      return;
    }
    if (isMap(node)) for (const pair of node.items) walkPair(pair, depth);
    if (isSeq(node)) for (const item of node.items) walk(item, depth + 1);
  };
  const walkPair = (pair: Pair, depth: number): void => {
    const { key } = pair;
    if (!isScalar(key)) found.push(place(isNode(key) ? key.range : null, 'a key must be plain text'));
    else if (forbiddenKeys.has(String(key.value))) found.push(place(key.range, `${String(key.value)} cannot be a key`));
    else walk(pair.value, depth + 1);
  };
  walk(doc.contents, 0);
  return found;
}

function toPlain(doc: Document.Parsed): unknown {
  return doc.contents === null ? {} : doc.toJS({ maxAliasCount: maxAliases });
}

/** The value at the path, or the key under which it would be, or the nearest ancestor's key. */
function rangeAt(doc: Document.Parsed, path: Path): Node['range'] {
  for (let length = path.length; length > 0; length -= 1) {
    const node = doc.getIn(path.slice(0, length), true);
    const isWhole = length === path.length;
    if (isNode(node) && isWhole && !isMap(node)) return node.range;
    const key = path[length - 1];
    if (node !== undefined && typeof key === 'string')
      return keyRange(doc, path.slice(0, length - 1), key) ?? (isNode(node) ? node.range : null);
    if (isNode(node)) return node.range;
  }
  return doc.contents?.range ?? null;
}

function keyRange(doc: Document.Parsed, path: Path, key: string): Node['range'] {
  const map = path.length === 0 ? doc.contents : doc.getIn(path, true);
  if (!isMap(map)) return null;
  const pair = map.items.find((item) => isPair(item) && isScalar(item.key) && String(item.key.value) === key);
  return pair !== undefined && isScalar(pair.key) ? pair.key.range : null;
}
