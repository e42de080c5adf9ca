/** How text for people may look here: glyphs, width and colour are decided by the caller, once. */

/** Adds colour, or gives the text back as it is. Meaning never hangs on it: a word always says the same. */
export interface Paint {
  good(text: string): string;
  warn(text: string): string;
  bad(text: string): string;
  dim(text: string): string;
  bold(text: string): string;
}

export interface Style {
  readonly isUnicode: boolean;
  /** For screen readers: no marks, and lists of `key: value` instead of tables. */
  readonly isAccessible: boolean;
  /** Columns there are; lines are cut or wrapped to fit. */
  readonly width: number;
  readonly paint: Paint;
}

const same = (text: string): string => text;

/** No colour at all. */
export const plainPaint: Paint = { good: same, warn: same, bad: same, dim: same, bold: same };

/** ASCII without colour: what every terminal, pipe and log can take. */
export const plainStyle: Style = { isUnicode: false, isAccessible: false, width: 80, paint: plainPaint };

export type Tone = 'good' | 'warn' | 'bad' | 'idle' | 'unknown' | 'busy';

const glyphs: Readonly<Record<Tone, readonly [unicode: string, ascii: string]>> = {
  good: ['✔', '+'],
  warn: ['▲', '!'],
  bad: ['✖', 'x'],
  idle: ['○', 'o'],
  unknown: ['?', '?'],
  busy: ['▶', '>'],
};

/** The mark of a tone and the space behind it; a word always follows and says the same. Nothing for a screen reader. */
export function mark(tone: Tone, style: Style): string {
  return style.isAccessible ? '' : `${glyphs[tone][style.isUnicode ? 0 : 1]} `;
}

/** The text in the colour of its tone. */
export function tint(tone: Tone, text: string, style: Style): string {
  if (tone === 'good' || tone === 'warn' || tone === 'bad') return style.paint[tone](text);
  return tone === 'busy' ? style.paint.bold(text) : style.paint.dim(text);
}

/** From what was to what will be. */
export function arrowOf({ isUnicode }: Style): string {
  return isUnicode ? '→' : '->';
}
