import { expect, test } from 'vitest';
import { localSettings, parsePorts } from '../../../src/providers/local/schema.ts';

test.for([
  ['9100-9109', { first: 9100, last: 9109 }],
  ['9100-9100', { first: 9100, last: 9100 }],
  ['9100', { first: 9100, last: 9100 }],
  [9100, { first: 9100, last: 9100 }],
  ['1024-65535', { first: 1024, last: 65_535 }],
] as const)('%s is a port range', ([ports, range]) => {
  expect(parsePorts(ports)).toEqual(range);
});

test.for(['1023-1030', '9100-65536', '9101-9100', '9100-', '-9100', '9100–9109', ' 9100', '', 80, 9100.5, Number.NaN])(
  '%s is none',
  (ports) => {
    expect(parsePorts(ports)).toBeUndefined();
  },
);

test.for([
  {},
  { ports: true },
  { ports: '9100-9109', env: [] },
  { ports: 9100, env: { '1X': 'a' } },
  { ports: 9100, x: 1 },
])('settings %j are refused', (settings) => {
  expect(localSettings.safeParse(settings).success).toBe(false);
});

test('a wrong port range is told how to be written', () => {
  expect(localSettings.safeParse({ ports: '9100 to 9109' }).error?.issues[0]?.message).toContain('9100-9109');
  expect(localSettings.safeParse({ ports: true }).error?.issues[0]?.message).toContain('9100-9109');
});
