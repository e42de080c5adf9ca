/** Deletes every replica of every deployment: the end of a demo or a test, never of a service. */
import type { Provider } from '../ports/provider.ts';
import { attemptWrite } from './attempt.ts';
import { callWithin } from './call-within.ts';
import type { EngineDeps } from './engine.ts';
import { gripLease, type LeaseGrip } from './lease-grip.ts';

/** For one site, in milliseconds: its replicas' own grace comes on top. */
const siteTimeoutMs = 10_000;

/** Under the lease, as every change. Returns the ids of replicas that may be left, with why. */
export async function tearDown(deps: EngineDeps, signal: AbortSignal): Promise<readonly string[]> {
  const left = await Promise.all(
    deps.config.deployments.map((deployment) => tearDownDeployment(deps, deployment.name, signal)),
  );
  return left.flat();
}

async function tearDownDeployment(
  deps: EngineDeps,
  deployment: string,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const reply = await gripLease(deps, deployment, signal);
  if (reply.kind !== 'held') return [`${deployment}: its lease is held by somebody else`];
  const { grip } = reply;
  try {
    const sites = [...deps.providers].map(([site, provider]) =>
      tearDownSite({ deps, grip, site, provider, signal }, deployment),
    );
    return (await Promise.all(sites)).flat();
  } finally {
    await grip.release();
  }
}

interface SiteWork {
  readonly deps: EngineDeps;
  readonly grip: LeaseGrip;
  readonly site: string;
  readonly provider: Provider;
  readonly signal: AbortSignal;
}

async function tearDownSite(
  { deps, grip, site, provider, signal }: SiteWork,
  deployment: string,
): Promise<readonly string[]> {
  const { clock } = deps;
  const operationId = `tear-down-${grip.epoch}`;
  const end = await callWithin(clock, siteTimeoutMs, signal, (call) => provider.list({ deployment }, call));
  const seen = end.kind === 'answered' ? end.value : { kind: 'unknown' as const, error: end.error };
  if (seen.kind === 'unknown') return [`${site}: ${seen.error.message}`];
  const stops = seen.value.map(async (replica) => {
    const terms = {
      operationId,
      idempotencyKey: `${operationId}/${replica.id}`,
      deadlineAtMonoMs: clock.monoMs() + siteTimeoutMs,
      tryTimeoutMs: siteTimeoutMs,
      signal,
    };
    const stopped = await attemptWrite(deps, grip, terms, (call) => provider.stop(replica, 'delete', call));
    return stopped.kind === 'done' ? [] : [`${replica.id}: ${stopped.error.message}`];
  });
  return (await Promise.all(stops)).flat();
}
