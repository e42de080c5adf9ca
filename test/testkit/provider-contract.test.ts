import { AssertionError } from 'node:assert';
import { describe, expect, test } from 'vitest';
import { cloudContract, providerContract } from '../../src/testkit/index.ts';
import { type Flaw, makePocket, pocketPlugin } from './support/pocket-cloud.ts';

function casesOf(flaw?: Flaw) {
  const [plugin, make] = [pocketPlugin(flaw), () => makePocket(flaw)];
  return [...providerContract(plugin, make), ...cloudContract(plugin, make)];
}

describe.concurrent('a provider without a flaw keeps the contract', () => {
  for (const { name, run } of casesOf()) test(name, run);
});

/** The flaw, and the case that must find it. */
const flaws: readonly (readonly [Flaw, string])[] = [
  ['marks a machine after it was made', 'a start that dies at any call leaves one machine, and a delete leaves none'],
  ['takes an acknowledged end for an end', 'is not sure that a machine has ended until it has'],
  [
    'takes for gone what no list shows yet',
    'deletes what was started a moment ago, whether a list shows it yet or not',
  ],
  ['calls no answer a refusal', 'start: passes on each class of error, and what has no answer as unknown'],
  ['calls every error transient', 'list: passes on each class of error, and what has no answer as unknown'],
  ['does what was refused', 'stop: passes on each class of error, and what has no answer as unknown'],
  ['waits longer than it may', 'stop: keeps its deadline while the cloud is silent, and says that it does not know'],
  ['hears of no giving up', 'notices: lets go of a silent cloud when the call is given up'],
  ['asks for a call that is over', 'offers: asks the cloud nothing for a call that is over before it began'],
  ['offers the same twice', 'says what it offers, each once, and nothing that it cannot know'],
  ['starts when asked for its offers', 'changes nothing when it is asked for its offers'],
  ['says no more than that it is denied', 'says why of an offer that it knows would be refused'],
  ['says nothing against a denied offer', 'says why of an offer that it knows would be refused'],
  ['asks for all its offers', 'asks only for the offers it was told to, though others are free'],
  ['asks in its own order', 'asks for offers in the order it was told, and tells each refusal'],
  ['tells of no refusal', 'goes on to the next offer after one that is sold out, and tells of that one'],
  ['goes on to no other offer', 'goes on to the next offer after one that is sold out, and tells of that one'],
  ['stops what it drains', 'drains a replica, which is still listed, runs and is billed'],
  ['drains once only', 'drains again what is drained already, by any session'],
  ['drains for any epoch', 'turns away a drain under an epoch older than one it saw'],
  ['drains without a mark', 'lets no drain be followed by a call under an older epoch'],
  ['hides its drain', 'has drain, or says that it has not'],
  ['may be asked for offers', 'has offers, or says that it has not'],
  ['sees no notice', 'says what is announced for a replica, and of which one'],
  ['announces with no word', 'says what is announced for a replica, and of which one'],
  ['sees notices of strangers', 'says nothing of a machine that is none of ours'],
  ['sees notices of one deployment', 'says what is announced for replicas of every deployment'],
  ['calls every right granted', 'never calls a right granted that was withdrawn, and no other one lost'],
  ['calls all rights lost with one', 'never calls a right granted that was withdrawn, and no other one lost'],
];

test.concurrent.for(flaws)('a provider that %s breaks the contract', async ([flaw, name]) => {
  const found = casesOf(flaw).find((each) => each.name === name);
  if (found === undefined) throw new Error(`no such case: ${name}`);
  const end: unknown = await found.run().catch((error: unknown) => error);
  const why = end instanceof Error && end.cause instanceof Error ? end.cause : end;
  expect(why, 'the case itself says so').toBeInstanceOf(AssertionError);
});
