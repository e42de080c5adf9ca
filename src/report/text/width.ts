/** How many terminal columns a text takes: wide East Asian letters and emoji count two, combining marks none. */
export function widthOf(text: string): number {
  // Nearly all of it is: letter by letter, the page of help alone would take 3 ms.
  if (plain.test(text)) return text.length;
  let width = 0;
  for (const letter of text) width += letterWidth(letter);
  return width;
}

const plain = /^[ -~]*$/;
const zeroWidth = /^[\p{Mn}\p{Me}\p{Cf}]$/u;
/** Unicode's East Asian Width F and W, in the ranges terminals agree on, and emoji shown as pictures. */
const doubleWidth =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}$/u;

function letterWidth(letter: string): number {
  if (zeroWidth.test(letter)) return 0;
  return doubleWidth.test(letter) ? 2 : 1;
}

/** The text in at most `width` columns; what was cut ends in `...`. For clean, uncoloured text. */
export function cut(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  let kept = '';
  for (const letter of text) {
    if (widthOf(kept) + letterWidth(letter) > width - 3) break;
    kept += letter;
  }
  return width < 3 ? '.'.repeat(Math.max(0, width)) : `${kept}...`;
}

/** Lines of at most `width` columns, broken between words; a word longer than a line is cut. At most `maxLines`. */
export function wrap(text: string, width: number, maxLines: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ').filter((part) => part !== '')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line !== '' && widthOf(longer) > width) {
      lines.push(line);
      line = word;
    } else {
      line = longer;
    }
  }
  if (line !== '') lines.push(line);
  if (lines.length <= maxLines) return lines.map((each) => cut(each, width));
  const last = lines.slice(maxLines - 1).join(' ');
  return [...lines.slice(0, maxLines - 1), last].map((each) => cut(each, width));
}

/** A mark, and the text beside it, wrapped under itself. At most `maxLines`. */
export function hanging(sign: string, text: string, width: number, maxLines: number): string[] {
  const indent = widthOf(sign);
  return wrap(text, width - indent, maxLines).map((line, index) => (index === 0 ? sign : ' '.repeat(indent)) + line);
}

/** Padded on the right to `width` columns. */
export function padEnd(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - widthOf(text)));
}

/** Padded on the left to `width` columns. */
export function padStart(text: string, width: number): string {
  return ' '.repeat(Math.max(0, width - widthOf(text))) + text;
}
