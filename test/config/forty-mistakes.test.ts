import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { renderFindings } from '../../src/config/finding.ts';
import { loadConfig } from '../../src/config/load.ts';
import { faultKinds } from '../../src/model/fault.ts';
import { fixture, terms } from './support/load.ts';

const path = fixture('forty-mistakes.yaml');
const duration = 'a duration is written with its unit, such as 500ms, 30s or 5m';

/** Line, first column, marked text, message, hint. */
const mistakes = [
  [3, 1, 'enviroment', 'unknown key "enviroment"', 'did you mean "environment"?'],
  [5, 8, '""', 'dir must not be empty', undefined],
  [
    6,
    17,
    '5s',
    'the lease (5000 ms) must last a loop and two renewals: 2000 + 2 × 3000 = 8000 ms',
    'write ttl: 8s or more',
  ],
  [10, 36, '9105-9114', 'ports overlap with those of left (9100-9109)', undefined],
  [11, 22, 'locl', 'no provider "locl"', 'did you mean "local"?'],
  [12, 3, 'south', 'sites.south needs "ports"', undefined],
  [13, 36, '9309-9300', 'a port range is written like 9100-9109, between 1024 and 65535', undefined],
  [14, 42, 'prots', 'unknown key "prots" in sites.west', 'did you mean "ports"?'],
  [
    15,
    3,
    'Far_Away',
    'names are lower-case letters, digits and hyphens, at most 63 and not digits alone, such as chat-70b',
    undefined,
  ],
  [19, 21, '[]', 'failureDomains must not be empty', undefined],
  [27, 25, 'two', 'replicas must be a number, not text ("two")', undefined],
  [28, 7, 'right', 'right states no residency; chat is allowed in NO only', undefined],
  [28, 25, 'warn', 'standby must be hot, warm or cold', 'did you mean "warm"?'],
  [29, 7, 'wset', 'site "wset" is not defined', 'did you mean "west"?'],
  [31, 7, 'tfft', 'unknown key "tfft" in deployments.chat.probe', 'did you mean "ttft"?'],
  [32, 14, '5', duration, 'did you mean 5s or 5m?'],
  [33, 16, '10sec', duration, undefined],
  [34, 18, '5000', 'must be at most 1024', undefined],
  [35, 17, 'http://localhost/v1/completions', 'must begin with /', undefined],
  [37, 13, 'automatic', 'mode must be off, advise or auto', 'known: off, advise, auto'],
  [38, 22, '[10%, 50%]', 'steps must rise and end in 100%', undefined],
  [38, 48, 'errorRate < 2', 'errorRate takes a share from 0% to 100%', 'did you mean 2%?'],
  [39, 24, '0.5', 'a share is written in percent, such as 25%', 'did you mean 50%?'],
  [39, 36, '30d', 'must be at most 24d', undefined],
  [40, 3, 'code', 'deployments.code needs "model"', undefined],
  [41, 14, '[]', 'a command needs at least the program', undefined],
  [46, 5, 'sites', 'embed needs at least one site', undefined],
  [49, 11, 'localhost', 'an address is written host:port, such as 127.0.0.1:8080', undefined],
  [52, 7, 'weights', 'weights of chat sum to 90%, not 100%', undefined],
  [53, 5, 'chatt', 'deployment "chatt" is not defined', 'did you mean "chat"?'],
  [57, 5, 'titel', 'unknown key "titel" in drills.lose-left', 'did you mean "title"?'],
  [58, 17, 'caht', 'deployment "caht" is not defined', 'did you mean "chat"?'],
  [59, 11, 'lve', 'kind must be tabletop, simulation, canary, live or provider-exit', 'did you mean "live"?'],
  [63, 15, '25h', 'must be at most 1h', undefined],
  [63, 43, 'rigth', 'chat does not run at "rigth"', 'did you mean "right"?'],
  [64, 17, 'black-hole', `type is none of the ${faultKinds.length} that are known`, 'did you mean "blackhole"?'],
  [64, 46, '10', duration, 'did you mean 10s or 10m?'],
  [66, 9, 'recoverTime <= 120s', 'there is no such signal', 'did you mean "recoveryTime"?'],
  [67, 9, 'recoveryTime <= 120', 'recoveryTime takes a time with its unit', 'did you mean 120s or 120m?'],
  [
    68,
    9,
    '"lostRequests <= 0.5% within 3m of fault"',
    'lostRequests is one value for the whole drill: it has no span',
    'write "lostRequests <= 0.5%"',
  ],
] as const;

const load = async (text = readFileSync(path, 'utf8')) => {
  const end = await loadConfig(terms({ path: '-', readStdin: () => Promise.resolve(text) }));
  if (end.kind !== 'invalid') throw new Error('the fixture loads');
  return end;
};

test('finds forty mistakes in one run, each at its line and column with the nearest known name', async () => {
  const { findings, text } = await load();
  const lines = text.split('\n');
  expect(mistakes).toHaveLength(40);
  expect(
    findings.map(({ line, column, endColumn, message, hint }) => [
      line,
      column,
      lines[line - 1]?.slice(column - 1, endColumn - 1),
      message,
      hint,
    ]),
  ).toEqual(mistakes);
  expect(findings.every(({ severity }) => severity === 'error')).toBe(true);
});

test('draws a frame under each of them', async () => {
  const { findings, text } = await load();
  const rows = renderFindings(findings, text, 'godwit.yaml').split('\n');
  for (const [line, column, marked, message, hint] of mistakes) {
    const head = rows.indexOf(`godwit.yaml:${line}:${column}: error: ${message}`);
    expect(head, message).toBeGreaterThanOrEqual(0);
    const shown = rows.slice(head + 1).findIndex((row) => row.startsWith('> ')) + head + 1;
    const under = rows[shown + 1] ?? '';
    const from = under.indexOf('^');
    expect(rows[shown]?.slice(from, from + marked.length)).toBe(marked);
    expect(under.slice(from)).toBe('^'.repeat(marked.length) + (hint === undefined ? '' : ` ${hint}`));
  }
  expect(rows.at(-1)).toBe('40 errors; nothing was contacted.');
});

test('finds the same forty with Windows line ends and a byte order mark', async () => {
  const plain = await load();
  const windows = await load(`\ufeff${plain.text.replaceAll('\n', '\r\n')}`);
  expect(windows.findings).toEqual(plain.findings);
  const [shown, expected] = [windows, plain].map((end) => renderFindings(end.findings, end.text, 'godwit.yaml'));
  expect(shown).toBe(expected);
});
