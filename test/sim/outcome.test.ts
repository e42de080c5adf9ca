import { expect, test } from 'vitest';
import { differencesOf, type Outcome } from '../../src/sim/outcome.ts';

const outcome: Outcome = {
  weights: { amber: 0, birch: 100 },
  serving: { amber: [0], birch: [0] },
  operations: ['automatic failover from amber done'],
  starts: { amber: 2, birch: 1 },
  stops: { amber: 0, birch: 0 },
  weighed: [{ amber: 100 }, { birch: 100 }],
};
const again: Outcome = { ...outcome, starts: { amber: 2, birch: 2 } };
const elsewhere: Outcome = { ...outcome, starts: { amber: 1, birch: 2 } };

test.for<{ name: string; decisions: readonly string[]; seen: Outcome; differs: readonly string[] }>([
  { name: 'a crash changes nothing', decisions: ['call/host-1#3@10+0:before'], seen: outcome, differs: [] },
  {
    name: 'a crash may not start more',
    decisions: ['call/host-1#3@10+0:after'],
    seen: again,
    differs: ['starts: {"amber":2,"birch":2} instead of {"amber":2,"birch":1}'],
  },
  {
    name: 'a lost answer may not start it elsewhere',
    decisions: ['link/host-1/api/amber#3@10+0:lost'],
    seen: elsewhere,
    differs: ['starts: {"amber":1,"birch":2} instead of {"amber":2,"birch":1}'],
  },
  { name: 'a refusal may', decisions: ['cloud/amber#3@10+0:throttled'], seen: elsewhere, differs: [] },
  {
    name: 'but not start more',
    decisions: ['cloud/amber#3@10+0:auth', 'call/host-1#3@10+0:before'],
    seen: again,
    differs: ['starts: 4 instead of 3'],
  },
  { name: 'what is sold out may have to be', decisions: ['cloud/amber#3@10+0:capacity'], seen: again, differs: [] },
  { name: 'a terminal that dies asks for nothing', decisions: ['call/desk-1#3@10+0:before'], seen: again, differs: [] },
])('$name', ({ decisions, seen, differs }) => {
  expect(differencesOf(outcome, decisions, seen)).toEqual(differs);
});
