/** The end of a text that fits, in whole lines where one does; a line that alone is too long loses its beginning. */
export function lastLines(text: string, mostBytes: number): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= mostBytes) return text;
  const tail = bytes.subarray(bytes.length - mostBytes);
  const isWholeLine = bytes[bytes.length - mostBytes - 1] === newline;
  const lineEnd = isWholeLine ? -1 : tail.indexOf(newline);
  if (lineEnd >= 0 && lineEnd < tail.length - 1) return tail.toString('utf8', lineEnd + 1);
  // Not in the middle of a letter: what goes on with one begins with the bits 10.
  const first = tail.findIndex((byte) => (byte & 0xc0) !== 0x80);
  return first < 0 ? '' : tail.toString('utf8', first);
}

const newline = 0x0a;
