import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createSseReader } from '../../src/probes/sse.ts';

const stream = Buffer.from(': hello\nevent: x\ndata: one\n\ndata:two\r\ndata: zwei ü\r\n\r\nid: 7\n\ndata: rest');

test('the events are the same however the network cuts them', () => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: stream.length })), (cuts) => {
      const reader = createSseReader();
      const places = [0, ...cuts.toSorted((a, b) => a - b), stream.length];
      const events = places.slice(1).flatMap((to, index) => reader.push(stream.subarray(places[index], to)));
      expect(events).toEqual(['one', 'two\nzwei ü']);
    }),
  );
});
