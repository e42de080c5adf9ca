/** Fills `${port}`, `${model}`, `${site}` and `${replica}`; words in `${…}` that are not ours stay: the program may know them. */
export function fill(text: string, values: Readonly<Record<string, string>>): string {
  return text.replaceAll(/\$\{(\w+)\}/g, (whole, name: string) =>
    Object.hasOwn(values, name) ? (values[name] ?? whole) : whole,
  );
}
