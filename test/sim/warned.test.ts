import { expect, test } from 'vitest';
import type { JournalBody } from '../../src/model/journal-entry.ts';
import { runSlowly } from '../../src/sim/drain.ts';
import { calmOptions, type SimOptions } from '../../src/sim/options.ts';
import { simulate } from '../../src/sim/run-seed.ts';

const limit = { timeout: 60_000 };

/** Clouds announce the end of a machine every four seconds or so; else nothing goes wrong. */
async function warnedWorld(seed: number, change: Partial<SimOptions> = {}) {
  const calm = calmOptions(seed);
  const options: SimOptions = {
    ...calm,
    ...{ replicas: 2, evaluateEveryMs: 500, probeEveryMs: 500, chaosMs: 60_000, siteFaults: 1000 },
    every: { ...calm.every, siteFault: 1e9, warned: 4000 },
    ...change,
  };
  const bodies: JournalBody[] = [];
  const { violations } = await runSlowly(simulate(options, { onEntry: ({ body }) => bodies.push(body) }));
  return { violations, bodies };
}

const drainedIn = (bodies: readonly JournalBody[]): readonly string[] =>
  bodies
    .flatMap((body) =>
      body.kind === 'route' && body.state === 'reached'
        ? body.entry.sites.flatMap(({ site, replicas }) =>
            (body.entry.weights[site] ?? 0) > 0 ? replicas.filter(({ state }) => state === 'draining') : [],
          )
        : [],
    )
    .map(({ id }) => id);

test('what is announced is recorded, drains at sites with weight, and breaks no invariant', limit, async () => {
  const { violations, bodies } = await warnedWorld(1);
  expect(violations).toEqual([]);
  const announced = new Set(bodies.flatMap((body) => (body.kind === 'notice' ? [body.notice.replicaId] : [])));
  const drained = new Set(drainedIn(bodies));
  expect(announced.size).toBeGreaterThan(3);
  expect(drained.size).toBeGreaterThan(1);
  expect([...drained].filter((id) => !announced.has(id))).toEqual([]);
});

test('the only replica of the only site with weight never drains', limit, async () => {
  const { violations, bodies } = await warnedWorld(2, { replicas: 1, evaluateEveryMs: 1000 });
  expect(violations).toEqual([]);
  expect(bodies.some(({ kind }) => kind === 'notice')).toBe(true);
  expect(drainedIn(bodies)).toEqual([]);
});
