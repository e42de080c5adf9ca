import type { DrillRun } from '../../../src/model/drill-run.ts';
import { hostileStrings } from '../hostile.ts';
import { failedRun } from './drill-run.ts';

/** What a page, a table of a spreadsheet, a ticket or a test result could be tricked with. */
export const markupStrings: readonly string[] = [
  '<script>globalThis.owned = 1</script>',
  '"><img src=x onerror="globalThis.owned = 1">',
  "' onload='globalThis.owned = 1",
  '</style><style>*{display:none}</style>',
  '</title></head><body onload=alert(1)>',
  '<svg onload=alert(1)><desc>',
  '<a href="javascript:alert(1)">click</a>',
  '<!-- --><iframe src="http://127.0.0.1:9/">',
  ']]><x/><![CDATA[',
  '&lt;b&gt; &#60;i&#62; &amp;',
  '=HYPERLINK("http://evil.example")',
  '+1+cmd|/c calc',
  '-2+3',
  '@SUM(A1)',
  '\tTAB',
  '\r=1',
  '＝1+1',
  '| a | b |\n# heading\n[x](http://evil.example) ![y](z)',
  'see https://evil.example/login or WWW.evil.example',
  'not a character \ufffe\uffff',
];

/** Every text of the record is hostile, each with another string of the corpus. */
export function hostileRun(): DrillRun {
  const corpus = [...markupStrings, ...hostileStrings];
  let next = 0;
  const evil = (): string => corpus[next++ % corpus.length] ?? '';
  const kept = new Set([
    'verdict',
    'holds',
    'kind',
    'signal',
    'comparator',
    'phase',
    'stage',
    'state',
    'undo',
    'what',
    'decision',
    'code',
    'severity',
    'trigger',
    'class',
    'source',
    'measured',
    'is',
    'of',
  ]);
  const spoil = (value: unknown, key = ''): unknown => {
    if (typeof value === 'string') return kept.has(key) ? value : evil();
    if (Array.isArray(value)) return value.map((each) => spoil(each, key));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, spoil(each, name)]));
  };
  const run = failedRun();
  const site = '"><img src=x onerror="globalThis.owned = 1">';
  const samples = run.samples.map((sample) => ({
    ...sample,
    weights: { [site]: 60, '\u001b[31mred</td>': 40 },
    sites: sample.sites.map((each, index) => ({ ...each, site: index === 0 ? site : `${each.site}<b>` })),
  }));
  // The texts that repeat are few: so that all of the corpus is used, there are as many notes and findings.
  const notes = corpus.map((text, index) => ({ atMs: run.beganAtMs + index * 1000, text }));
  const findings = corpus.map((text, index) => ({
    ...{ number: index + 1, text, severity: 'low' as const, owner: text, due: undefined },
    by: { kind: 'person' as const, name: text, host: text, pid: 1 },
  }));
  const { samples: _, load, ...rest } = run;
  return { ...(spoil(rest) as Omit<DrillRun, 'samples' | 'load'>), samples, load, notes, findings };
}
