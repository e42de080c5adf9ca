/** The exact command to type next, from what was typed. */

import { verbs } from '../../model/wish.ts';

/** Options that only look, with how many words each takes. */
const lookingOnly: Readonly<Record<string, number>> = {
  '--dry-run': 1,
  '--out': 2,
  '--force': 1,
  '--detailed-exitcode': 1,
};

export interface TypedLine {
  readonly typed: readonly string[];
  readonly configPath: string;
  /** Words to add, such as `--yes`, unless they were typed. */
  readonly add: readonly string[];
}

/** With every value quoted for a shell where it needs it. A plan's command becomes that of the change itself. */
export function commandLine({ typed, configPath, add }: TypedLine): string {
  const isVerb = (word: string | undefined): boolean => word === 'evacuate' || verbs.some((verb) => verb === word);
  const group = typed.findIndex((word, index) => word === 'plan' && isVerb(typed[index + 1]));
  const words = withoutLooking(typed.filter((_, index) => index !== group));
  const hasConfig = words.some((word) => word === '--config' || word.startsWith('--config='));
  const added = add.length > 0 && words.includes(add[0] ?? '') ? [] : add;
  return ['godwit', ...words, ...(hasConfig ? [] : ['--config', configPath]), ...added].map(quoted).join(' ');
}

function withoutLooking(words: readonly string[]): readonly string[] {
  const kept: string[] = [];
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? '';
    const skipped = lookingOnly[word] ?? (word.startsWith('--out=') ? 1 : 0);
    if (skipped === 0) kept.push(word);
    else at += skipped - 1;
  }
  return kept;
}

function quoted(word: string): string {
  return /^[\w./:@%+=,-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
