/** What YAML may hold here: no depth, size or alias that exhausts us, no tag or key that means something to the runtime. */
import { type Alias, type Document, isAlias, isMap, isScalar, isSeq, type Node, type Pair, Parser } from 'yaml';
import type { Path } from './document.ts';

export const maxBytes = 1024 * 1024;
const maxDepth = 64;
const maxAliases = 100;
/** Values after all aliases are followed. */
const maxValues = 100_000;
/** More mistakes in the text itself are not listed. */
export const maxFindings = 100;
const forbiddenKeys = new Set(['__proto__', 'constructor', 'prototype']);
const tags = new Set(['str', 'int', 'float', 'bool', 'null', 'map', 'seq'].map((tag) => `tag:yaml.org,2002:${tag}`));

export interface Breach {
  readonly range: readonly [number, number];
  readonly path: Path;
  readonly message: string;
}

/** Where the text opens more levels than allowed. Looked for before composing it, which would recurse. */
export function depthBreach(text: string): Breach | undefined {
  for (const token of new Parser().parse(text)) {
    const open: { readonly token: object; readonly depth: number }[] = [{ token, depth: 0 }];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      if (next.depth > maxDepth) {
        const from = 'offset' in next.token && typeof next.token.offset === 'number' ? next.token.offset : 0;
        return { range: [from, from + 1], path: [], message: `more than ${maxDepth} levels deep` };
      }
      open.push(...partsOf(next.token, next.depth));
    }
  }
  return undefined;
}

/** A document's value is on its level; what stands in a collection is one below. Last first, so that the first is met first. */
function* partsOf(token: object, depth: number): Iterable<{ readonly token: object; readonly depth: number }> {
  if ('value' in token && isToken(token.value)) yield { token: token.value, depth };
  if (!('items' in token) || !Array.isArray(token.items)) return;
  for (const item of token.items.toReversed() as readonly { key?: unknown; value?: unknown }[]) {
    if (isToken(item.value)) yield { token: item.value, depth: depth + 1 };
    if (isToken(item.key)) yield { token: item.key, depth: depth + 1 };
  }
}

function isToken(value: unknown): value is object {
  return value !== null && typeof value === 'object';
}

interface Size {
  readonly values: number;
  readonly height: number;
}

/** Aliases, tags and keys, in the order of the text; at most `maxFindings`. */
export function limitBreaches(doc: Document.Parsed): readonly Breach[] {
  const found: Breach[] = [];
  /** By name; undefined while the anchored value itself is being walked. */
  const anchors = new Map<string, Size | undefined>();
  let aliases = 0;
  const say = (node: unknown, path: Path, message: string): void => {
    const [from, to] = (isNode(node) ? node.range : undefined) ?? [0, 0];
    if (found.length < maxFindings) found.push({ range: [from, to], path, message });
  };
  const walkAlias = (alias: Alias, path: Path): Size => {
    aliases += 1;
    if (aliases === maxAliases + 1) say(alias, path, `more than ${maxAliases} aliases`);
    const size = anchors.get(alias.source);
    if (size !== undefined) return size;
    const why = anchors.has(alias.source) ? 'would hold itself' : 'names nothing above it';
    say(alias, path, `the alias *${alias.source} ${why}`);
    return { values: 1, height: 0 };
  };
  const walk = (node: unknown, path: Path): Size => {
    if (isAlias(node)) return walkAlias(node, path);
    const anchor = isNode(node) ? node.anchor : undefined;
    if (anchor !== undefined) anchors.set(anchor, undefined);
    if (isNode(node) && node.tag !== undefined && !tags.has(node.tag))
      say(node, path, `the tag ${node.tag} is not allowed`);
    const parts = isMap(node)
      ? walkPairs(node.items, path)
      : isSeq(node)
        ? node.items.map((item, index) => walk(item, [...path, index]))
        : [];
    const size = {
      values: parts.reduce((sum, each) => sum + each.values, 1),
      height: parts.reduce((most, each) => Math.max(most, each.height + 1), 0),
    };
    if (anchor !== undefined) anchors.set(anchor, size);
    return size;
  };
  const walkPairs = (pairs: readonly Pair[], path: Path): Size[] => {
    const seen = new Set<string>();
    return pairs.map(({ key, value }) => {
      if (!isScalar(key)) {
        say(key ?? value, path, 'a key must be plain text');
        return { values: 1, height: 0 };
      }
      if (key.anchor !== undefined) anchors.set(key.anchor, { values: 1, height: 0 });
      const text = keyText(key.value);
      if (seen.has(text)) say(key, [...path, text], 'the same key stands here twice');
      if (forbiddenKeys.has(text)) say(key, [...path, text], `${text} cannot be a key`);
      seen.add(text);
      return walk(value, [...path, text]);
    });
  };
  const { values, height } = walk(doc.contents, []);
  if (found.length === 0 && height > maxDepth) say(doc.contents, [], `more than ${maxDepth} levels deep`);
  if (found.length === 0 && values > maxValues) say(doc.contents, [], `more than ${maxValues} values`);
  return found;
}

/** As the key stands in plain data. */
export function keyText(key: unknown): string {
  return key === null ? '' : String(key);
}

/** Whether it is a part of a document. */
export function isNode(value: unknown): value is Node {
  return isScalar(value) || isMap(value) || isSeq(value) || isAlias(value);
}
