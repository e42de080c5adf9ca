/** One page of `godwit explain CODE`. */
export interface CodePage {
  readonly about: 'reason' | 'diagnosis' | 'error';
  /** What was seen or decided, and why the rule is there. */
  readonly means: string;
  /** What a person can do about it; commands as they are typed. */
  readonly todo: string;
}
