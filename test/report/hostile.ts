/** Text no renderer may let through as it is: what a model server, a provider or a file could send at a terminal. */
export const hostileStrings: readonly string[] = [
  '\u001b[2J\u001b[H wiped',
  '\u001b[31mred\u001b[0m',
  '\u001b]0;owned title\u0007after',
  '\u001b]52;c;cm0gLXJmIC8=\u0007clipboard',
  '\u001b]8;;http://evil.example\u001b\\link\u001b]8;;\u001b\\',
  '\u009b2J C1 control sequence',
  '\u009d0;title\u009c C1 operating system command',
  '\u001bP1$r0m\u001b\\device control',
  '\u001b]0;never closed',
  '\u001bcreset',
  '\u001b(0line drawing',
  'bell\u0007 back\b\b\bspace null\u0000 delete\u007f',
  'first line\nsecond line: forged',
  'carriage\rreturn',
  'tab\tand\vvertical\ffeed\u0085next\u2028line\u2029paragraph',
  '\u202egnp.exe\u202c reversed',
  '\u2066isolated\u2069 \u061c \u200e\u200f',
  'zero\u200bwidth\u2060joined\ufeff',
  'tags \u{e0041}\u{e0042}\u{e007f} selectors \ufe0f\u{e0101}',
  'lone \ud800 surrogate \udc00',
  'x'.repeat(100_000),
  '\u001b['.repeat(50_000),
  '\u001b]'.repeat(50_000),
  '界'.repeat(300),
  '👩‍💻'.repeat(100),
  `a${'\u0301'.repeat(500)}`,
];

/** Code points a terminal acts on; line feed is for the renderer itself to write. */
export const terminalControls =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
  /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]|[\u{e0000}-\u{e01ef}]/u;
