import { expect, test } from 'vitest';
import type { App, SimulateOptions } from '../../../src/cli/app.ts';
import { runCommand } from '../../../src/cli/run-command.ts';
import type { SimulatedSeed } from '../../../src/model/simulation.ts';
import { fakeApp } from '../support/fake-app.ts';
import { config } from '../support/models.ts';

function world(seed: number, rest: Partial<SimulatedSeed> = {}): SimulatedSeed {
  return { seed, forMs: 60_000, moments: [], smallFaults: 0, failovers: 1, troubles: [], violations: [], ...rest };
}

function simulating(worlds: (seed: number) => SimulatedSeed, given: Parameters<typeof fakeApp>[0] = {}) {
  const asked: SimulateOptions[] = [];
  const simulate: App['simulate'] = async (_, options, watch) => {
    asked.push(options);
    return Array.from({ length: options.seeds }, (_unused, index) => {
      const story = worlds(options.from + index);
      watch.onBegin(story.seed);
      watch.onEnd(story);
      return story;
    });
  };
  return { app: fakeApp({ simulate, ...given }), asked };
}

test('five worlds with failing sites, each told, then summed up', async () => {
  const { app, asked } = simulating((seed) => world(seed));
  expect(await runCommand(['simulate', 'my config.yaml'], app)).toBe(0);
  expect(asked).toEqual([{ deployment: 'chat', from: 1, seeds: 5, faults: ['site'] }]);
  expect(app.printed.out).toContain('✔ seed 5  1 failover in 1m');
  expect(app.printed.out).toContain('✔ 5 of 5 worlds of chat, mode');
  expect(app.printed.err).toBe("one again  godwit simulate 'my config.yaml' --seed 1\n");
});

test('a seed is one world; with a number it is the first', async () => {
  const { app, asked } = simulating((seed) => world(seed));
  await runCommand(['simulate', '--seed', '7'], app);
  await runCommand(['simulate', '--seed', '7', '--seeds', '2'], app);
  expect(asked.map(({ from, seeds }) => [from, seeds])).toEqual([
    [7, 1],
    [7, 2],
  ]);
});

test('the hint names the world with the violation, and all that was typed', async () => {
  const violation = { invariant: 'I4', message: 'left', atMs: 1 };
  const { app } = simulating((seed) => world(seed, { violations: seed === 3 ? [violation] : [] }));
  const argv = ['simulate', 'a.yaml', '--deployment', 'chat', '--faults', 'site,network'];
  expect(await runCommand(argv, app)).toBe(1);
  expect(app.printed.err).toBe(
    'one again  godwit simulate a.yaml --deployment chat --faults site,network --seed 3\n(exit 1)\n',
  );
});

test('-o json is one object with every world', async () => {
  const { app } = simulating((seed) => world(seed, { troubles: ['late'] }));
  expect(await runCommand(['simulate', 'a.yaml', '--seeds', '2', '-o', 'json'], app)).toBe(0);
  expect(JSON.parse(app.printed.out)).toMatchObject({
    ...{ apiVersion: 'godwit/v1', kind: 'SimulationReport', config: 'a.yaml', deployment: 'chat', faults: ['site'] },
    again: 'godwit simulate a.yaml --seed 1',
    summary: { seeds: 2, failovers: 2, outages: 0, heldBack: [], unwell: 2, violations: 0 },
    worlds: [{ seed: 1, troubles: ['late'] }, { seed: 2 }],
  });
});

test('an interrupt ends with what was done', async () => {
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    const { app } = simulating((seed) => world(seed), { interrupted: AbortSignal.abort(signal) });
    expect(await runCommand(['simulate', 'a.yaml'], app)).toBe(code);
    expect(app.printed.out).toContain('of 5 worlds of chat');
  }
});

test('of several deployments one must be named', async () => {
  const [chat] = config().deployments;
  if (chat === undefined) throw new Error('there is one');
  const two = { ...config(), deployments: [chat, { ...chat, name: 'embed' }] };
  const reading = { kind: 'valid', config: two, warnings: { text: '', findings: [] } } as const;
  const { app, asked } = simulating((seed) => world(seed), { reading });
  expect(await runCommand(['simulate', 'a.yaml'], app)).toBe(2);
  expect(app.printed.err).toContain('has 2 deployments: name one\n  try  --deployment chat');
  expect(await runCommand(['simulate', 'a.yaml', '--deployment', 'embed'], app)).toBe(0);
  expect(asked.map(({ deployment }) => deployment)).toEqual(['embed']);
  expect(await runCommand(['simulate', 'a.yaml', '--deployment', 'embd'], app)).toBe(2);
});

test.for([
  [['--faults', 'site,netwrk'], 'allowed: site, network'],
  [['--seeds', '0'], 'from 1 to 10000'],
  [['--seed', '1.5'], 'write a whole number'],
] as const)('%s is refused', async ([argv, why]) => {
  const { app } = simulating((seed) => world(seed));
  expect(await runCommand(['simulate', ...argv], app)).toBe(2);
  expect(app.printed.err).toContain(why);
});
