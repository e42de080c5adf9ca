/** What every store promises of its journal and its snapshots. */
import assert from 'node:assert/strict';
import type { ContractCase } from '../contract-case.ts';
import { leaseDraft, operationDraft, operationOf, snapshotOf, stepDraft } from './samples.ts';
import { asStored, type MakeStore, storeCase } from './subject.ts';

const emptyHead = { seq: 0, hash: '0'.repeat(64) };

export function journalCases(make: MakeStore): readonly ContractCase[] {
  return [...appendCases(make), ...readCases(make), ...snapshotCases(make)];
}

function appendCases(make: MakeStore): readonly ContractCase[] {
  return [
    storeCase(make, 'an empty journal’s head is number 0 and a hash of zeros', async (subject) => {
      const store = await subject.open();
      assert.deepEqual(await store.journal.head(), emptyHead);
      assert.deepEqual(await store.journal.read({}), []);
    }),
    storeCase(make, 'appending nothing changes nothing', async (subject) => {
      const store = await subject.open();
      assert.deepEqual(await store.journal.append([]), emptyHead);
    }),
    storeCase(make, 'entries are numbered from 1 and come back as they were written', async (subject) => {
      const store = await subject.open();
      const drafts = [leaseDraft(), operationDraft(operationOf('op-1')), stepDraft('op-1', 0)];
      const head = await store.journal.append(drafts);
      const entries = await store.journal.read({});
      assert.deepEqual(
        entries.map(({ seq, hash, ...draft }) => asStored(draft)),
        asStored(drafts),
      );
      assert.deepEqual(
        entries.map(({ seq }) => seq),
        [1, 2, 3],
      );
      assert.deepEqual({ seq: entries.at(-1)?.seq, hash: entries.at(-1)?.hash }, head);
      assert.deepEqual(await store.journal.head(), head);
    }),
    storeCase(make, 'every entry has a hash of its own, also when the text repeats', async (subject) => {
      const store = await subject.open();
      await store.journal.append([leaseDraft(), leaseDraft(), leaseDraft()]);
      const hashes = (await store.journal.read({})).map(({ hash }) => hash);
      assert.equal(new Set(hashes).size, 3);
      for (const hash of hashes) assert.match(hash, /^[0-9a-f]{64}$/);
    }),
    storeCase(make, 'two processes append in turn to one chain', async (subject) => {
      const [one, two] = [await subject.open(), await subject.open()];
      for (let round = 0; round < 5; round++) {
        await one.journal.append([leaseDraft(), stepDraft('op-1', round)]);
        await two.journal.append([leaseDraft({ deployment: 'embed' })]);
      }
      const entries = await two.journal.read({});
      assert.deepEqual(
        entries.map(({ seq }) => seq),
        Array.from({ length: 15 }, (_, index) => index + 1),
      );
      assert.deepEqual(await one.journal.head(), await two.journal.head());
    }),
    storeCase(make, 'what was appended is there for whoever opens the state next', async (subject) => {
      const first = await subject.open();
      const head = await first.journal.append([leaseDraft()]);
      await first.close();
      const next = await subject.open();
      assert.deepEqual(await next.journal.head(), head);
      assert.equal((await next.journal.append([leaseDraft()])).seq, 2);
    }),
  ];
}

function readCases(make: MakeStore): readonly ContractCase[] {
  const filled = async (subject: Parameters<Parameters<typeof storeCase>[2]>[0]) => {
    const store = await subject.open();
    await store.journal.append([
      operationDraft(operationOf('op-1')),
      leaseDraft({ deployment: 'embed' }),
      stepDraft('op-1', 0),
      stepDraft('op-2', 0),
      stepDraft('op-1', 1),
    ]);
    return async (query: Parameters<typeof store.journal.read>[0]) =>
      (await store.journal.read(query)).map(({ seq }) => seq);
  };
  return [
    storeCase(make, 'reading by deployment gives that deployment’s entries alone', async (subject) => {
      const read = await filled(subject);
      assert.deepEqual(await read({ deployment: 'embed' }), [2]);
      assert.deepEqual(await read({ deployment: 'nobody' }), []);
    }),
    storeCase(make, 'reading by operation gives its own entries and its steps’', async (subject) => {
      const read = await filled(subject);
      assert.deepEqual(await read({ operationId: 'op-1' }), [1, 3, 5]);
      assert.deepEqual(await read({ operationId: 'op-1', deployment: 'embed' }), []);
      assert.deepEqual(await read({ operationId: 'op-1', deployment: 'chat', afterSeq: 1 }), [3, 5]);
    }),
    storeCase(make, 'what an operation wrote since it was read is there when it is read again', async (subject) => {
      const [one, two] = [await subject.open(), await subject.open()];
      const read = async () => (await one.journal.read({ operationId: 'op-1' })).map(({ seq }) => seq);
      assert.deepEqual(await read(), []);
      await two.journal.append([operationDraft(operationOf('op-1')), stepDraft('op-2', 0)]);
      assert.deepEqual(await read(), [1]);
      await one.journal.append([stepDraft('op-1', 0)]);
      await two.journal.append([stepDraft('op-1', 1)]);
      assert.deepEqual(await read(), [1, 3, 4]);
    }),
    storeCase(make, 'a limit keeps the newest, still in order', async (subject) => {
      const read = await filled(subject);
      assert.deepEqual(await read({ limit: 2 }), [4, 5]);
      assert.deepEqual(await read({ afterSeq: 3 }), [4, 5]);
      assert.deepEqual(await read({ afterSeq: 5 }), []);
    }),
    storeCase(make, 'what came before a number: the newest of it, still in order', async (subject) => {
      const read = await filled(subject);
      assert.deepEqual(await read({ beforeSeq: 4 }), [1, 2, 3]);
      assert.deepEqual(await read({ beforeSeq: 4, limit: 2 }), [2, 3]);
      assert.deepEqual(await read({ beforeSeq: 5, operationId: 'op-1' }), [1, 3]);
      assert.deepEqual(await read({ beforeSeq: 1 }), []);
      assert.deepEqual(await read({ beforeSeq: 99, afterSeq: 4 }), [5]);
    }),
  ];
}

function snapshotCases(make: MakeStore): readonly ContractCase[] {
  return [
    storeCase(make, 'the newest snapshot of a deployment replaces the one before', async (subject) => {
      const [one, two] = [await subject.open(), await subject.open()];
      assert.equal(await two.snapshots.get('chat'), undefined);
      await one.snapshots.put(snapshotOf('chat', 1));
      await one.snapshots.put(snapshotOf('chat', 2));
      await one.snapshots.put(snapshotOf('embed', 3));
      assert.deepEqual(asStored(await two.snapshots.get('chat')), asStored(snapshotOf('chat', 2)));
    }),
  ];
}
