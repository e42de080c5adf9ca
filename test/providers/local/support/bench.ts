/** Calls and conditions for tests of one local site. */
import { afterEach } from 'vitest';
import type { LaunchSpec } from '../../../../src/model/deployment.ts';
import type { Reply } from '../../../../src/model/outcome.ts';
import type { Replica } from '../../../../src/model/replica.ts';
import type { WriteCall } from '../../../../src/ports/call.ts';
import type { Provider } from '../../../../src/ports/provider.ts';
import { clock, type LocalSite, launchIn, makeSite } from './site.ts';

const sites: LocalSite[] = [];
afterEach(async () => {
  await Promise.all(sites.splice(0).map((site) => site.dispose()));
});

/** A site that ends with the test, and a session on it. */
export async function openSite() {
  const site = await makeSite();
  sites.push(site);
  const provider = await site.open();
  const start = (key: string, launch: LaunchSpec = site.launch, slot = 0, from: Provider = provider) =>
    from.start({ deployment: 'chat', model: 'tiny', slot, launch }, write(key));
  return {
    site,
    provider,
    start,
    started: async (key: string, launch?: LaunchSpec, slot?: number) => value(await start(key, launch, slot)),
    stop: (replica: Replica, change: Partial<WriteCall> = {}, how: 'stop' | 'delete' = 'delete') =>
      provider.stop(replica, how, { ...write('stop'), ...change }),
    async listed(): Promise<readonly Replica[]> {
      const sight = await provider.list({ deployment: 'chat' }, write('list'));
      if (sight.kind === 'unknown') throw new Error(sight.error.message);
      return sight.value;
    },
    /** A launch of a Node script; `process.argv[1]` is the site's folder, `[2]` the port. */
    script: (text: string, change: Partial<LaunchSpec> = {}): LaunchSpec => ({
      ...launchIn(site.dir, text),
      ...change,
    }),
  };
}

export function write(idempotencyKey: string): WriteCall {
  const { signal } = new AbortController();
  return { signal, deadlineAtMonoMs: clock.monoMs() + 8000, operationId: 'op', epoch: 1, idempotencyKey };
}

export function value<T>(reply: Reply<T>): T {
  if (reply.kind !== 'done') throw new Error(`${reply.kind}: ${reply.error.code} ${reply.error.message}`);
  return reply.value;
}
