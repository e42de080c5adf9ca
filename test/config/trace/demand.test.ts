import { expect, test } from 'vitest';
import { demandUntil, readDemand } from '../../../src/config/trace/demand.ts';

function read(text: string) {
  return readDemand({ path: 'demand.csv', text });
}

test('says how many are wanted from each moment on', () => {
  expect(read('at_ms,replicas\n0,4\n60000, 0\n90000,8\n')).toEqual({
    wanted: 8,
    demand: [
      { atMs: 0, replicas: 4 },
      { atMs: 60_000, replicas: 0 },
      { atMs: 90_000, replicas: 8 },
    ],
  });
});

test.for([
  ['0,4', 'demand.csv:1: no "at_ms,replicas"'],
  ['at_ms,replicas\n5,4', 'demand.csv:2: the first row is not about 0 ms'],
  ['at_ms,replicas\n0,4\n0,5', 'demand.csv:3: 0 ms is not after the row above'],
  ['at_ms,replicas\n0,-4', 'demand.csv:2: not milliseconds and 0 to 100 replicas'],
  ['at_ms,replicas\n0,101', 'demand.csv:2: not milliseconds and 0 to 100 replicas'],
] as const)('refuses %j at its line', ([text, message]) => {
  expect(() => read(text)).toThrow(message);
});

test('what lies behind the end of the trace is wanted by nobody', () => {
  const demand = read('at_ms,replicas\n0,0\n60000,4\n90000,8\n');
  expect(demandUntil(demand, 90_000)).toMatchObject({ wanted: 4, demand: [{ atMs: 0 }, { atMs: 60_000 }] });
  expect(() => demandUntil(demand, 60_000)).toThrow('no replica is wanted before the trace ends');
  expect(demandUntil({ wanted: 3 }, 1)).toEqual({ wanted: 3 });
});
