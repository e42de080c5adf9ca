/** Remembered denials in memory. */
import { type Block, blockKey, mostBlocks } from '../model/block.ts';
import type { BlockStore } from '../ports/store.ts';

/** `blocks`: by key; several stores may share it. */
export function createMemoryBlocks(blocks: Map<string, Block>): BlockStore {
  return {
    list: async (nowMs) =>
      [...blocks.values()].filter(({ untilMs }) => untilMs > nowMs).sort((a, b) => a.atMs - b.atMs),
    async put(fresh, nowMs) {
      for (const block of fresh) {
        blocks.delete(blockKey(block));
        blocks.set(blockKey(block), block);
      }
      for (const [key, { untilMs }] of blocks) if (untilMs <= nowMs) blocks.delete(key);
      const oldest = [...blocks].sort(([, a], [, b]) => a.atMs - b.atMs);
      for (const [key] of oldest.slice(0, Math.max(0, blocks.size - mostBlocks))) blocks.delete(key);
    },
    async clear(given) {
      for (const block of given) {
        const key = blockKey(block);
        if (blocks.get(key)?.atMs === block.atMs) blocks.delete(key);
      }
    },
  };
}
