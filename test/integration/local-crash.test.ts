import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Provider } from '../../src/ports/provider.ts';
import { value, write } from '../providers/local/support/bench.ts';
import { clock, type LocalSite, launchIn, listens, makeSite, random, until } from '../providers/local/support/site.ts';

const cycles = 15;
const slots = 3;
/** Long enough for the starter to be anywhere in its second or third round. */
const longestLifeMs = 400;
const program = join(import.meta.dirname, 'support/start-replicas.ts');

/** As the tests' launch, with the replica's name among its arguments: it tells the slot of a process. */
function launchOf(site: LocalSite) {
  const launch = launchIn(site.dir, listens);
  return { ...launch, command: [...launch.command, '${replica}'], stopGraceMs: 300 };
}

/** How many live processes each slot has. */
function liveBySlot(site: LocalSite): Readonly<Record<string, number>> {
  const names = site.pids().flatMap((pid) => readReplica(pid) ?? []);
  return Object.fromEntries([...new Set(names)].map((name) => [name, names.filter((each) => each === name).length]));
}

function readReplica(pid: number): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
      .split('\0')
      .find((word) => word.startsWith('here-chat-'));
  } catch (error) {
    if (error instanceof Error && 'code' in error) return undefined;
    throw error;
  }
}

async function killSomewhere(site: LocalSite, key: string): Promise<number> {
  const args = [program, site.dir, site.ports, key, String(slots), JSON.stringify(launchOf(site))];
  const starter = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const lifeMs = Math.round(random.next() * longestLifeMs);
  try {
    await once(starter.stdout, 'data');
    await clock.sleep(lifeMs, new AbortController().signal);
  } finally {
    starter.kill('SIGKILL');
    await once(starter, 'exit');
  }
  return lifeMs;
}

async function start(provider: Provider, site: LocalSite, slot: number, key: string): Promise<string> {
  const request = { deployment: 'chat', model: 'tiny', slot, launch: launchOf(site) };
  const reply = await provider.start(request, write(key));
  return reply.kind === 'done' ? 'done' : reply.error.code;
}

async function listed(provider: Provider) {
  const sight = await provider.list({ deployment: 'chat' }, write('list'));
  if (sight.kind === 'unknown') throw new Error(sight.error.message);
  return sight.value;
}

test('killed anywhere, whoever starts replicas leaves no slot doubled and nothing behind', async () => {
  const site = await makeSite();
  try {
    for (let cycle = 0; cycle < cycles; cycle += 1) {
      const lives = await Promise.all([killSomewhere(site, `c${cycle}a`), killSomewhere(site, `c${cycle}b`)]);
      const told = `cycle ${cycle}, starters killed after ${lives.join(' and ')} ms`;
      const provider = await site.open();
      // What the killed starters left is known to the next session, process for process.
      await until(`${told}: all known`, async () => {
        const known = (await listed(provider)).filter(({ billed }) => billed === 'yes').map(({ id }) => id);
        return JSON.stringify(known.sort()) === JSON.stringify(Object.keys(liveBySlot(site)).sort());
      });
      // Their own keys find what they made, or make it now: never a second one.
      for (const { slot, startKey } of await listed(provider))
        expect(await start(provider, site, slot, startKey), told).toBe('done');
      expect(Math.max(0, ...Object.values(liveBySlot(site))), told).toBeLessThanOrEqual(1);
      for (const replica of await listed(provider))
        if (replica.state !== 'running') value(await provider.stop(replica, 'delete', write(`clear-${cycle}`)));
      for (let slot = 0; slot < slots; slot += 1) {
        expect(['done', 'SlotTaken'], told).toContain(await start(provider, site, slot, `again-${cycle}/${slot}`));
      }
      expect(liveBySlot(site), told).toEqual({ 'here-chat-0': 1, 'here-chat-1': 1, 'here-chat-2': 1 });
      for (const replica of await listed(provider))
        value(await provider.stop(replica, 'delete', write(`end-${cycle}`)));
      expect(site.pids(), told).toEqual([]);
      expect(await listed(provider), told).toEqual([]);
      await provider.close();
    }
  } finally {
    await site.dispose();
  }
});
