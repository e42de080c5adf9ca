/** The contract of a provider: run every case against yours, each on an empty site. */
import type { ProviderPlugin } from '../ports/provider.ts';
import type { ContractCase } from './contract-case.ts';
import { accessCases } from './provider/access-cases.ts';
import { callCases } from './provider/call-cases.ts';
import { capabilityCases } from './provider/capability-cases.ts';
import type { MakeCloud } from './provider/cloud-subject.ts';
import { crashCases } from './provider/crash-cases.ts';
import { disturbCases } from './provider/disturb-cases.ts';
import { drainCases, drainedCases } from './provider/drain-cases.ts';
import { noticeCases } from './provider/notice-cases.ts';
import { offerCases } from './provider/offer-cases.ts';
import { priceCases, unpricedCases } from './provider/price-cases.ts';
import { startCases } from './provider/start-cases.ts';
import { stopCases } from './provider/stop-cases.ts';
import type { MakeProvider } from './provider/subject.ts';
import { troubleCases } from './provider/trouble-cases.ts';
import { warmCases } from './provider/warm-cases.ts';

/** What every provider promises, with or without a cloud behind it; for what the plugin says it cannot do, that it does not. */
export function providerContract(plugin: ProviderPlugin, make: MakeProvider): readonly ContractCase[] {
  const { drain, disturb } = plugin.capabilities;
  return [
    ...capabilityCases(plugin, make),
    ...startCases(make),
    ...stopCases(make),
    ...warmCases(plugin, make),
    ...callCases(make),
    ...(drain === 'yes' ? drainCases(make) : []),
    ...(disturb === 'yes' ? disturbCases(make) : []),
  ];
}

/** What a provider that calls a cloud promises beside that, whatever the cloud answers and wherever its process dies. */
export function cloudContract(plugin: ProviderPlugin, make: MakeCloud): readonly ContractCase[] {
  const { offers, prices, drain, notices, accessCheck } = plugin.capabilities;
  return [
    ...troubleCases(plugin, make),
    ...crashCases(plugin, make),
    ...(offers === 'yes' ? offerCases(make) : []),
    ...(prices === 'yes' ? priceCases(make) : offers === 'yes' ? unpricedCases(make) : []),
    ...(drain === 'yes' ? drainedCases(plugin, make) : []),
    ...(notices === 'yes' ? noticeCases(make) : []),
    ...(accessCheck === 'yes' ? accessCases(make) : []),
  ];
}
