/** The same document as YAML. Loaded when it is asked for: its library is not for `--help`. */
import { stringify } from 'yaml';
import { controls, versioned } from './json/document.ts';

/** Without the last line break. Text is always quoted, so that no value is read as a number, a date or a Norwegian no. */
export function yamlText(document: { readonly kind: string }): string {
  return yamlOf(versioned(document));
}

/** Any value as a document of its own. Without the last line break. */
export function yamlOf(given: unknown): string {
  // Through JSON first: both formats say the same, to the last absent field.
  const value: unknown = JSON.parse(JSON.stringify(given));
  const text = stringify(value, {
    lineWidth: 0,
    doubleQuotedMinMultiLineLength: Number.MAX_SAFE_INTEGER,
    aliasDuplicateObjects: false,
    defaultStringType: 'QUOTE_DOUBLE',
    // Keys are ours or names of the configuration; one that hides something must be quoted to be escaped.
    defaultKeyType: hasStrangeKey(value) ? 'QUOTE_DOUBLE' : 'PLAIN',
  });
  return text
    .trimEnd()
    .split('\n')
    .map((line) => line.replace(controls, escaped))
    .join('\n');
}

function hasStrangeKey(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).some(([key, inner]) => key.search(controls) >= 0 || hasStrangeKey(inner));
}

function escaped(letter: string): string {
  return `\\U${(letter.codePointAt(0) ?? 0).toString(16).padStart(8, '0')}`;
}
