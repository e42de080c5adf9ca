import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Replica } from '../../../src/model/replica.ts';
import type { Provider } from '../../../src/ports/provider.ts';
import { lasts } from '../../fakes/azure/machines.ts';
import { answers } from '../../fakes/azure/server.ts';
import { createStepClock, type StepClock } from '../support/step-clock.ts';
import { callsOf, done, request } from './support/calls.ts';
import { type AzureSite, makeAzureSite } from './support/site.ts';

/** What Azure takes minutes for takes minutes here: ten times as long as in the fake's own time. */
const speed = 0.1;
/** What a lease leaves of a call, in milliseconds. */
const withinMs = 9000;
/** https://docs.azure.cn/en-us/virtual-machines/compute-throttling-limits, checked 2026-11-27. */
const looksPerMinute = 12;

let clock: StepClock;
let site: AzureSite;
let replica: Replica;
beforeEach(async () => {
  clock = createStepClock();
  site = await makeAzureSite({ clock, speed });
  replica = done(await (await site.open()).start(request, callsOf(clock)('k1')));
  await clock.sleep(lasts.creating / speed, new AbortController().signal);
});
afterEach(() => site.dispose());

const count = (operation: string): number => site.azure.calls.filter((each) => each === operation).length;

/** Tries again and again, each from a process of its own, as after a kill, until it is done; how often it was not. */
async function stopByTries(how: 'stop' | 'delete', open: () => Promise<Provider>) {
  const [sinceMonoMs, before] = [clock.monoMs(), count('VirtualMachines_Get')];
  for (let tries = 1; tries < 100; tries += 1) {
    const reply = await (await open()).stop(replica, how, callsOf(clock)('s1', { withinMs }));
    const minutes = (clock.monoMs() - sinceMonoMs) / 60_000;
    if (reply.kind === 'done') return { tries, looksAMinute: (count('VirtualMachines_Get') - before) / minutes };
    expect(reply, `try ${tries}`).toMatchObject({ kind: 'unknown', error: { code: 'StillStopping' } });
  }
  throw new Error('not stopped');
}

test.for([
  ['stop', 'VirtualMachines_Deallocate'],
  ['delete', 'VirtualMachines_Delete'],
] as const)(
  'a %s that takes longer than many calls is told to Azure once and followed, with few looks at the machine',
  async ([how, operation]) => {
    const { tries, looksAMinute } = await stopByTries(how, () => site.open());
    expect(tries).toBeGreaterThan(9);
    expect(looksAMinute).toBeLessThan(looksPerMinute / 2);
    expect([count(operation), site.azure.group.billedMachines()]).toEqual([1, []]);
  },
);

test('a deallocation whose answer is on nobody’s record is under way, and not refused', async () => {
  const { tries, looksAMinute } = await stopByTries('stop', () => site.openWith({ elsewhere: true }));
  expect(tries).toBeGreaterThan(9);
  // Two looks for each try at most.
  expect(looksAMinute).toBeLessThanOrEqual((2 * 60_000) / withinMs);
  expect(count('VirtualMachines_Deallocate')).toBe(1);
});

test.for(['drop', answers.throttled] as const)(
  'a look at the operation that came to nothing (%o) does not forget it',
  async (answer) => {
    const session = await site.open();
    const stop = (within: number) => session.stop(replica, 'stop', callsOf(clock)('s1', { withinMs: within }));
    expect((await stop(withinMs)).kind).toBe('unknown');
    const before = count('VirtualMachines_Get');
    site.azure.fault({ action: 'Operations_Get', when: 'before', answer });
    expect(await stop(withinMs)).toMatchObject({ kind: 'unknown', error: { code: 'StillStopping' } });
    expect(await stop(withinMs)).toMatchObject({ kind: 'unknown', error: { code: 'StillStopping' } });
    expect(count('VirtualMachines_Get')).toBe(before);
  },
);

test('a machine that is being deallocated is deleted when that is asked for', async () => {
  const session = await site.open();
  const stopping = await session.stop(replica, 'stop', callsOf(clock)('s1', { withinMs }));
  expect(stopping).toMatchObject({ kind: 'unknown', error: { code: 'StillStopping' } });
  done(await session.stop(replica, 'delete', callsOf(clock)('s2', { withinMs: 600_000 })));
  expect(site.azure.group.billed()).toEqual([]);
});

test('a machine that somebody else is changing is refused to be stopped, and looked at no more often than it may be', async () => {
  site.azure.group.machines[0]?.start(site.azure.group.nowMs());
  const before = count('VirtualMachines_Get');
  const reply = await (await site.open()).stop(replica, 'stop', callsOf(clock)('s1', { withinMs }));
  expect(reply).toMatchObject({ kind: 'refused', error: { class: 'transient', code: 'NotStoppableYet' } });
  expect(count('VirtualMachines_Get') - before).toBe(2);
  expect(count('VirtualMachines_Deallocate')).toBe(0);
});
