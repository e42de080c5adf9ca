import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Pin, PinSight } from '../../src/model/pin.ts';
import type { Weights } from '../../src/model/route.ts';
import { ana } from '../core/support/pins.ts';
import { entry } from '../core/support/routes.ts';
import { askAdmin, openWorld, settingsOf, temporaryDir } from '../gateway/support/world.ts';
import { fillDisk, isMountExpected, makeRoom, mountSmallDisk } from './support/small-disk.ts';

const pins = '/v1/routes/chat/pins';
const sites = { left: 1, right: 1 };

/** Resolves when it listens, with all that it said until then. */
async function startChild(settings: object): Promise<{ readonly child: ChildProcess; readonly said: string }> {
  const script = join(import.meta.dirname, 'support', 'gateway-child.ts');
  const child = spawn(process.execPath, [script, JSON.stringify(settings)], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  let said = '';
  for await (const part of child.stdout) {
    said += String(part);
    if (said.includes('gateway listens')) break;
  }
  return { child, said };
}

test('kill -9 at any moment: every acknowledged pin stands, and the weights are those of the newest return', async () => {
  const settings = settingsOf(temporaryDir());
  const ask = (method: string, path: string, body?: unknown) => askAdmin(settings.adminSocket, method, path, body);
  let acknowledged: Pin | undefined;
  for (let round = 0; round < 12; round += 1) {
    const { child } = await startChild(settings);
    const seen = (await ask('GET', pins)).value as PinSight;
    if (round === 0) {
      const written = entry({ sites, weights: { left: 100, right: 0 } });
      expect(await ask('PUT', '/v1/routes/chat', written)).toMatchObject({ status: 200 });
    } else {
      const newest = seen.pins.at(-1);
      expect(newest?.number).toBeGreaterThanOrEqual(acknowledged?.number ?? 1);
      expect(seen.pins.find(({ number }) => number === acknowledged?.number)).toEqual(acknowledged);
      // Also for one that nobody was told of: its line and its table go together.
      expect(seen.weights).toEqual(newest?.weights);
      expect(Object.values(seen.weights ?? {}).reduce((sum, each) => sum + each, 0)).toBe(100);
    }
    // One that is surely answered, then as many as come before the kill. A hundred in all fit.
    for (let count = 0, isAlive = true; isAlive && count < 7; count += 1) {
      const left = (round * 7 + count + 1) % 100;
      const weights: Weights = { left, right: 100 - left };
      const asked = ask('POST', pins, { kind: 'return', by: ana, weights });
      if (count === 1) setTimeout(() => child.kill('SIGKILL'), Math.random() * 6);
      const answer = await asked.catch(() => undefined);
      isAlive = answer !== undefined;
      if (answer?.status === 200) acknowledged = answer.value as Pin;
    }
    if (child.signalCode === null) await once(child, 'exit');
  }
  expect(acknowledged?.number).toBeGreaterThanOrEqual(12);
});

describe.runIf(isMountExpected)('a gateway on a disk of one MiB', () => {
  test('full: a pin is refused and does not stand, the old ones do; with room again it is taken', async () => {
    const dir = temporaryDir();
    const unmount = mountSmallDisk(dir, 1);
    onTestFinished(unmount);
    const world = await openWorld({ dir });
    await world.put({ sites, weights: { left: 100, right: 0 } });
    const hold = { kind: 'hold', by: ana };
    const back = { kind: 'return', by: ana, weights: { left: 40, right: 60 } };
    expect(await world.admin('POST', pins, hold)).toMatchObject({ status: 200 });
    fillDisk(dir);
    // The last page of the file has room for a few lines yet.
    let refused = await world.admin('POST', pins, back);
    for (let tries = 0; refused.status === 200 && tries < 50; tries += 1)
      refused = await world.admin('POST', pins, back);
    expect(refused).toMatchObject({ status: 507, value: { message: expect.stringContaining('ENOSPC') } });
    const full = (await world.admin('GET', pins)).value;
    expect(full).toMatchObject({ standing: [1], weights: { left: 100, right: 0 } });
    await world.close();
    const next = await openWorld({ dir });
    expect((await next.admin('GET', pins)).value).toEqual(full);
    makeRoom(dir);
    expect(await next.admin('POST', pins, back)).toMatchObject({ status: 200 });
    expect((await next.admin('GET', pins)).value).toMatchObject({ weights: { left: 40, right: 60 } });
    await next.close();
    const last = await openWorld({ dir });
    expect((await last.admin('GET', pins)).value).toMatchObject({ weights: { left: 40, right: 60 } });
    await last.close();
  });
});
