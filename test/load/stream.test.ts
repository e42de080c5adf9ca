import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createStreamReader } from '../../src/load/stream.ts';

const chunk = (delta: object): string => `data: ${JSON.stringify({ choices: [{ delta }] })}\n\n`;
const done = 'data: [DONE]\n\n';

test.for([
  { name: 'a role only', says: chunk({ role: 'assistant', content: '' }), found: [false, false, false] },
  { name: 'content', says: chunk({ content: 'ä' }), found: [true, false, false] },
  { name: 'plain text', says: 'data: {"choices":[{"text":"x"}]}\n\n', found: [true, false, false] },
  { name: 'an error', says: 'data: {"error":{"message":"x"}}\n\n', found: [false, true, false] },
  {
    name: 'all of it',
    says: `: hi\n\n${chunk({ content: 'a' })}data: {"error":{}}\r\n\r\n${done}`,
    found: [true, true, true],
  },
])('sees $name however it is cut', ({ says, found }) => {
  const bytes = Buffer.from(says);
  fc.assert(
    fc.property(fc.array(fc.nat({ max: bytes.length })), (cuts) => {
      const reader = createStreamReader();
      const ends = [...cuts.sort((a, b) => a - b), bytes.length];
      for (const [index, end] of ends.entries()) reader.push(bytes.subarray(ends[index - 1] ?? 0, end));
      expect([reader.tokens() > 0, reader.hasError(), reader.isDone()]).toEqual(found);
    }),
  );
});
