/** Text that becomes part of a page: whatever is put into a template is made harmless, unless it is markup of our own. */
import { sanitize } from '../text/sanitize.ts';

/** Markup that was made here. Neither a string is, nor what a record has in the place of one: JSON makes no instance of this. */
export class Markup {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  get markup(): string {
    return this.#text;
  }
}

export type Part = Markup | string | number | undefined | readonly Part[];

/** More of one text is cut: a provider's answer may be long. */
const longestText = 4000;

/**
 * For text between tags and for values in double quotes: the same five letters matter in both. Nothing from outside stands
 * anywhere else: not in names of tags or attributes, not in styles, scripts, comments or addresses.
 */
export function html(texts: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  const pieces = texts.map((text, index) => {
    // How a template is indented is for its readers, and would be a third of a page.
    const own = text.replace(/\n\s+/g, '\n');
    return index < parts.length ? own + partText(parts[index]) : own;
  });
  return new Markup(pieces.join(''));
}

const letters: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function partText(part: Part): string {
  if (part === undefined) return '';
  if (typeof part === 'number') return String(part);
  if (typeof part === 'string')
    return sanitize(part, longestText).replace(/[&<>"']/g, (letter) => letters[letter] ?? '');
  if (part instanceof Markup) return part.markup;
  // Whoever wrote the record may have put anything in the place of a text.
  return Array.isArray(part) ? part.map(partText).join('') : partText(JSON.stringify(part));
}

/** Of a drawing, to a tenth: more is not seen. */
export function round(value: number): string {
  return String(Math.round(value * 10) / 10);
}
