/** An app whose words reach a store in memory, by the engine's own hand. */
import { say } from '../../../src/engine/say.ts';
import type { Config } from '../../../src/model/config.ts';
import type { JournalBody } from '../../../src/model/journal-entry.ts';
import type { Actor } from '../../../src/model/operation.ts';
import type { Store } from '../../../src/ports/store.ts';
import { type FakeApp, fakeApp } from './fake-app.ts';

export const ada: Actor = { kind: 'person', name: 'ada', host: 'desk', pid: 7 };

type Given = Parameters<typeof fakeApp>[0];

export function sayingApp(store: Store, config?: Config, given: Given = {}): FakeApp {
  const reading =
    config === undefined ? {} : { reading: { kind: 'valid', config, warnings: { text: '', findings: [] } } as const };
  const app = fakeApp({
    ...reading,
    openStore: async () => store,
    say: (_, word) => say({ store, clock: app.clock, actor: ada }, word),
    ...given,
  });
  return app;
}

export async function bodiesOf(store: Store): Promise<readonly JournalBody[]> {
  return (await store.journal.read({})).map(({ body }) => body);
}
