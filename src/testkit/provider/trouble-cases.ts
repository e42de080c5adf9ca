/** A cloud's bad answers, and none: each is passed on for what it is, and a call that is over is left alone. */
import assert from 'node:assert/strict';
import type { Reply, Seen } from '../../model/outcome.ts';
import { type ErrorClass, errorClasses, type ProviderError } from '../../model/provider-error.ts';
import type { Replica } from '../../model/replica.ts';
import type { WriteCall } from '../../ports/call.ts';
import type { Capabilities, Provider, ProviderPlugin } from '../../ports/provider.ts';
import type { ContractCase } from '../contract-case.ts';
import type { CloudSubject, MakeCloud, ProviderMethod } from './cloud-subject.ts';
import { type Bench, deployment, providerCase } from './subject.ts';

/** Every method that the sessions of this plugin have. */
export function troubleCases({ capabilities }: ProviderPlugin, make: MakeCloud): readonly ContractCase[] {
  const methods = (Object.keys(asks) as ProviderMethod[]).filter((name) => has(name, capabilities));
  return methods.flatMap((method) => [...answeredBadly(make, method), ...notAnswered(make, method)]);
}

type Outcome = Reply<unknown> | Seen<unknown>;
type Ask = (session: Provider, bench: Bench, call: WriteCall, replica: Replica) => Promise<Outcome> | undefined;

const asks: Readonly<Record<ProviderMethod, Ask>> = {
  list: (session, _, call) => session.list({ deployment }, call),
  start: (session, bench, call) => session.start(bench.request(1), call),
  stop: (session, _, call, replica) => session.stop(replica, 'delete', call),
  offers: (session, _, call) => session.offers?.({ deployment, replicas: 1 }, call),
  drain: (session, _, call, replica) => session.drain?.(replica, call),
  notices: (session, _, call) => session.notices?.(call),
  checkAccess: (session, _, call) => session.checkAccess?.(call),
};

type Write = 'start' | 'stop' | 'drain';

function isWrite(method: ProviderMethod): method is Write {
  return method === 'start' || method === 'stop' || method === 'drain';
}

function has(method: ProviderMethod, capabilities: Capabilities): boolean {
  if (method === 'offers' || method === 'drain' || method === 'notices') return capabilities[method] === 'yes';
  return method !== 'checkAccess' || capabilities.accessCheck === 'yes';
}

/** Classes that every cloud has an answer of; of the others a subject may have none. */
const always: ReadonlySet<ErrorClass> = new Set(['auth', 'throttled', 'transient', 'unknown']);
const alwaysOfStart: ReadonlySet<ErrorClass> = new Set([...always, 'capacity', 'quota', 'invalid']);

/** Of these nobody need doubt that nothing was done. */
const certain: ReadonlySet<ErrorClass> = new Set(['auth', 'throttled', 'capacity', 'quota', 'invalid']);

/** A replica is there, in slot 0; a start is asked for beside it, in slot 1. */
interface Tried {
  readonly bench: Bench<CloudSubject>;
  readonly method: ProviderMethod;
  readonly replica: Replica;
}

async function asked({ bench, method, replica }: Tried, session: Provider, call: WriteCall): Promise<Outcome> {
  const outcome = await asks[method](session, bench, call, replica);
  assert.ok(outcome !== undefined, `the session has no ${method}`);
  return outcome;
}

async function tried(bench: Bench<CloudSubject>, method: ProviderMethod): Promise<Tried> {
  const replica = await bench.started('k1');
  await bench.listed(replica);
  return { bench, method, replica };
}

/** What was not done: nothing was started, nothing was stopped. */
async function isUntouched({ bench, method }: Tried, what: string): Promise<void> {
  await bench.runs(1, `${method}, ${what}: nothing was done of it`);
}

function errorOf(outcome: Outcome, what: string): ProviderError {
  const isError = outcome.kind === 'refused' || outcome.kind === 'unknown';
  assert.ok(isError, `${what}: it was not done, and the answer is ${JSON.stringify(outcome)}`);
  return outcome.error;
}

function answeredBadly(make: MakeCloud, method: ProviderMethod): readonly ContractCase[] {
  const isCertain = method === 'start' ? alwaysOfStart : always;
  return [
    providerCase(make, `${method}: passes on each class of error, and what has no answer as unknown`, async (bench) => {
      const at = await tried(bench, method);
      for (const errorClass of errorClasses) {
        const lift = bench.subject.cloud.refuse(method, errorClass);
        assert.ok(lift !== undefined || !isCertain.has(errorClass), `the subject has no ${errorClass} for ${method}`);
        if (lift === undefined) continue;
        // A session of its own: one may remember what it was told a moment ago.
        const session = await bench.open();
        const outcome = await asked(at, session, bench.write('k2'));
        const { class: passedOn } = errorOf(outcome, `${method}, ${errorClass}`);
        const said = `${method}: the cloud’s error is ${errorClass}, and is passed on as ${passedOn}`;
        assert.equal(passedOn, errorClass, `${said}: ${JSON.stringify(outcome)}`);
        if (errorClass === 'unknown') assert.equal(outcome.kind, 'unknown', 'no answer is neither yes nor no');
        else if (isWrite(method) && certain.has(errorClass))
          assert.equal(outcome.kind, 'refused', `${method}: the cloud refused as ${errorClass}: that is no doubt`);
        await isUntouched(at, errorClass);
        lift();
      }
    }),
    ...(isWrite(method) ? [askedAgain(make, method), doneUnheard(make, method)] : []),
  ];
}

/** How many run after a write is done. */
const running: Readonly<Record<Write, number>> = { start: 2, stop: 0, drain: 1 };

async function writeOf(at: Tried, call: WriteCall): Promise<Reply<unknown>> {
  const outcome = await asked(at, at.bench.provider, call);
  assert.ok(outcome.kind !== 'seen', `${at.method} is a write`);
  return outcome;
}

/** Whatever was refused, the same call is done once the cloud lets it. */
function askedAgain(make: MakeCloud, method: Write): ContractCase {
  return providerCase(
    make,
    `${method}: asks again under the same key after a refusal, and once is enough`,
    async (bench) => {
      const at = await tried(bench, method);
      for (const errorClass of ['throttled', 'transient', 'unknown'] as const) {
        const lift = bench.subject.cloud.refuse(method, errorClass);
        errorOf(await asked(at, bench.provider, bench.write('k2')), `${method}, ${errorClass}`);
        lift?.();
      }
      await bench.insist(() => writeOf(at, bench.write('k2')), 2);
      await writeOf(at, bench.write('k2'));
      await bench.runs(running[method], `${method} was asked for until it was done, and once more`);
    },
  );
}

/** Its answer was lost: a refusal would be a lie, and to do it another time would be too much. */
function doneUnheard(make: MakeCloud, method: Write): ContractCase {
  return providerCase(make, `${method}: refuses nothing that was done unheard, and does it once`, async (bench) => {
    const { loseReply } = bench.subject.cloud;
    const at = await tried(bench, method);
    const lift = loseReply?.(method);
    const { kind } = await writeOf(at, bench.write('k2'));
    lift?.();
    assert.notEqual(kind, 'refused', `${method} was done and its answer lost: that is no refusal`);
    await bench.insist(() => writeOf(at, bench.write('k2')), 2);
    await bench.runs(running[method], `${method} was done, its answer lost, and asked for again`);
  });
}

/** How long a call that is over may still take to say so, in milliseconds. */
const slackMs = 2000;

function notAnswered(make: MakeCloud, method: ProviderMethod): readonly ContractCase[] {
  return [
    providerCase(make, `${method}: asks the cloud nothing for a call that is over before it began`, async (bench) => {
      const at = await tried(bench, method);
      const session = await bench.open();
      const before = bench.subject.cloud.calls.length;
      const given = bench.write('k2', { signal: AbortSignal.abort() });
      errorOf(await asked(at, session, given), 'given up');
      const late = bench.write('k3', { deadlineAtMonoMs: bench.subject.clock.monoMs() - 1 });
      errorOf(await asked(at, session, late), 'too late');
      const since = bench.subject.cloud.calls.slice(before);
      assert.deepEqual(since, [], `${method} was over before it began, and the cloud was asked`);
      await isUntouched(at, 'a call that is over');
    }),
    providerCase(
      make,
      `${method}: keeps its deadline while the cloud is silent, and says that it does not know`,
      async (bench) => {
        const { clock, cloud } = bench.subject;
        const at = await tried(bench, method);
        cloud.silence(method);
        const session = await bench.open();
        const deadlineAtMonoMs = clock.monoMs() + 1000;
        const outcome = await asked(at, session, bench.write('k2', { deadlineAtMonoMs }));
        const overMs = clock.monoMs() - deadlineAtMonoMs;
        assert.equal(outcome.kind, 'unknown', `the cloud said nothing, and the answer is ${JSON.stringify(outcome)}`);
        assert.ok(overMs < slackMs, `${method} ended ${overMs} ms after its deadline`);
        await isUntouched(at, 'a cloud that is silent');
      },
    ),
    providerCase(make, `${method}: lets go of a silent cloud when the call is given up`, async (bench) => {
      const { clock, cloud } = bench.subject;
      const at = await tried(bench, method);
      cloud.silence(method);
      const session = await bench.open();
      const calls = cloud.calls.length;
      const given = new AbortController();
      const giveUp = async (): Promise<number> => {
        const untilMonoMs = clock.monoMs() + slackMs;
        while (cloud.calls.length === calls && clock.monoMs() < untilMonoMs)
          await clock.sleep(5, new AbortController().signal);
        given.abort();
        return clock.monoMs();
      };
      const asking = asked(at, session, bench.write('k2', { signal: given.signal }));
      const [outcome, givenUpMonoMs] = await Promise.all([asking, giveUp()]);
      errorOf(outcome, 'given up while it was asked');
      const overMs = clock.monoMs() - givenUpMonoMs;
      assert.ok(overMs < slackMs, `${method} ended ${overMs} ms after it was given up`);
      await isUntouched(at, 'a call that was given up');
    }),
  ];
}
