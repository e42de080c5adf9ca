/** One part of the tree in force, read as what it is meant to be. */
import { assert } from '../errors.ts';
import { parseDuration, parseInstant, parseShare } from './units.ts';

/** Reads one part of the tree; the schema has checked what it holds. */
export class Part {
  readonly #value: unknown;
  constructor(value: unknown) {
    this.#value = value;
  }
  get(...path: readonly string[]): Part {
    return new Part(
      path.reduce<unknown>((each, key) => (each as Record<string, unknown> | undefined)?.[key], this.#value),
    );
  }
  get isThere(): boolean {
    return this.#value !== undefined;
  }
  get text(): string {
    assert(typeof this.#value === 'string', 'the schema lets only text through here');
    return this.#value;
  }
  get maybeText(): string | undefined {
    return this.#value === undefined ? undefined : this.text;
  }
  get number(): number {
    assert(typeof this.#value === 'number', 'the schema lets only numbers through here');
    return this.#value;
  }
  get maybeNumber(): number | undefined {
    return this.#value === undefined ? undefined : this.number;
  }
  get flag(): boolean {
    assert(typeof this.#value === 'boolean', 'the schema lets only true and false through here');
    return this.#value;
  }
  get texts(): readonly string[] {
    assert(Array.isArray(this.#value), 'the schema lets only lists through here');
    return this.#value.map(String);
  }
  get ms(): number {
    const ms = parseDuration(this.text);
    assert(ms !== undefined, `the schema lets only durations through here, not ${this.text}`);
    return ms;
  }
  get instantMs(): number {
    const ms = parseInstant(this.text);
    assert(ms !== undefined, `the schema lets only times through here, not ${this.text}`);
    return ms;
  }
  get percent(): number {
    const percent = parseShare(this.text);
    assert(percent !== undefined, `the schema lets only shares through here, not ${this.text}`);
    return percent;
  }
  get ratio(): number {
    return this.percent / 100;
  }
  get entries(): readonly (readonly [string, Part])[] {
    return Object.entries((this.#value ?? {}) as Record<string, unknown>).map(([key, value]) => [key, new Part(value)]);
  }
  get items(): readonly Part[] {
    assert(Array.isArray(this.#value), 'the schema lets only lists through here');
    return this.#value.map((each) => new Part(each));
  }
  get record(): Readonly<Record<string, string>> {
    return Object.fromEntries(this.entries.map(([key, value]) => [key, value.text]));
  }
  get raw(): unknown {
    return this.#value;
  }
}
