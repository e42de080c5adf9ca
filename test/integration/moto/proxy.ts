/**
 * EC2 as it is documented, before moto: what moto does not have (client tokens, faults) is added, what it does otherwise is
 * mended, and all else goes through as it is. Each mend says what it is about.
 */
import type { IncomingHttpHeaders } from 'node:http';
import type { Clock } from '../../../src/ports/clock.ts';
import { answers } from '../../fakes/aws/faults.ts';
import { type Answer, type Asked, type Front, openFront } from '../../fakes/aws/front.ts';
import { RefusedError, readParams } from '../../fakes/aws/protocol.ts';
import { createTokenShelf, recall } from '../../fakes/aws/tokens.ts';
import { dropInstances, editInstances, type Fields, readInstances } from './instances.ts';
import { createMends, endOf, idOf, kindOf, type Settled, stateOf } from './mends.ts';
import { idsIn, withoutTokens } from './requests.ts';
import { accountHeader } from './server.ts';

export interface ProxyTerms {
  /** Where moto listens, and whose machines are asked for. */
  readonly moto: string;
  readonly account: string;
  /** Of the tokens' age and of the passing states. */
  readonly clock: Clock;
  /** Where all machines answer, for a test that has a server there; default: where moto says. */
  readonly address?: string;
}

/** What a test may change while it runs. */
export interface Moods {
  /**
   * For so long after it was made a machine is not listed yet, in milliseconds. moto lists at once; EC2 says to expect
   * this. https://docs.aws.amazon.com/ec2/latest/devguide/eventual-consistency.html, checked 2026-11-26.
   */
  lagMs: number;
  /** How long a machine is on its way from one state to the next, in milliseconds. `Infinity`: it never gets there. */
  passingMs: number;
  /** `TYPE ZONE`: none is free, for a launch or a start. moto never has too few. */
  readonly soldOut: Set<string>;
}

export interface Ec2Proxy extends Front {
  readonly moods: Moods;
}

export async function openProxy(terms: ProxyTerms): Promise<Ec2Proxy> {
  const moods: Moods = { lagMs: 0, passingMs: 60, soldOut: new Set() };
  const region = createRegion(terms, moods);
  const front = await openFront({
    region: 'us-east-1',
    carryOut(asked) {
      const change = changes[asked.action];
      if (change !== undefined) return region.change(asked, change);
      if (asked.action === 'RunInstances') return region.run(asked);
      if (asked.action === 'DescribeInstances') return region.describe(asked);
      return region.forward(asked);
    },
  });
  return { ...front, moods };
}

interface Change {
  /** From what else it is refused with `IncorrectInstanceState`. */
  readonly from: readonly string[];
  /** From these it is allowed and changes nothing. */
  readonly idle: readonly string[];
  readonly to: Settled;
}

/**
 * moto starts and stops from every state, and brings back what is terminated. EC2 refuses what is in a wrong state, and a
 * terminated machine "cannot be started":
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-instance-lifecycle.html; the code is in
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html, both checked 2026-11-27.
 */
const changes: Readonly<Record<string, Change>> = {
  StartInstances: { from: ['stopped'], idle: ['running', 'pending'], to: 'running' },
  StopInstances: { from: ['running'], idle: ['stopping', 'stopped'], to: 'stopped' },
  TerminateInstances: {
    from: ['pending', 'running', 'stopping', 'stopped'],
    ...{ idle: ['shutting-down', 'terminated'], to: 'terminated' },
  },
};

interface Made {
  readonly answer: Answer;
  /** Undefined: moto refused it. */
  readonly id: string | undefined;
}

type Call = Pick<Asked, 'headers' | 'form'>;

function createRegion({ moto, account, clock, address }: ProxyTerms, moods: Moods) {
  const mends = createMends({ clock, address, passingMs: () => moods.passingMs });
  const tokens = createTokenShelf<Promise<Made>>();
  const launches: { readonly token: string | null; readonly id: string; readonly atMonoMs: number }[] = [];
  const isHidden = (id: string): boolean =>
    launches.some((each) => each.id === id && clock.monoMs() - each.atMonoMs < moods.lagMs);

  async function forward({ headers, form }: Call): Promise<Answer> {
    const { authorization = '', 'content-type': type = '' } = headers;
    const kept = { authorization, 'content-type': type, [accountHeader]: account };
    const answer = await fetch(moto, { method: 'POST', body: form.toString(), headers: kept });
    const answered = { 'content-type': answer.headers.get('content-type') ?? '' };
    return { status: answer.status, body: await answer.text(), headers: answered };
  }
  /** As it would be shown now, if it were not hidden; undefined: it is not there. */
  async function look(headers: IncomingHttpHeaders, id: string): Promise<Fields | undefined> {
    const form = new URLSearchParams({ Action: 'DescribeInstances', Version: '2016-11-15', 'InstanceId.1': id });
    const { status, body } = await forward({ headers, form });
    return status === 200 ? readInstances(mends.mend(body))[0] : undefined;
  }
  async function make({ headers, form }: Asked): Promise<Made> {
    checkStock(moods, `${form.get('InstanceType')} ${form.get('Placement.AvailabilityZone')}`);
    const answer = await forward({ headers, form });
    const [machine] = answer.status === 200 ? readInstances(answer.body) : [];
    if (machine === undefined) return { answer, id: undefined };
    mends.moved(machine, 'running');
    launches.push({ token: form.get('ClientToken'), id: idOf(machine), atMonoMs: clock.monoMs() });
    return { answer: { ...answer, body: mends.mend(answer.body) }, id: idOf(machine) };
  }
  return {
    forward,
    /** moto makes another machine for the same token. EC2's rules, and where they stand, are with the shelf of tokens. */
    async run(asked: Asked): Promise<Answer> {
      const params = readParams(asked.action, asked.form);
      const known = tokens.find(params);
      const first = await known?.made;
      if (known !== undefined && first?.id !== undefined) {
        const now = await look(asked.headers, first.id);
        const given = recall(known, now && endOf(now), clock.nowMs());
        // "The result might contain updated information, such as the current creation status", says the same page.
        if (given !== undefined) return withState(first.answer, now?.get('instanceState') ?? '');
      }
      const making = make(asked);
      tokens.keep(params, making);
      const { answer, id } = await making.catch((error: unknown) => {
        tokens.forget(params);
        throw error;
      });
      if (id === undefined) tokens.forget(params);
      return answer;
    },
    /** moto answers the filter `client-token` with 500; EC2 has it (API_DescribeInstances, checked 2026-11-27). */
    async describe({ headers, form }: Asked): Promise<Answer> {
      const hidden = idsIn(form).find(isHidden);
      if (hidden !== undefined)
        throw new RefusedError(400, 'InvalidInstanceID.NotFound', `The instance ID '${hidden}' does not exist`);
      const idsOf = (token: string) => launches.filter((each) => each.token === token).map(({ id }) => id);
      const answer = await forward({ headers, form: withoutTokens(form, idsOf) });
      if (answer.status !== 200) return answer;
      return { ...answer, body: dropInstances(mends.mend(answer.body), (machine) => isHidden(idOf(machine))) };
    },
    async change({ headers, form }: Asked, { from, idle, to }: Change): Promise<Answer> {
      const moving: Fields[] = [];
      for (const id of idsIn(form)) {
        const machine = await look(headers, id);
        // What is not there moto itself refuses.
        if (machine === undefined || idle.includes(stateOf(machine))) continue;
        if (!from.includes(stateOf(machine))) throw wrongState(machine);
        if (to === 'running') checkStock(moods, kindOf(machine));
        moving.push(machine);
      }
      const answer = await forward({ headers, form });
      if (answer.status === 200) for (const machine of moving) mends.moved(machine, to);
      return answer;
    },
  };
}

function withState(answer: Answer, instanceState: string): Answer {
  return { ...answer, body: editInstances(answer.body, () => ({ instanceState })) };
}

function checkStock({ soldOut }: Moods, kind: string): void {
  const { status, code, message } = answers.soldOut;
  if (soldOut.has(kind)) throw new RefusedError(status, code, message);
}

function wrongState(machine: Fields): RefusedError {
  const message = `The instance '${idOf(machine)}' is not in a state for this: it is ${stateOf(machine)}`;
  return new RefusedError(400, 'IncorrectInstanceState', message);
}
