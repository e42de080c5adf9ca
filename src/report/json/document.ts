/** One JSON document as commands print it. */

/** `apiVersion` first; control characters beyond JSON's own escapes are escaped too, so that a terminal stays unharmed. */
export function jsonText(document: { readonly kind: string }): string {
  return escapeControls(JSON.stringify(versioned(document)));
}

/** The document as it is printed in any format. */
export function versioned<T extends { readonly kind: string }>(document: T) {
  return { apiVersion: 'godwit/v1', ...document };
}

/** Any value over several lines, for files that people read and other tools take. */
export function prettyJson(value: unknown): string {
  return JSON.stringify(value, undefined, 2).split('\n').map(escapeControls).join('\n');
}

/** What every line of `-o jsonl` has. */
export type EventLine = { readonly type: string } & Readonly<Record<string, unknown>>;

/** One line of an event stream. */
export function jsonLine(value: EventLine): string {
  return escapeControls(JSON.stringify(value));
}

/** JSON leaves DEL, C1, bidirectional and invisible marks as they are; escaped they mean the same to a parser. */
function escapeControls(json: string): string {
  return json.replace(controls, (letter) =>
    Array.from({ length: letter.length }, (_, unit) => escaped(letter.charCodeAt(unit))).join(''),
  );
}

/** Whatever a terminal may act on, or nobody sees. */
export const controls = /\p{Cc}|\p{Cf}|[\u2028\u2029]|[\u{e0000}-\u{e0fff}]/gu;

function escaped(unit: number): string {
  return `\\u${unit.toString(16).padStart(4, '0')}`;
}
