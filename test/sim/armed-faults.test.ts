import { expect, test } from 'vitest';
import type { FaultRequest } from '../../src/model/fault.ts';
import { ArmedFaults } from '../../src/sim/armed-faults.ts';
import { Schedule } from '../../src/sim/schedule.ts';

function open() {
  const schedule = new Schedule(() => 0);
  let changes = 0;
  const faults = new ArmedFaults({
    ...{ schedule, wallMs: () => schedule.monoMs, onArmed: () => undefined },
    onChange: () => {
      changes += 1;
    },
  });
  /** Lets time pass, with all that was to happen in it. */
  const pass = (ms: number): void => {
    const untilMs = schedule.monoMs + ms;
    let isThere = false;
    schedule.after(ms, () => {
      isThere = true;
    });
    while (!isThere && schedule.step());
    expect(schedule.monoMs).toBe(untilMs);
  };
  return { faults, pass, changes: () => changes };
}

const by = { kind: 'person', name: 'ada', host: 'desk', pid: 1 } as const;

function request(change: Partial<FaultRequest> = {}): FaultRequest {
  const named = { deployment: 'chat', drill: 'loss', run: 'dr-1', by };
  return { ...named, kind: 'blackhole', site: 'amber', sharePct: 100, forMs: 10_000, ...change };
}

test('a fault ends by itself unless the same run arms it again', () => {
  const { faults, pass, changes } = open();
  expect(faults.arm(request())).toMatchObject({ kind: 'done' });
  pass(9000);
  expect(faults.arm(request({ sharePct: 40 }))).toMatchObject({ kind: 'done' });
  pass(9000);
  expect(faults.shareOf('blackhole', 'amber')).toBe(0.4);
  const before = changes();
  pass(1000);
  expect(faults.shareOf('blackhole', 'amber')).toBe(0);
  expect(changes()).toBe(before + 1);
  expect(faults.sight()).toMatchObject({ inForce: [], ended: [{ because: 'nobody armed it again in time' }] });
});

test('who was late arms nothing more, as at the real gateway', () => {
  const { faults, pass } = open();
  faults.arm(request());
  pass(10_000);
  const late = { kind: 'refused', error: { code: 'Lifted', message: 'nobody armed it again in time' } };
  expect(faults.arm(request())).toMatchObject(late);
  expect(faults.arm(request({ site: 'birch' }))).toMatchObject(late);
});

test('another run waits until all have ended', () => {
  const { faults, pass } = open();
  faults.arm(request());
  expect(faults.arm(request({ run: 'dr-2', site: 'birch' }))).toMatchObject({ error: { code: 'Busy' } });
  pass(10_000);
  expect(faults.arm(request({ run: 'dr-2', site: 'birch' }))).toMatchObject({ kind: 'done' });
});

test.for([{ run: undefined }, { run: 'dr-1' }])('what somebody ended is not armed again: %o', ({ run }) => {
  const { faults } = open();
  faults.arm(request());
  faults.lift({ because: 'ada said so', ...(run === undefined ? {} : { run }) });
  expect(faults.inForce).toEqual([]);
  expect(faults.arm(request())).toMatchObject({ error: { code: 'Lifted', message: 'ada said so' } });
  expect(faults.arm(request({ run: 'dr-2' }))).toMatchObject({ kind: 'done' });
});

test('a gateway that is started again knows of none', () => {
  const { faults } = open();
  faults.arm(request());
  faults.lift({ because: 'ada said so' });
  faults.arm(request({ run: 'dr-2' }));
  faults.drop();
  expect(faults.sight()).toEqual({ inForce: [], ended: [] });
  expect(faults.arm(request())).toMatchObject({ kind: 'done' });
});
