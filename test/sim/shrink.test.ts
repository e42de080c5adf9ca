import fc from 'fast-check';
import { expect, test } from 'vitest';
import { shrink } from '../../src/sim/shrink.ts';

const never = (): boolean => false;

function decisionsOf(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `place-${index % 7}#${index}@${index * 10}+0:kind`);
}

test('what is left is what breaks it, and nothing beside it', async () => {
  const property = fc.asyncProperty(
    fc
      .integer({ min: 1, max: 60 })
      .chain((count) => fc.tuple(fc.constant(count), fc.subarray([...decisionsOf(count)]))),
    async ([count, needed]) => {
      const breaks = async (kept: readonly string[]) => needed.every((each) => kept.includes(each));
      const { kept, isLeast } = await shrink(decisionsOf(count), { breaks, isOver: never });
      expect(kept).toEqual(needed);
      expect(isLeast).toBe(true);
    },
  );
  await fc.assert(property, { numRuns: 200 });
});

test('of any rule what is left still breaks it, and does so no more without any one of it', async () => {
  const property = fc.asyncProperty(fc.integer(), fc.integer({ min: 1, max: 40 }), async (salt, count) => {
    const all = decisionsOf(count);
    // As erratic as a world that goes another way with every decision that is taken from it.
    const breaks = async (kept: readonly string[]) =>
      kept.length === all.length || (kept.length > 0 && hashOf(`${salt}${kept.join()}`) % 3 > 0);
    const { kept } = await shrink(all, { breaks, isOver: never });
    expect(await breaks(kept)).toBe(true);
    for (const each of kept) expect(await breaks(kept.filter((other) => other !== each))).toBe(false);
  });
  await fc.assert(property, { numRuns: 200 });
});

test('a hundred decisions of which two matter take few worlds', async () => {
  const all = decisionsOf(100);
  const breaks = async (kept: readonly string[]) => [3, 77].every((at) => kept.includes(all[at] ?? ''));
  const { kept, runs } = await shrink(all, { breaks, isOver: never });
  expect(kept).toEqual([all[3], all[77]]);
  expect(runs).toBeLessThan(40);
});

test.for([0, 1, 10])('when time is up after %i worlds it says so, and what is left still breaks it', async (worlds) => {
  let runs = 0;
  const all = decisionsOf(50);
  const breaks = async (kept: readonly string[]) => {
    runs += 1;
    return kept.includes(all[20] ?? '');
  };
  const shrunk = await shrink(all, { breaks, isOver: () => runs >= worlds });
  expect(shrunk).toMatchObject({ runs: worlds, isLeast: false });
  expect(await breaks(shrunk.kept)).toBe(true);
});

test('nothing to cut is nothing to run', async () => {
  const breaks = async (): Promise<boolean> => {
    throw new Error('never asked');
  };
  expect(await shrink([], { breaks, isOver: never })).toEqual({ kept: [], runs: 0, isLeast: true });
});

/** FNV-1a. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (const char of text) hash = Math.imul(hash ^ char.charCodeAt(0), 0x01000193);
  return hash >>> 0;
}
