/** Reads YAML within limits and knows where everything stands. */
import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  type Scalar,
} from 'yaml';
import type { Finding } from './finding.ts';
import { depthBreach, isNode, keyText, limitBreaches, maxBytes, maxFindings } from './limits.ts';

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

type Range = readonly [number, number, ...number[]] | null | undefined;
type Place = (
  range: Range,
  path: Path,
  message: string,
  hint?: string | undefined,
  severity?: Finding['severity'],
) => Finding;

export function readSource(given: string): Source {
  // Some editors begin a file with a byte order mark; nobody counts it as a column.
  const text = given.replace(/^\ufeff/, '');
  // Counted here: on broken text the parser misses lines of its own counter.
  const counter = new LineCounter();
  counter.addNewLine(0);
  for (const { index } of text.matchAll(/\n/g)) counter.addNewLine(index + 1);
  const breach =
    Buffer.byteLength(text) > maxBytes
      ? { range: [0, 0] as const, path: [], message: `the configuration is larger than ${maxBytes / 1024} KiB` }
      : depthBreach(text);
  const doc = parseDocument(breach === undefined ? text : '', {
    prettyErrors: false,
    version: '1.2',
    schema: 'core',
    strict: true,
    // limitBreaches looks for twins: the parser compares each key with each, minutes for a large map.
    uniqueKeys: false,
    merge: false,
    resolveKnownTags: false,
  });
  const place = placeIn(text, counter);
  const syntax = breach === undefined ? syntaxFindings(doc, text, place) : [];
  const breaches = breach !== undefined ? [breach] : syntax.length === 0 ? limitBreaches(doc) : [];
  const findings = [...syntax, ...breaches.map(({ range, path, message }) => place(range, path, message))];
  return {
    text,
    value: findings.length === 0 ? toPlain(doc) : undefined,
    findings,
    findingAt: (path, message, hint, severity) => place(rangeAt(doc, path), path, message, hint, severity),
    findingAtKey: (path, key, message, hint) =>
      place(pairAt(doc, path, key)?.key.range ?? rangeAt(doc, path), [...path, key], message, hint),
    lineOf(path) {
      const range = nodeAt(doc, path)?.range;
      return range ? counter.linePos(range[0]).line : undefined;
    },
  };
}

function placeIn(text: string, counter: LineCounter): Place {
  return (range, path, message, hint, severity = 'error') => {
    const [from, to] = range ?? [0, 0];
    const { line, col } = counter.linePos(Math.min(from, text.length));
    const end = counter.linePos(Math.min(to, text.length));
    const lineEnd = text.slice(Math.min(from, text.length)).search(/\r?\n|$/);
    return {
      severity,
      line: Math.max(1, line),
      column: Math.max(1, col),
      endColumn: Math.max(1, col) + Math.max(1, end.line === line ? to - from : lineEnd),
      path: path.join('.'),
      message,
      hint,
    };
  };
}

/** One finding for each block: what follows the first is mostly its echo. */
function syntaxFindings(doc: Document.Parsed, text: string, place: Place): Finding[] {
  const seen = new Set<number>();
  return doc.errors.slice(0, maxFindings).flatMap((error) => {
    const at = error.pos[0];
    const block = text.lastIndexOf('\n\n', at);
    if (seen.has(block)) return [];
    seen.add(block);
    const bare = bareReference(text, at);
    if (bare !== undefined) {
      const [from, to] = bare;
      const hint = `write "${text.slice(from, to)}" in quotes`;
      return [place([from, to], [], 'inside { } YAML reads the brace of ${…} itself', hint)];
    }
    if (error.code === 'MULTIPLE_DOCS') return [place(error.pos, [], 'a second document begins; a file holds one')];
    return [place(error.pos, [], error.message)];
  });
}

/** The unquoted `${…}` after a `{` on the line of a mistake. */
function bareReference(text: string, at: number): readonly [number, number] | undefined {
  const start = text.lastIndexOf('\n', at - 1) + 1;
  const [line = ''] = text.slice(start, start + 2000).split('\n', 1);
  const brace = line.search(/\{(?<!\$\{)/);
  const found = brace < 0 ? null : /^[^"']*?(\$\{[^}"']*\})/.exec(line.slice(brace + 1));
  if (found?.[1] === undefined) return undefined;
  const from = start + brace + 1 + found[0].length - found[1].length;
  return [from, from + found[1].length];
}

function toPlain(doc: Document.Parsed): unknown {
  return doc.contents === null ? {} : doc.toJS({ maxAliasCount: -1 });
}

/** The value at the path, or the key under which it would be, or the nearest ancestor's key. */
function rangeAt(doc: Document.Parsed, path: Path): Range {
  for (let length = path.length; length > 0; length -= 1) {
    const node = nodeAt(doc, path.slice(0, length));
    const key = path[length - 1];
    const pair = typeof key === 'string' ? pairAt(doc, path.slice(0, length - 1), key) : undefined;
    const isPlain = isScalar(node) && node.range?.[0] !== node.range?.[1];
    if (length === path.length && (isPlain || isSeq(node))) return node.range;
    if (pair !== undefined) return pair.key.range;
    if (node !== undefined) return node.range;
  }
  return doc.contents?.range;
}

/** Aliases are followed: what they stand for is what the path names. */
function nodeAt(doc: Document.Parsed, path: Path): Node | undefined {
  const [parent, key] = [path.slice(0, -1), path.at(-1)];
  if (key === undefined) return follow(doc, doc.contents);
  if (typeof key === 'string') return follow(doc, pairAt(doc, parent, key)?.value);
  const list = nodeAt(doc, parent);
  return isSeq(list) ? follow(doc, list.items[key]) : undefined;
}

function pairAt(doc: Document.Parsed, path: Path, key: string): { key: Scalar; value: unknown } | undefined {
  const map = nodeAt(doc, path);
  if (!isMap(map)) return undefined;
  for (const { key: each, value } of map.items)
    if (isScalar(each) && keyText(each.value) === key) return { key: each, value };
  return undefined;
}

function follow(doc: Document.Parsed, node: unknown): Node | undefined {
  const value = isAlias(node) ? node.resolve(doc) : node;
  return isNode(value) ? value : undefined;
}
