/**
 * What is written on a machine, as labels: the only thing that can be filtered by, and changed only by whoever has read it.
 * Values may hold `[a-z0-9_-]{0,63}`, so anything else is written as its bytes, and what is too long goes on in a second label.
 * https://cloud.google.com/pubsub/docs/labels, "Requirements for labels", as for all of Google's services, checked 2026-11-27.
 */

/** Labels of ours. The first three find it; the others are what the cloud remembers for us. */
export const labelKeys = {
  deployment: 'godwit-deployment',
  site: 'godwit-site',
  slot: 'godwit-slot',
  /** The idempotency key of the start that made this boot. */
  startKey: 'godwit-start-key',
  /** The highest lease epoch that changed it. */
  epoch: 'godwit-epoch',
  /** Its last start before the one that was asked for: while it is the present one, that start did not come. */
  wokenFrom: 'godwit-woken-from',
  /** The operation that empties it; goes when it is started again. */
  draining: 'godwit-draining',
} as const;

export type LabelName = keyof typeof labelKeys;
export type Labels = Readonly<Record<string, string>>;

/** Characters per label, and labels per text: 64 labels are allowed in all. */
const [mostPerLabel, mostLabels] = [63, 8];

/** `op-7/1/2` as `op-7_2f1_2f2`: lower case, digits and `-` stand for themselves. */
export function escapeLabel(text: string): string {
  return [...Buffer.from(text, 'utf8')]
    .map((byte) => {
      const char = String.fromCharCode(byte);
      return /[a-z0-9-]/.test(char) ? char : `_${byte.toString(16).padStart(2, '0')}`;
    })
    .join('');
}

function unescapeLabel(text: string): string {
  const bytes = [...text.matchAll(/_([0-9a-f]{2})|[^_]/g)].map(([char, hex]) =>
    hex === undefined ? char.charCodeAt(0) : Number.parseInt(hex, 16),
  );
  return Buffer.from(bytes).toString('utf8');
}

/** One label, or several: `godwit-start-key`, `godwit-start-key-2` … Undefined: it is longer than all of them hold. */
export function labelsFor(name: LabelName, value: string): Labels | undefined {
  const parts = escapeLabel(value).match(new RegExp(`.{1,${mostPerLabel}}`, 'g')) ?? [''];
  if (parts.length > mostLabels) return undefined;
  return Object.fromEntries(parts.map((part, index) => [keyAt(name, index), part]));
}

/** What was written; undefined without the label. */
export function readLabel(labels: Labels, name: LabelName): string | undefined {
  const parts: string[] = [];
  for (let index = 0; index < mostLabels; index += 1) {
    const part = labels[keyAt(name, index)];
    if (part === undefined) break;
    parts.push(part);
  }
  return parts.length === 0 ? undefined : unescapeLabel(parts.join(''));
}

/** The same labels without this one, all its parts. */
export function withoutLabel(labels: Labels, name: LabelName): Labels {
  const own = new Set(Array.from({ length: mostLabels }, (_, index) => keyAt(name, index)));
  return Object.fromEntries(Object.entries(labels).filter(([key]) => !own.has(key)));
}

function keyAt(name: LabelName, index: number): string {
  return index === 0 ? labelKeys[name] : `${labelKeys[name]}-${index + 1}`;
}
