/** What every store promises of remembered denials. */
import assert from 'node:assert/strict';
import { type Block, mostBlocks } from '../../model/block.ts';
import type { Store } from '../../ports/store.ts';
import type { ContractCase } from '../contract-case.ts';
import { asStored, type MakeStore, storeCase } from './subject.ts';

const atMs = 1_700_000_000_000;

function blockOf(machine: string, change: Partial<Block> = {}): Block {
  return {
    ...{ deployment: 'chat', config: 'c0ffee', site: 'a', provider: 'aws', account: 'aws-1', region: 'us-east-1' },
    offer: { machine, family: machine, market: 'on-demand', zone: 'us-east-1a' },
    ...{ scope: 'offer', reach: { machines: 'larger', markets: 'asked' }, class: 'capacity' },
    ...{ code: 'InsufficientInstanceCapacity', message: 'none left – "sorry"', atMs, untilMs: atMs + 600_000 },
    isUntilChanged: false,
    ...change,
  };
}

async function machines(store: Store, nowMs = atMs): Promise<readonly (string | undefined)[]> {
  return (await store.blocks.list(nowMs)).map(({ offer }) => offer?.machine);
}

export function blockCases(make: MakeStore): readonly ContractCase[] {
  return [
    storeCase(make, 'a block is what another process reads, whoever it is', async (subject) => {
      const [one, other] = [await subject.open(), await subject.open()];
      assert.deepEqual(await other.blocks.list(atMs), []);
      const site = blockOf('none', { offer: undefined, scope: 'site', reach: undefined });
      await one.blocks.put([blockOf('p5'), site], atMs);
      assert.deepEqual(asStored(await other.blocks.list(atMs)), asStored([blockOf('p5'), site]));
      await other.blocks.clear([blockOf('p5')]);
      assert.deepEqual(await machines(one), [undefined]);
    }),
    storeCase(make, 'blocks are listed oldest first, until they end', async (subject) => {
      const store = await subject.open();
      const [young, old] = [blockOf('young', { atMs: atMs + 5 }), blockOf('old', { untilMs: atMs + 10 })];
      await store.blocks.put([young, old], atMs);
      assert.deepEqual(await machines(store, atMs + 9), ['old', 'young']);
      assert.deepEqual(await machines(store, atMs + 10), ['young']);
    }),
    storeCase(make, 'a block put again takes the place of the one before', async (subject) => {
      const store = await subject.open();
      const again = blockOf('p5', { atMs: atMs + 7, untilMs: atMs + 900_000, code: 'Other' });
      await store.blocks.put([blockOf('p5')], atMs);
      await store.blocks.put([again], atMs);
      assert.deepEqual(asStored(await store.blocks.list(atMs)), asStored([again]));
    }),
    storeCase(make, 'what was put anew since is not cleared with the one before', async (subject) => {
      const store = await subject.open();
      await store.blocks.put([blockOf('p5', { atMs: atMs + 1 })], atMs);
      await store.blocks.clear([blockOf('p5'), blockOf('g6')]);
      assert.deepEqual(await machines(store), ['p5']);
    }),
    storeCase(make, 'what is over is dropped with the next that is put', async (subject) => {
      const store = await subject.open();
      await store.blocks.put([blockOf('short', { untilMs: atMs + 10 })], atMs);
      await store.blocks.put([blockOf('long')], atMs + 10);
      assert.deepEqual(await machines(store, 0), ['long']);
    }),
    storeCase(make, 'of more blocks than are kept the oldest go', async (subject) => {
      const store = await subject.open();
      const many = Array.from({ length: mostBlocks + 2 }, (_, index) => blockOf(`m${index}`, { atMs: atMs + index }));
      await store.blocks.put(many, atMs);
      const kept = await machines(store);
      assert.equal(kept.length, mostBlocks);
      assert.equal(kept[0], 'm2');
    }),
  ];
}
