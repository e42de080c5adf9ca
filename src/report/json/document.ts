/** One JSON document as commands print it. */

/** `apiVersion` first; control characters beyond JSON's own escapes are escaped too, so that a terminal stays unharmed. */
export function jsonText(document: { readonly kind: string }): string {
  return escapeControls(JSON.stringify({ apiVersion: 'godwit/v1', ...document }));
}

/** What every line of `-o jsonl` has. */
export type EventLine = { readonly type: string } & Readonly<Record<string, unknown>>;

/** One line of an event stream. */
export function jsonLine(value: EventLine): string {
  return escapeControls(JSON.stringify(value));
}

/** JSON leaves DEL, C1 and bidirectional marks as they are; escaped they mean the same to a parser. */
function escapeControls(json: string): string {
  return json.replace(
    /[\u007f-\u009f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/g,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
