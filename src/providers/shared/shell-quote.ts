/**
 * One word of bash that means exactly this text, in printable ASCII on one line: what carries it cannot change it, whatever
 * its locale, its line ends or its rules of quoting. Bash alone knows `$'...'`; a plain shell does not. The text holds no NUL.
 */
export function quoteForBash(text: string): string {
  if (/^[\x20-\x7e]*$/.test(text)) return `'${text.replaceAll("'", "'\\''")}'`;
  const bytes = [...Buffer.from(text)].map((byte) => {
    const isPlain = byte >= 0x20 && byte <= 0x7e && byte !== 0x27 && byte !== 0x5c;
    return isPlain ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, '0')}`;
  });
  return `$'${bytes.join('')}'`;
}
