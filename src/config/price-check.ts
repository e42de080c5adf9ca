/** Whether providers that are asked for prices say any: each answers for itself, in its table of capabilities. */
import type { Answer } from '../model/outcome.ts';
import type { Finding } from './finding.ts';
import type { Judged } from './rule.ts';

/** By kind. */
export type CapableProviders = Readonly<
  Record<string, { plugin?(): Promise<{ readonly capabilities: { readonly prices: Answer } }> }>
>;

/** Beside the rules, which do not wait: a plugin is loaded only where its prices are asked for. */
export async function checkPrices(
  { source, config, isSure }: Judged,
  providers: CapableProviders,
): Promise<readonly Finding[]> {
  const found: Finding[] = [];
  for (const { name, provider, capacity = [] } of config.sites) {
    const asked = capacity.flatMap(({ priceSource }, index) => (priceSource === 'provider' ? [index] : []));
    if (asked.length === 0 || !isSure(['sites', name])) continue;
    const plugin = await providers[provider]?.plugin?.();
    if (plugin?.capabilities.prices !== 'no') continue;
    const hint = 'write amount, currency and per instead';
    for (const index of asked) {
      const path = ['sites', name, 'capacity', index, 'price', 'source'];
      found.push(source.findingAt(path, `${provider} says no prices`, hint));
    }
  }
  return found;
}
