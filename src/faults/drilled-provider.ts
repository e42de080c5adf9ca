/** A provider that has the bad day a drill gives it: the controller's own session, and the controller is not told. */
import type { ArmedFaultKind, Fault } from '../model/fault.ts';
import type { Reply, Seen } from '../model/outcome.ts';
import type { ProviderError } from '../model/provider-error.ts';
import { isStanding, type Replica } from '../model/replica.ts';
import type { WriteCall } from '../ports/call.ts';
import type { Provider, StartRequest } from '../ports/provider.ts';
import type { LookAtFaults } from './look.ts';
import { type RefusalKind, refusalOf } from './refusals.ts';

export interface DrilledSite {
  readonly site: string;
  /** Those placed there: what is asked for all of them fails when a drill breaks it for one. */
  readonly deployments: readonly string[];
  readonly faultsOf: LookAtFaults;
}

/** What a call that is refused for its number is told to wait, in milliseconds. */
const throttledForMs = 1000;

/** What every call meets. Of two in force at once the first: what is not reached refuses nothing. */
const everyCall: readonly {
  readonly kind: ArmedFaultKind;
  readonly as: RefusalKind;
  readonly retryAfterMs?: number;
}[] = [
  { kind: 'provider-down', as: 'unreachable' },
  { kind: 'credentials-expired', as: 'expired' },
  { kind: 'provider-throttled', as: 'throttled', retryAfterMs: throttledForMs },
];

/**
 * Without a fault it is the provider itself, call for call. What a drill does to replicas goes through whatever is in force:
 * so does its undo.
 */
export function withDrilledProvider(provider: Provider, drilled: DrilledSite): Provider {
  const { deployments } = drilled;
  const ask = createGuard(drilled);
  const { offers, drain, notices, checkAccess } = provider;
  return {
    ...provider,
    list: (selector, call) => ask.seen([selector.deployment], () => provider.list(selector, call)),
    async start(request, call) {
      const against = await ask.refusal([request.deployment]);
      if (against !== undefined) return { kind: 'refused', error: against };
      const soldOut = await ask.soldOut(request.deployment);
      if (soldOut === undefined) return await provider.start(request, call);
      return (await adopted(provider, request, call)) ?? { kind: 'refused', error: soldOut };
    },
    stop: (replica, how, call) => ask.reply([replica.deployment], () => provider.stop(replica, how, call)),
    ...(offers && {
      async offers(need, call) {
        const soldOut = await ask.soldOut(need.deployment);
        const sight = await ask.seen([need.deployment], () => offers.call(provider, need, call));
        if (sight.kind === 'unknown' || soldOut === undefined) return sight;
        return { ...sight, value: sight.value.map((each) => ({ ...each, denied: soldOut })) };
      },
    }),
    ...(drain && {
      drain: (replica, call) => ask.reply([replica.deployment], () => drain.call(provider, replica, call)),
    }),
    ...(notices && { notices: (call) => ask.seen(deployments, () => notices.call(provider, call)) }),
    ...(checkAccess && {
      checkAccess: (call, starts) => ask.seen(deployments, () => checkAccess.call(provider, call, starts)),
    }),
  };
}

/**
 * What an earlier try made is there, whatever has been sold since: as a cloud does, it is looked for first. Undefined: there is
 * nothing in the slot that runs, or a stopped machine, which no cloud promises to start.
 */
async function adopted(
  provider: Provider,
  request: StartRequest,
  call: WriteCall,
): Promise<Reply<Replica> | undefined> {
  const sight = await provider.list(request, call);
  if (sight.kind === 'unknown') return { kind: 'refused', error: { ...sight.error, class: 'transient' } };
  const isThere = sight.value.some((each) => each.slot === request.slot && isStanding(each));
  return isThere ? await provider.start(request, call) : undefined;
}

/** Each call goes on, or meets what is in force now at the site. */
function createGuard({ site, faultsOf }: DrilledSite) {
  const find = async (deployments: readonly string[], kind: ArmedFaultKind): Promise<Fault | undefined> => {
    const faults = (await Promise.all(deployments.map(faultsOf))).flat();
    // One of no share only shows that it can be armed and undone.
    return faults.find((each) => each.kind === kind && each.site === site && each.sharePct > 0);
  };
  const refusal = async (deployments: readonly string[]): Promise<ProviderError | undefined> => {
    for (const { kind, as, retryAfterMs } of everyCall) {
      const fault = await find(deployments, kind);
      if (fault !== undefined) return refusalOf(as, `drill ${fault.drill}`, retryAfterMs);
    }
    return undefined;
  };
  return {
    refusal,
    async seen<T>(deployments: readonly string[], run: () => Promise<Seen<T>>): Promise<Seen<T>> {
      const error = await refusal(deployments);
      return error === undefined ? await run() : { kind: 'unknown', error };
    },
    async reply<T>(deployments: readonly string[], run: () => Promise<Reply<T>>): Promise<Reply<T>> {
      const error = await refusal(deployments);
      return error === undefined ? await run() : { kind: 'refused', error };
    },
    async soldOut(deployment: string): Promise<ProviderError | undefined> {
      const fault = await find([deployment], 'capacity-denied');
      return fault === undefined ? undefined : refusalOf('sold-out', `drill ${fault.drill}`);
    },
  };
}
