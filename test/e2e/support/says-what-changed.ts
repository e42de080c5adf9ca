/** What somebody who reads an error at night must find in it: what was changed, or that nothing was. */

/** Each says one of three things: nothing was, this much was, or it is not known and how to find out. */
const sayings: readonly RegExp[] = [
  /\bnothing (?:was|is) (?:changed|touched|contacted|undone)\b/i,
  /\bnot (?:changed|deleted)\b/,
  /\bwas taken back and nothing was changed\b/,
  /\bIt moved no traffic: \S+ \d+%/,
  /\bThe last weights it put in force: \S+ \d+%/,
  /\bThe weights are as before: \S+ \d+%/,
  /\bgoes on with it\b/,
  /\bstays?\b[^.]*\. +(?:What is in force now: +)?godwit status\b/,
  /\bWhat is done stays\b/,
  /\bmay have been (?:carried out|kept)\b/,
];

/** The sayings that are found in a text, as it was printed: lines may be broken anywhere. */
export function whatChangedIn(text: string): readonly string[] {
  const flat = text.replaceAll(/\s+/g, ' ');
  return sayings.flatMap((saying) => saying.exec(flat)?.[0] ?? []);
}
