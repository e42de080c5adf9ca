import { expect, test } from 'vitest';
import { askedBefore } from '../../src/engine/asked-before.ts';
import type { OperationRequest, RequestAnswer } from '../../src/model/operation.ts';
import type { ReasonCode } from '../../src/model/reason.ts';
import type { Wish } from '../../src/model/wish.ts';
import { requestOf } from '../core/support/view.ts';

const wish: Wish = { deployment: 'chat', kind: 'shift', from: 'left', to: 'right', reason: 'drill', sharePct: 50 };

function operations(...requests: readonly OperationRequest[]) {
  return { getRequest: async (id: string) => requests.find((each) => each.id === id) };
}

const asked = (change: Partial<OperationRequest> = {}): OperationRequest =>
  requestOf({ ...wish, id: 'rq-chat-deploy-7', answer: undefined, ...change });

const refused = (code: ReasonCode): RequestAnswer => ({ kind: 'refused', reasons: [{ code, message: 'no' }] });

test('a name is one deployment’s own: another may use it too', async () => {
  const store = operations(asked());
  expect((await askedBefore(store, wish, 'deploy-7')).known).toEqual(asked());
  expect(await askedBefore(store, { ...wish, deployment: 'embed' }, 'deploy-7')).toEqual({
    id: 'rq-embed-deploy-7',
    known: undefined,
  });
});

test.for([
  { name: 'another kind', change: { kind: 'drain' } },
  { name: 'another source', change: { from: 'far' } },
  { name: 'another target', change: { to: 'far' } },
  { name: 'another share', change: { sharePct: 51 } },
  { name: 'another split', change: { to: undefined, split: { right: 50, far: 50 } } },
  { name: 'other weights', change: { to: undefined, weights: { right: 50, far: 50 } } },
  { name: 'another operation', change: { operationId: 'op-2' } },
] satisfies readonly { name: string; change: Partial<Wish> }[])(
  '$name under a name that was used is refused',
  async ({ change }) => {
    await expect(askedBefore(operations(asked()), { ...wish, ...change }, 'deploy-7')).rejects.toMatchObject({
      code: 'UsageInvalid',
      message: '--request-id deploy-7 was used for another request: shift of chat, from left, to right, share 50%',
    });
  },
);

test('another reason is no other request', async () => {
  const store = operations(asked());
  expect((await askedBefore(store, { ...wish, reason: 'said again' }, 'deploy-7')).known).toEqual(asked());
});

test.for(['Withdrawn', 'RequestExpired', 'OperationRunning'] as const)(
  'what ended %s was taken up by nobody: the same is asked anew',
  async (code) => {
    const first = asked({ answer: refused(code) });
    expect(await askedBefore(operations(first), wish, 'deploy-7')).toEqual({
      id: 'rq-chat-deploy-7~2',
      known: undefined,
    });
    const second = asked({ id: 'rq-chat-deploy-7~2', answer: { kind: 'accepted', operationId: 'op-1' } });
    expect(await askedBefore(operations(first, second), wish, 'deploy-7')).toEqual({ id: second.id, known: second });
  },
);

test.for([
  ['a rule', refused('CoolDown')],
  ['an operation', { kind: 'accepted', operationId: 'op-1' }],
  ['nothing yet', undefined],
] as const)('what was answered by %s is followed', async ([, answer]) => {
  expect((await askedBefore(operations(asked({ answer })), wish, 'deploy-7')).known).toBeDefined();
});
