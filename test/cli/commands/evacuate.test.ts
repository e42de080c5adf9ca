/** Every deployment off one site: `evacuate` and its preview. */
import { expect, test } from 'vitest';
import { runCommand } from '../../../src/cli/run-command.ts';
import type { WishEnd } from '../../../src/engine/carry-out.ts';
import { GodwitError } from '../../../src/errors.ts';
import type { Operation } from '../../../src/model/operation.ts';
import type { Preview } from '../../../src/model/preview.ts';
import type { Wish } from '../../../src/model/wish.ts';
import { fakeApp, liveTerminal } from '../support/fake-app.ts';
import { config, deployment, nowMs, operation } from '../support/models.ts';
import { planned, preview } from '../support/previews.ts';

const both = [deployment(), deployment({ name: 'embed' })];
const reading = { kind: 'valid', config: config({ deployments: both }), warnings: { text: '', findings: [] } } as const;
const ended = (over: Partial<Operation>): WishEnd => ({
  kind: 'ended',
  operation: operation({ endedAtMs: nowMs, ...over }),
  by: 'controller',
});

test('evacuate moves every deployment that has traffic there, each with its own result; the worst exit wins', async () => {
  const wishes: Wish[] = [];
  const app = fakeApp({
    reading,
    preview: async (_, wish) => preview(wish),
    carryOut: async (_, wish) => {
      wishes.push(wish);
      return ended({ state: wish.deployment === 'chat' ? 'returned' : 'done' });
    },
  });
  const argv = ['evacuate', 'site-a', '--for', '2h', '--reason', 'network', '--yes', '-o', 'json'];
  expect(await runCommand(argv, app)).toBe(12);
  expect(wishes).toMatchObject([
    { deployment: 'chat', kind: 'shift', from: 'site-a', forMs: 7_200_000 },
    { deployment: 'embed', kind: 'shift', from: 'site-a' },
  ]);
  expect(JSON.parse(app.printed.out)).toMatchObject({
    kind: 'Evacuation',
    items: [
      { deployment: 'chat', exit: 'returned' },
      { deployment: 'embed', exit: 'done' },
    ],
  });
});

test('evacuate leaves alone what has no traffic there, and goes on when one is refused', async () => {
  const wishes: Wish[] = [];
  const app = fakeApp({
    reading,
    preview: async (_, wish) =>
      preview(wish, {
        against: [
          wish.deployment === 'chat'
            ? { code: 'ResidencyBlocked', message: 'US' }
            : { code: 'AlreadyThere', message: 'no traffic' },
        ],
      }),
    carryOut: async (_, wish) => {
      wishes.push(wish);
      return ended({ state: 'done' });
    },
  });
  expect(await runCommand(['evacuate', 'site-a', '--reason', 'x', '--yes'], app)).toBe(5);
  expect(wishes).toEqual([]);
  expect(app.printed.err).toContain('chat: Nothing was changed.');
});

test('evacuate of a site without traffic is nothing to do; of an unknown one a mistake', async () => {
  const against = [{ code: 'AlreadyThere', message: 'no traffic' }] as const;
  const app = fakeApp({ reading, preview: async (_, wish) => preview(wish, { against }) });
  expect(await runCommand(['evacuate', 'site-a', '--reason', 'x'], app)).toBe(0);
  expect(await runCommand(['evacuate', 'site-z', '--reason', 'x'], app)).toBe(2);
  expect(await runCommand(['evacuate', 'site-a'], app)).toBe(2);
});

const evacuate = ['evacuate', 'site-a', '--for', '2h', '--reason', 'network', '--progress', 'none'];

test.for([
  ['plan', 'evacuate', 'site-a', '--for', '2h', '--reason', 'network', '--progress', 'none'],
  [...evacuate, '--dry-run'],
])('%s shows each deployment, changes nothing and says once what to type', async (argv) => {
  const app = fakeApp({ reading, preview: async (_, wish) => preview(wish) });
  expect(await runCommand(argv, app)).toBe(0);
  expect(app.printed.out.match(/SITE +NOW +THEN/g)).toHaveLength(2);
  expect(app.printed.err).toContain(
    'Nothing was changed. To do this:  godwit evacuate site-a --for 2h --reason network --progress none --config /etc/godwit/godwit.yaml\n',
  );
  expect(app.printed.err.match(/To do this/g)).toHaveLength(1);
});

test('a preview of an evacuation that is refused exits as the refusal, and names no command', async () => {
  const against = [{ code: 'ResidencyBlocked', message: 'US' }] as const;
  const app = fakeApp({ reading, preview: async (_, wish) => preview(wish, { against }) });
  expect(await runCommand(['plan', 'evacuate', 'site-a'], app)).toBe(5);
  expect(app.printed.err).not.toContain('To do this');
});

const step = (name: string): Partial<Preview> => {
  const made = planned();
  return { planned: { ...made, basis: { ...made.basis, steps: made.basis.steps.map((each) => ({ ...each, name })) } } };
};

/** Two deployments are looked at in each round; the last world stays. */
function appThatSees(...worlds: readonly Partial<Preview>[]) {
  const wishes: Wish[] = [];
  let looks = 0;
  const app = fakeApp({
    reading,
    terminal: liveTerminal,
    ask: async () => 'y',
    preview: async (_, wish) => {
      const round = Math.floor(looks / 2);
      looks += 1;
      return preview(wish, worlds[Math.min(round, worlds.length - 1)]);
    },
    carryOut: async (_, wish) => {
      wishes.push(wish);
      return ended({ state: 'done' });
    },
  });
  return { app, wishes, looks: () => looks };
}

test('after the answer all are looked at again, and each is done over that world only', async () => {
  const { app, wishes, looks } = appThatSees({});
  expect(await runCommand(evacuate, app)).toBe(0);
  expect(looks()).toBe(4);
  expect(wishes).toMatchObject(both.map(({ name }) => ({ deployment: name, expect: planned().basis })));
});

test('with --yes nobody took time to read: one look, and no world is expected', async () => {
  const { app, wishes, looks } = appThatSees({});
  expect(await runCommand([...evacuate, '--yes'], app)).toBe(0);
  expect(looks()).toBe(2);
  expect(wishes.map((wish) => wish.expect)).toEqual([undefined, undefined]);
});

test('a plan that is another one after the answer is shown and asked for again; three times over it is given up', async () => {
  const once = appThatSees(step('1-x'), step('1-y'));
  expect(await runCommand(evacuate, once.app)).toBe(0);
  expect(once.app.printed.err).toContain('The plan is another one than the one you answered for.');
  expect(once.wishes).toHaveLength(2);
  const never = appThatSees(step('1-a'), step('1-b'), step('1-c'), step('1-d'));
  expect(await runCommand(evacuate, never.app)).toBe(5);
  expect(never.wishes).toEqual([]);
  expect(never.app.printed.out).toContain('WorldMoved');
});

test('a site that lost its traffic while somebody read is nothing to do', async () => {
  const { app, wishes } = appThatSees({}, { against: [{ code: 'AlreadyThere', message: 'no traffic' }] });
  expect(await runCommand(evacuate, app)).toBe(0);
  expect(app.printed.out).toContain('Nothing to do');
  expect(wishes).toEqual([]);
});

test('evacuate tells of one that throws beside those that are done', async () => {
  const app = fakeApp({
    reading,
    preview: async (_, wish) => preview(wish),
    carryOut: async (_, wish) => {
      if (wish.deployment === 'embed') throw new GodwitError('StoreFailed', 'no room', { hint: 'make room' });
      return ended({ state: 'done' });
    },
  });
  expect(await runCommand(['evacuate', 'site-a', '--reason', 'network', '--yes'], app)).toBe(1);
  expect(app.printed.out).toContain('op-7f3k');
  expect(app.printed.err).toContain('embed: error: no room\n  make room\n  Nothing was changed.');
});
