/** The machines inside an answer of EC2's, read and changed where they stand: every other byte stays the server's own. */

/** What stands in a machine's own elements, by name, as it is written. */
export type Fields = ReadonlyMap<string, string>;

interface Place {
  readonly from: number;
  readonly to: number;
}

interface Found {
  readonly whole: Place;
  readonly fields: Fields;
  readonly places: ReadonlyMap<string, Place>;
}

/** Of answers that show machines whole: those of `DescribeInstances` and `RunInstances`. */
export function readInstances(xml: string): readonly Fields[] {
  return findInstances(xml).map(({ fields }) => fields);
}

/** `change` gives what shall stand instead in elements that are there and not empty; any other stays. */
export function editInstances(xml: string, change: (fields: Fields) => Readonly<Record<string, string>>): string {
  const edits = findInstances(xml).flatMap(({ fields, places }) =>
    Object.entries(change(fields)).flatMap(([name, value]) => {
      const place = places.get(name);
      return place === undefined ? [] : [{ place, value }];
    }),
  );
  return replaced(xml, edits);
}

/** The answer without some of its machines. */
export function dropInstances(xml: string, isDropped: (fields: Fields) => boolean): string {
  const gone = findInstances(xml).filter(({ fields }) => isDropped(fields));
  return replaced(
    xml,
    gone.map(({ whole }) => ({ place: whole, value: '' })),
  );
}

function replaced(xml: string, edits: readonly { readonly place: Place; readonly value: string }[]): string {
  let edited = '';
  let at = 0;
  for (const { place, value } of edits.toSorted((one, other) => one.place.from - other.place.from)) {
    edited += xml.slice(at, place.from) + value;
    at = place.to;
  }
  return edited + xml.slice(at);
}

function findInstances(xml: string): readonly Found[] {
  const found: Found[] = [];
  const open: { readonly name: string; readonly at: number; readonly from: number }[] = [];
  let places = new Map<string, Place>();
  for (const tag of xml.matchAll(/<(?<end>\/?)(?<name>[\w:]+)[^>]*?(?<empty>\/?)>/g)) {
    const { end, name = '', empty } = tag.groups ?? {};
    if (end === '' && empty === '') open.push({ name, at: tag.index, from: tag.index + tag[0].length });
    if (end === '') continue;
    const closed = open.pop();
    if (closed === undefined || closed.name !== name) throw new Error(`not well formed at ${tag.index}: ${xml}`);
    const [parent, grandparent] = [open.at(-1)?.name, open.at(-2)?.name];
    if (parent === 'item' && grandparent === 'instancesSet') places.set(name, { from: closed.from, to: tag.index });
    if (name !== 'item' || parent !== 'instancesSet') continue;
    const fields = new Map([...places].map(([field, { from, to }]) => [field, xml.slice(from, to)]));
    found.push({ whole: { from: closed.at, to: tag.index + tag[0].length }, fields, places });
    places = new Map();
  }
  return found;
}
