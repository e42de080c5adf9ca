/**
 * The one sanitizer: whatever came from outside (a provider, a model server, the network, a file) passes it before it is
 * printed. Escape sequences, control characters, bidirectional and invisible marks go; line breaks become spaces.
 */
export function sanitize(text: string, maxLength = 200): string {
  // Far more than is shown, so that stripping cannot be made slow by a huge input.
  const clean = text
    .slice(0, maxLength * 8 + 1024)
    .replace(escapeSequences, '')
    .replace(spaces, ' ')
    .replace(invisible, '')
    .toWellFormed();
  const letters = Array.from(clean);
  return letters.length <= maxLength ? clean : `${letters.slice(0, Math.max(0, maxLength - 3)).join('')}...`;
}

const esc = '\\u001b';
/** OSC, DCS, SOS, PM and APC with their whole payload, then CSI, then two-byte escapes; 7-bit and 8-bit forms (ECMA-48). */
const escapeSequences = new RegExp(
  [
    `(?:${esc}[\\]PX^_]|[\\u009d\\u0090\\u0098\\u009e\\u009f])[^\\u0007\\u001b\\u009c]*(?:\\u0007|${esc}\\\\|\\u009c)`,
    `(?:${esc}\\[|\\u009b)[0-?]*[ -/]*[@-~]`,
    `${esc}[ -/]*[0-~]`,
  ].join('|'),
  'g',
);
/** Tab, line feed, vertical tab, form feed, carriage return, next line, line and paragraph separators. */
const spaces = /[\t\n\v\f\r\u0085\u2028\u2029]+/g;
/**
 * Cc: C0, DEL and C1. Cf: bidirectional controls, zero-width marks, soft hyphens, annotations. Then variation selectors
 * and the block of tags, which can carry hidden text.
 */
const invisible = /\p{Cc}|\p{Cf}|[\ufe00-\ufe0f]|[\u{e0000}-\u{e0fff}]/gu;
