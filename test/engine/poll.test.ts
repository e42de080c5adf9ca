import { expect, test } from 'vitest';
import { createPoll } from '../../src/engine/poll.ts';
import type { Seen } from '../../src/model/outcome.ts';

const lost: Seen<number> = { kind: 'unknown', error: { class: 'transient', code: 'Lost', message: 'no answer' } };
const seen = (value: number): Seen<number> => ({ kind: 'seen', value, asOfMs: value });

test('knows nothing before the first answer', () => {
  const poll = createPoll(async () => seen(1));
  expect(poll.last()).toMatchObject({ kind: 'unknown', error: { code: 'NotYetRead' } });
});

test('holds the newest answer, also when it is that nothing was seen', async () => {
  const answers = [seen(1), lost];
  const poll = createPoll(async () => answers.shift() ?? lost);
  await poll.ask();
  expect(poll.last()).toEqual(seen(1));
  await poll.ask();
  expect(poll.last()).toEqual(lost);
});

test('never has two questions under way, and asks again once the first is answered', async () => {
  const open: ((value: Seen<number>) => void)[] = [];
  const poll = createPoll(() => new Promise<Seen<number>>((resolve) => open.push(resolve)));
  const [first, second] = [poll.ask(), poll.ask()];
  expect(open).toHaveLength(1);
  open[0]?.(seen(1));
  await Promise.all([first, second]);
  const third = poll.ask();
  expect(open).toHaveLength(2);
  open[1]?.(seen(2));
  await third;
  expect(poll.last()).toEqual(seen(2));
});
