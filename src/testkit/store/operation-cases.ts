/** What every store promises of operations and of people's requests. */
import assert from 'node:assert/strict';
import type { OperationKind, OperationState, RequestAnswer } from '../../model/operation.ts';
import type { ContractCase } from '../contract-case.ts';
import { alice, leaseDraft, operationDraft, operationOf, requestOf, stepDraft } from './samples.ts';
import { asStored, type MakeStore, refusal, storeCase } from './subject.ts';

export function operationCases(make: MakeStore): readonly ContractCase[] {
  return [...keptCases(make), countCase(make), ...requestCases(make)];
}

function keptCases(make: MakeStore): readonly ContractCase[] {
  return [
    storeCase(make, 'an operation is what its newest journal entry says', async (subject) => {
      const [one, two] = [await subject.open(), await subject.open()];
      assert.equal(await two.operations.get('op-1'), undefined);
      const begun = operationOf('op-1');
      await one.journal.append([operationDraft(begun), stepDraft('op-1', 0)]);
      assert.deepEqual(asStored(await two.operations.get('op-1')), asStored(begun));
      const ended = operationOf('op-1', { state: 'done', step: 1, endedAtMs: begun.openedAtMs + 5 });
      await one.journal.append([operationDraft(ended)]);
      assert.deepEqual(asStored(await two.operations.get('op-1')), asStored(ended));
    }),
    storeCase(make, 'operations are listed newest first, by deployment, openness and age', async (subject) => {
      const store = await subject.open();
      const at = (id: string, openedAtMs: number, endedAtMs?: number) =>
        operationDraft(operationOf(id, { openedAtMs, endedAtMs }));
      await store.journal.append([at('op-1', 100, 150), at('op-2', 200), at('op-3', 300, 350)]);
      await store.journal.append([operationDraft(operationOf('op-4', { openedAtMs: 400 }), { deployment: 'embed' })]);
      const list = async (query: Parameters<typeof store.operations.list>[0]) =>
        (await store.operations.list(query)).map(({ id }) => id);
      assert.deepEqual(await list({}), ['op-4', 'op-3', 'op-2', 'op-1']);
      assert.deepEqual(await list({ deployment: 'chat' }), ['op-3', 'op-2', 'op-1']);
      assert.deepEqual(await list({ deployment: 'chat', open: true }), ['op-2']);
      assert.deepEqual(await list({ deployment: 'chat', open: false }), ['op-3', 'op-1']);
      assert.deepEqual(await list({ limit: 2 }), ['op-4', 'op-3']);
      assert.deepEqual(await list({ deployment: 'chat', open: false, sinceMs: 300 }), ['op-3']);
    }),
    storeCase(make, 'operations are listed by kind, however many others there are', async (subject) => {
      const store = await subject.open();
      const of = (id: string, kind: OperationKind, openedAtMs: number) => {
        const operation = operationOf(id, { openedAtMs, endedAtMs: openedAtMs + 1 });
        return operationDraft({ ...operation, plan: { ...operation.plan, kind } });
      };
      await store.journal.append([of('op-1', 'failover', 100), of('op-2', 'start', 200), of('op-3', 'failback', 300)]);
      const list = async (...kinds: readonly OperationKind[]) =>
        (await store.operations.list({ kinds, limit: 2 })).map(({ id }) => id);
      assert.deepEqual(await list('failover', 'failback'), ['op-3', 'op-1']);
      assert.deepEqual(await list('start'), ['op-2']);
      assert.deepEqual(await list(), []);
    }),
    storeCase(make, 'an open operation is listed however old it is', async (subject) => {
      const store = await subject.open();
      await store.journal.append([operationDraft(operationOf('op-1', { openedAtMs: 100 }))]);
      assert.equal((await store.operations.list({ sinceMs: 5000 })).length, 1);
    }),
    storeCase(make, 'the revision grows with an opened operation and not with its progress', async (subject) => {
      const store = await subject.open();
      assert.equal(await store.operations.revision('chat'), 0);
      await store.journal.append([leaseDraft(), operationDraft(operationOf('op-1'))]);
      assert.equal(await store.operations.revision('chat'), 1);
      await store.journal.append([operationDraft(operationOf('op-1', { step: 1 })), stepDraft('op-1', 0)]);
      assert.equal(await store.operations.revision('chat'), 1);
      assert.equal(await store.operations.revision('embed'), 0);
    }),
  ];
}

function countCase(make: MakeStore): ContractCase {
  return storeCase(
    make,
    'ended operations are counted by kind, trigger and end, open ones are not',
    async (subject) => {
      const store = await subject.open();
      assert.deepEqual(await store.operations.counts('chat'), []);
      const of = (id: string, kind: OperationKind, state: OperationState, endedAtMs?: number) => {
        const operation = operationOf(id, { openedAtMs: 100, state, endedAtMs });
        return operationDraft({ ...operation, plan: { ...operation.plan, kind, trigger: 'automatic' } });
      };
      await store.journal.append([
        of('op-1', 'failover', 'done', 200),
        of('op-2', 'failover', 'done', 300),
        of('op-3', 'failover', 'failed', 400),
        of('op-4', 'start', 'waking'),
      ]);
      await store.journal.append([operationDraft(operationOf('op-5', { endedAtMs: 9 }), { deployment: 'embed' })]);
      const counts = [...(await store.operations.counts('chat'))].sort((a, b) => b.count - a.count);
      const failover = { kind: 'failover', trigger: 'automatic' };
      assert.deepEqual(counts, [
        { ...failover, outcome: 'done', count: 2 },
        { ...failover, outcome: 'failed', count: 1 },
      ]);
    },
  );
}

function requestCases(make: MakeStore): readonly ContractCase[] {
  const answer: RequestAnswer = { kind: 'accepted', operationId: 'op-9' };
  return [
    storeCase(make, 'requests wait in order until they are answered', async (subject) => {
      const [person, controller] = [await subject.open(), await subject.open()];
      const [first, second] = [requestOf('req-1'), requestOf('req-2', { revision: 1, atMs: 1_700_000_000_500 })];
      await person.operations.request(first);
      await person.operations.request(second);
      assert.deepEqual(asStored(await controller.operations.nextRequest('chat')), asStored(first));
      assert.equal(await controller.operations.nextRequest('embed'), undefined);
      await controller.operations.answer('req-1', answer);
      assert.equal((await controller.operations.nextRequest('chat'))?.id, 'req-2');
      assert.deepEqual((await person.operations.getRequest('req-1'))?.answer, answer);
      assert.equal((await person.operations.getRequest('req-2'))?.answer, undefined);
      assert.equal(await person.operations.getRequest('req-3'), undefined);
    }),
    storeCase(make, 'the first answer to a request stays', async (subject) => {
      const store = await subject.open();
      await store.operations.request(requestOf('req-1'));
      await store.operations.answer('req-1', answer);
      await store.operations.answer('req-1', { kind: 'refused', reasons: [] });
      assert.deepEqual((await store.operations.getRequest('req-1'))?.answer, answer);
    }),
    storeCase(
      make,
      'of two requests over one revision the second is refused and told who was first',
      async (subject) => {
        const [one, two] = [await subject.open(), await subject.open()];
        await one.operations.request(requestOf('req-1', { by: alice }));
        const message = await refusal(two.operations.request(requestOf('req-2')), 'RevisionConflict');
        assert.match(message, /alice@ops-1/);
        assert.equal(await one.operations.getRequest('req-2'), undefined);
        assert.equal(await one.operations.revision('chat'), 1);
      },
    ),
    storeCase(make, 'a request over a revision an operation has passed is told which operation', async (subject) => {
      const [controller, person] = [await subject.open(), await subject.open()];
      await person.operations.request(requestOf('req-1', { atMs: 1000 }));
      await controller.journal.append([operationDraft(operationOf('op-7', { openedAtMs: 2000 }))]);
      const message = await refusal(person.operations.request(requestOf('req-2', { revision: 1 })), 'RevisionConflict');
      assert.match(message, /op-7/);
    }),
    storeCase(make, 'a revision from the future conflicts too', async (subject) => {
      const store = await subject.open();
      await refusal(store.operations.request(requestOf('req-1', { revision: 4 })), 'RevisionConflict');
    }),
  ];
}
