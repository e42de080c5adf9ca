/** A provider with scripted bad days: for drills and the demo, which arm it; no configuration can. */
import type { Reply, Seen } from '../model/outcome.ts';
import type { ProviderError } from '../model/provider-error.ts';
import type { Replica } from '../model/replica.ts';
import type { Clock } from '../ports/clock.ts';
import type { Provider, ReplicaSelector } from '../ports/provider.ts';
import { type Armed, arm } from './armed.ts';
import { createLag, type Lag } from './lag.ts';
import { refusalOf } from './refusals.ts';
import type { FaultScript, ProviderFault } from './script.ts';

/** With an empty script it is the provider itself, call for call. */
export function withScriptedFaults(
  provider: Provider,
  script: FaultScript,
  { clock }: { readonly clock: Clock },
): Provider {
  const armed = arm(script, clock);
  const lag = createLag(clock);
  const longestLagMs = Math.max(0, ...script.map((fault) => (fault.kind === 'listing-lags' ? fault.byMs : 0)));
  return {
    ...provider,
    listLagMs: provider.listLagMs + longestLagMs,
    async list(selector, call) {
      const refusal = armed.take('throttled');
      if (refusal !== undefined) return { kind: 'unknown', error: errorOf(refusal) };
      return seeThrough(lag, selector, await provider.list(selector, call));
    },
    async start(request, call) {
      const refusal = armed.take('sold-out', 'quota', 'throttled');
      if (refusal !== undefined) return { kind: 'refused', error: errorOf(refusal) };
      const reply = await provider.start(request, call);
      return reply.kind === 'done' ? afterStart(armed, lag, reply.value) : reply;
    },
    async stop(replica, how, call) {
      const refusal = armed.take('throttled');
      if (refusal !== undefined) return { kind: 'refused', error: errorOf(refusal) };
      const reply = await provider.stop(replica, how, call);
      if (reply.kind === 'done' && how === 'delete') lag.linger(replica, armed.take('listing-lags')?.byMs ?? 0);
      return reply;
    },
  };
}

function afterStart(armed: Armed, lag: Lag, replica: Replica): Reply<Replica> {
  lag.hide(replica, armed.take('listing-lags')?.byMs ?? 0);
  lag.boot(replica, armed.take('slow-boot')?.byMs ?? 0);
  const lost = armed.take('reply-lost');
  return lost === undefined
    ? { kind: 'done', value: lag.asBooting(replica) }
    : { kind: 'unknown', error: errorOf(lost) };
}

function seeThrough(lag: Lag, selector: ReplicaSelector, sight: Seen<readonly Replica[]>): Seen<readonly Replica[]> {
  if (sight.kind === 'unknown') return sight;
  const listed = sight.value.filter((replica) => !lag.isHidden(replica)).map(lag.asBooting);
  const isListed = ({ id }: Replica): boolean => sight.value.some((replica) => replica.id === id);
  const ghosts = lag.ghosts().filter((ghost) => ghost.deployment === selector.deployment && !isListed(ghost));
  return { ...sight, value: [...listed, ...ghosts] };
}

type Refusing = Extract<ProviderFault, { kind: 'sold-out' | 'quota' | 'throttled' | 'reply-lost' }>;

function errorOf(fault: Refusing): ProviderError {
  return refusalOf(fault.kind, 'scripted fault', fault.kind === 'throttled' ? fault.retryAfterMs : undefined);
}
