import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseAsk } from '../../../src/demo/model-server/ask.ts';
import { noFaults, parseFaults, parseModelServerArgs } from '../../../src/demo/model-server/options.ts';
import { completionTokens, cutAtStop, logNormal, seeded } from '../../../src/demo/model-server/text.ts';

test('the text is a function of prompt and seed, and has as many tokens as asked', () => {
  fc.assert(
    fc.property(fc.string(), fc.nat(), fc.integer({ min: 1, max: 200 }), (prompt, seed, count) => {
      fc.pre(!/reply with/i.test(prompt));
      const tokens = completionTokens(prompt, seed, count);
      expect(tokens).toHaveLength(count);
      expect(completionTokens(prompt, seed, count)).toEqual(tokens);
    }),
  );
  expect(completionTokens('a', 1, 20)).not.toEqual(completionTokens('b', 1, 20));
  expect(completionTokens('a', 1, 20)).not.toEqual(completionTokens('a', 2, 20));
});

test.for([
  ['Reply with the single word: ready', 'ready'],
  ['Please reply with only the single word "OK".', 'OK'],
])('asked %s, it says %s', ([prompt, word]) => {
  expect(completionTokens(prompt ?? '', 1, 16)).toEqual([word]);
});

test.for([
  { stops: [], tokens: ['one', ' two'], finishReason: 'length' },
  { stops: [' two'], tokens: ['one'], finishReason: 'stop' },
  { stops: ['e t'], tokens: ['on'], finishReason: 'stop' },
  { stops: ['two', 'ne'], tokens: ['o'], finishReason: 'stop' },
  { stops: ['one'], tokens: [], finishReason: 'stop' },
])('cuts at the first of $stops', ({ stops, tokens, finishReason }) => {
  expect(cutAtStop(['one', ' two'], { stops, maxTokens: 2 })).toEqual({ tokens, finishReason });
});

test('log-normal times keep their median and repeat with their seed', () => {
  const draw = (): number[] => {
    const random = seeded(7);
    return Array.from({ length: 4001 }, () => logNormal(200, 1, random)).sort((a, b) => a - b);
  };
  const times = draw();
  expect(times[2000]).toBeGreaterThan(180);
  expect(times[2000]).toBeLessThan(220);
  // The 97.7th percentile of a log-normal lies at median × e^(2 sigma).
  expect(times[Math.floor(4001 * 0.977)]).toBeGreaterThan(200 * Math.exp(2) * 0.8);
  expect(draw()).toEqual(times);
  expect(logNormal(200, 0, () => 0.3)).toBe(200);
});

test.for([
  [['--port', '70000'], /--port takes a whole number from 0 to 65535/],
  [['--port', ''], /--port/],
  [['--concurrency', '0'], /--concurrency/],
  [['--load-ms=-1'], /--load-ms takes a number from 0/],
  [['--on-term', 'die'], /--on-term is abort or finish/],
  [['--nothing'], /--nothing/],
  [['extra'], /extra/],
  [['--faults', '{'], /faults are a JSON object/],
  [['--faults', '[]'], /faults are a JSON object/],
  [['--faults', '{"hang":1}'], /fault hang cannot be 1/],
] as const)('refuses %s', ([argv, message]) => {
  expect(() => parseModelServerArgs(argv)).toThrow(
    expect.objectContaining({ code: 'UsageInvalid', message: expect.stringMatching(message) }),
  );
});

test('a fault set to null is off again', () => {
  const before = parseFaults('{"firstTokenMs":5,"wrongModel":"x"}', noFaults);
  expect(parseFaults('{"firstTokenMs":null,"wrongModel":null}', before)).toEqual(noFaults);
});

test.for([
  [{ content: [{ type: 'text', text: 'a' }, { type: 'image_url' }, { type: 'text', text: 'b' }] }, 'a\nb'],
  [{ content: 'a' }, 'a'],
] as const)('reads a message of %j', ([message, prompt]) => {
  expect(parseAsk(JSON.stringify({ messages: [message] }), true, 'm')).toMatchObject({ prompt });
});

test.for(['["", "a"]', '[1]', '["1","2","3","4","5"]', '7'])('refuses the stop texts %s', (stop) => {
  expect(parseAsk(`{"prompt":"x","stop":${stop}}`, false, 'm')).toMatchObject({ status: 400 });
});

test.for([
  ['"end"', ['end']],
  ['["a","b"]', ['a', 'b']],
  ['null', []],
] as const)('takes stop %s', ([stop, stops]) => {
  expect(parseAsk(`{"prompt":"x","stop":${stop}}`, false, 'm')).toMatchObject({ stops });
});
