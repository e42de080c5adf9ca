/** The ports as one life of a process has them: over links that fail, each call a point at which it may die. */
import type { Notice } from '../model/notice.ts';
import { marketsOf, type OfferSight } from '../model/offer.ts';
import type { Reply, Seen } from '../model/outcome.ts';
import type { ProviderError } from '../model/provider-error.ts';
import type { WriteCall } from '../ports/call.ts';
import type { Clock } from '../ports/clock.ts';
import type { Provider } from '../ports/provider.ts';
import type { TrafficDriver } from '../ports/traffic-driver.ts';
import type { CallName, CallOutcome } from './cells.ts';
import type { Dice } from './chance.ts';
import type { Cloud } from './cloud.ts';
import { disturbOf, faultsOf } from './fault-port.ts';
import { absentError, type Gateway } from './gateway.ts';
import type { Ghost } from './ghost.ts';
import type { Incarnation } from './incarnation.ts';
import type { Link } from './link.ts';
import type { DrillBook } from './oracle-drill.ts';
import { checkNotDoomed } from './oracle-hunt.ts';
import { checkCut, checkCutIntended, checkStartIntended, checkWriteIntended } from './oracle-issue.ts';
import type { RateMeter } from './oracle-rate.ts';
import { checkStopSent } from './oracle-trim.ts';
import type { Goods } from './shelf.ts';

/** What a process can get at, and who watches it. */
export interface Reach {
  readonly life: Incarnation;
  readonly ghost: Ghost;
  readonly clock: Clock;
  readonly linkTo: (node: string) => Link;
  readonly rates: RateMeter;
  readonly drills: DrillBook | undefined;
  readonly proofMaxAgeMs: number;
  /** No wall clock is ever set: what is remembered until a moment can be held against it. */
  readonly hasTrueClock: boolean;
  /** For coverage: what became of a call. */
  readonly note: (call: CallName, outcome: CallOutcome) => void;
}

/** What the far end says, and what became of the call there. */
interface Answer<T> {
  readonly value: T;
  readonly outcome: CallOutcome;
}

interface Question<T> {
  readonly call: CallName;
  /** Of a change; absent for a read. */
  readonly sent?: WriteCall;
  readonly site?: string;
  readonly effect: () => Answer<T>;
  readonly isPerishable?: boolean;
}

function ask<T>({ life, ghost, note, rates }: Reach, link: Link, question: Question<T>): Promise<T> {
  const { call, site, sent, effect, isPerishable = false } = question;
  return life.point(
    (answered, failed) => {
      let outcome: CallOutcome = 'ok';
      const passage = link.send({
        effect: () => {
          const answer = effect();
          outcome = answer.outcome;
          if (passage === 'ok' || outcome !== 'ok') note(call, outcome);
          return answer.value;
        },
        answered,
        failed,
        isPerishable,
      });
      if (passage !== 'ok') note(call, passage);
    },
    (value) => {
      life.hear(site === undefined ? call : `${call}/${site}`, { atMs: ghost.nowMs, value });
      // What comes too late was given up before, and so its signal fired.
      if (sent !== undefined && !sent.signal.aborted) rates.hear(sent, value as Reply<unknown>);
    },
  );
}

/** Before anything else of a change: whether it may be sent at all, and so soon. */
function issue({ ghost, life, rates }: Reach, what: string, call: WriteCall): void {
  ghost.checkIssue(life, what, call);
  rates.issue(what, call);
}

/** `share`: of the reads that show what was before, 0–1. */
export function trafficOf(
  reach: Reach,
  gateway: Gateway,
  staleness: { readonly dice: Dice; readonly share: number },
): TrafficDriver {
  const { ghost, life } = reach;
  const link = reach.linkTo('gateway');
  const isStale = (): boolean => staleness.dice.roll([['stale', staleness.share]]) !== undefined;
  return {
    ...(gateway.faults === undefined ? {} : faultsOf(reach, gateway, gateway.faults)),
    atomicUnit: 'vector',
    stamp(_, call) {
      issue(reach, 'stamp', call);
      life.stamped.add(call.epoch);
      return ask(reach, link, { call: 'stamp', sent: call, effect: () => ofReply(gateway.stamp(call.epoch)) });
    },
    write(entry, call) {
      issue(reach, call.operationId === 'refresh' ? 'a refresh' : 'a write', call);
      checkWriteIntended(ghost, entry, call);
      ghost.issuers.set(entry, { operationId: call.operationId, bornAtMs: life.bornAtMs });
      return ask(reach, link, { call: 'write', sent: call, effect: () => ofReply(gateway.write(entry)) });
    },
    cut(_, site, call) {
      issue(reach, `cut ${site}`, call);
      checkCutIntended(ghost, site, call);
      return ask(reach, link, {
        ...{ call: 'cut', site, sent: call, isPerishable: true },
        effect: () => {
          const reply = gateway.cut(site, call.epoch);
          if (reply.kind === 'done') checkCut(ghost, site, call, reply.value.cut);
          return ofReply(reply);
        },
      });
    },
    read: (deployment) =>
      ask(reach, link, {
        call: 'read',
        effect: () => {
          if (!gateway.isUp) return unseen(absentError);
          // One process with one table: what it says of it is never from before. Its statistics may be.
          const { entry } = gateway;
          return seen(entry?.deployment === deployment ? entry : undefined, reach.clock, false);
        },
      }),
    traffic: (deployment) =>
      ask(reach, link, {
        call: 'traffic',
        effect: () => {
          const isOld = isStale();
          const value = gateway.traffic(deployment, isOld);
          return 'class' in value ? unseen(value) : seen(value, reach.clock, isOld);
        },
      }),
  };
}

/** `listLagMs`: what it says of its lists. */
export function providerOf(reach: Reach, cloud: Cloud, listLagMs: number): Provider {
  const { ghost, life } = reach;
  const link = reach.linkTo(`api/${cloud.site}`);
  const { shelf } = cloud;
  return {
    listLagMs,
    ...(cloud.announces ? { noticeEveryMs, notices: () => hear(reach, cloud) } : {}),
    ...(reach.drills === undefined ? {} : { disturb: disturbOf(reach, cloud) }),
    ...(shelf === undefined ? {} : { account: `account-${cloud.site}`, ...soldBy(reach, shelf) }),
    list: () =>
      ask(reach, link, {
        call: 'list',
        site: cloud.site,
        effect: () => {
          const found = cloud.list();
          return 'class' in found ? unseen(found) : seen(found.replicas, reach.clock, found.isStale);
        },
      }),
    start(request, call) {
      issue(reach, `start ${call.idempotencyKey}`, call);
      checkStartIntended(ghost, life, { ...request, site: cloud.site }, call);
      const { offers } = request;
      if (reach.hasTrueClock) checkNotDoomed(ghost, life, { site: cloud.site, offers }, reach.clock.nowMs());
      const sent = sentOf(call);
      return ask(reach, link, {
        ...{ call: 'start', site: cloud.site, sent: call },
        effect: () => ofReply(cloud.start(request, sent)),
      });
    },
    stop(replica, how, call) {
      issue(reach, `stop ${replica.id}`, call);
      checkStopSent({ ...reach, cloud }, replica, call);
      const sent = sentOf(call);
      // No cloud takes a condition with a stop: one that came much later than it was sent could not be told from a good one.
      return ask(reach, link, {
        call: 'stop',
        sent: call,
        effect: () => ofReply(cloud.stop(replica, how, sent)),
        isPerishable: true,
      });
    },
    close: async () => undefined,
  };
}

/** Shortest time between two reads of what a cloud announces, in milliseconds. */
const noticeEveryMs = 2000;

/** Without a link in between: a read that got no answer is the cloud's own. */
function hear({ life, clock }: Reach, cloud: Cloud): Promise<Seen<readonly Notice[]>> {
  return life.point((answered) => {
    const found = cloud.notices();
    answered(
      'class' in found ? { kind: 'unknown', error: found } : { kind: 'seen', value: found, asOfMs: clock.nowMs() },
    );
  });
}

function soldBy(reach: Reach, shelf: Goods): Pick<Provider, 'markets' | 'offers'> {
  return { markets: marketsOf(shelf.offers), offers: () => look(reach, shelf) };
}

/** What it sells is asked for without a link in between: a look that got no answer is part of the shelf. */
function look({ life, clock }: Reach, shelf: Goods): Promise<Seen<readonly OfferSight[]>> {
  return life.point((answered) => {
    const value = shelf.look();
    const error: ProviderError = { class: 'transient', code: 'NoAnswer', message: 'no answer' };
    answered(value === undefined ? { kind: 'unknown', error } : { kind: 'seen', value, asOfMs: clock.nowMs() });
  });
}

function sentOf({ operationId, epoch, idempotencyKey }: WriteCall) {
  return { operationId, epoch, idempotencyKey };
}

function ofReply<T>(reply: Reply<T>): Answer<Reply<T>> {
  return { value: reply, outcome: reply.kind === 'done' ? 'ok' : outcomeOf(reply.error) };
}

function seen<T>(value: T, clock: Clock, isStale: boolean): Answer<Seen<T>> {
  return { value: { kind: 'seen', value, asOfMs: clock.nowMs() }, outcome: isStale ? 'stale' : 'ok' };
}

function unseen<T>(error: ProviderError): Answer<Seen<T>> {
  return { value: { kind: 'unknown', error }, outcome: outcomeOf(error) };
}

function outcomeOf({ class: kind }: ProviderError): CallOutcome {
  switch (kind) {
    case 'throttled':
      return 'throttle';
    case 'auth':
      return 'auth';
    case 'capacity':
    case 'quota':
      return 'refused';
    default:
      return 'error';
  }
}
