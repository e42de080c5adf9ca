/** How many requests a model server runs by its own metrics: for draining where no gateway counts them. */
import type { Seen } from '../model/outcome.ts';
import type { ProviderError } from '../model/provider-error.ts';
import type { ReadCall } from '../ports/call.ts';
import type { Clock } from '../ports/clock.ts';
import { refuseTarget } from './allowed-target.ts';
import { exchange, ofStatus } from './exchange.ts';
import { sumOfMetric } from './metrics-text.ts';

/** Histograms make a page larger than what other probes read. */
const maxPageBytes = 4 * 1024 * 1024;

/** `url`: the replica's address, its page is `/metrics` below it. The sum of `metrics`. Never throws and never rejects. */
export async function readInFlight(
  url: string,
  metrics: readonly string[],
  { clock }: { readonly clock: Clock },
  call: ReadCall,
): Promise<Seen<number>> {
  const target = URL.parse(url);
  const against = target === null ? 'the address is not a URL' : refuseTarget(target);
  if (target === null || against !== undefined) return unseen('CannotSee', against ?? '');
  const startedMonoMs = clock.monoMs();
  const elapsedMs = (): number => clock.monoMs() - startedMonoMs;
  const timeoutMs = Math.max(1, call.deadlineAtMonoMs - startedMonoMs);
  const parts: Buffer[] = [];
  const finding = await exchange(
    target,
    {
      method: 'GET',
      path: '/metrics',
      maxBytes: maxPageBytes,
      onHead: ({ statusCode = 0 }) => ofStatus(statusCode),
      onData(part) {
        parts.push(part);
        return undefined;
      },
      onEnd: () => ({ outcome: 'good' }),
      onLate: () => ({ outcome: 'unknown', reason: 'CannotSee', detail: `no page within ${Math.round(timeoutMs)} ms` }),
    },
    // However it fails, it was only a look: how many run is not known then.
    { timeoutMs, isCutShort: false, signal: call.signal, elapsedMs },
  );
  if (finding.outcome !== 'good') return unseen(finding.reason ?? 'CannotSee', finding.detail ?? 'no page');
  const page = Buffer.concat(parts).toString('utf8');
  const values = metrics.map((name) => ({ name, value: sumOfMetric(page, name) }));
  const missing = values.find(({ value }) => value === undefined);
  if (missing !== undefined) return unseen('NoMetric', `the page has no whole ${missing.name}`);
  return { kind: 'seen', value: values.reduce((sum, { value = 0 }) => sum + value, 0), asOfMs: clock.nowMs() };
}

function unseen(code: string, message: string): { readonly kind: 'unknown'; readonly error: ProviderError } {
  return { kind: 'unknown', error: { class: 'unknown', code, message } };
}
