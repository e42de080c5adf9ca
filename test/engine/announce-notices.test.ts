import { expect, test } from 'vitest';
import { createNoticeTeller } from '../../src/engine/announce-notices.ts';
import type { Notice } from '../../src/model/notice.ts';
import { preemptionOf } from './support/fake-cloud.ts';
import { openStepWorld } from './support/step-world.ts';

async function open() {
  const world = await openStepWorld();
  const tell = createNoticeTeller(world.ctx);
  const look = (...told: readonly Notice[]): Promise<void> => {
    const view = world.ctx.view();
    const sites = view.sites.map((site, index) => ({ ...site, notices: { told: index === 0 ? told : [], asOfMs: 1 } }));
    return tell({ ...view, sites });
  };
  const said = () => world.events.flatMap((event) => (event.type === 'notice' ? [event.notice.replicaId] : []));
  const recorded = () => world.journal().flatMap((body) => (body.kind === 'notice' ? [body] : []));
  return { look, said, recorded };
}

test('a notice is recorded and told when it appears, once', async () => {
  const { look, said, recorded } = await open();
  const notice = preemptionOf({ id: 'left-1' });
  await look(notice);
  await look(notice);
  expect(said()).toEqual(['left-1']);
  expect(recorded()).toEqual([{ kind: 'notice', site: 'left', notice }]);
});

test('another time for the same is news, and so is one that comes again', async () => {
  const { look, said } = await open();
  const notice = preemptionOf({ id: 'left-1' });
  await look(notice);
  await look({ ...notice, atMs: 5000 });
  await look();
  await look(notice);
  expect(said()).toHaveLength(3);
});

test('of many at once no more than sixteen are told at a look, the others after it', async () => {
  const { look, said } = await open();
  const many = Array.from({ length: 17 }, (_, index) => preemptionOf({ id: `left-${index}` }));
  await look(...many);
  expect(said()).toHaveLength(16);
  await look(...many);
  expect(said()).toHaveLength(17);
  expect(new Set(said()).size).toBe(17);
});

test('a look without any notice writes nothing', async () => {
  const { look, recorded } = await open();
  await look();
  expect(recorded()).toEqual([]);
});
