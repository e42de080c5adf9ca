/** Rules of the limits on moves: the calendar, vendors, prices and times for moves by hand. */
import { suggestion } from './nearest.ts';
import { anyOf, eachDeployment, type Rule, written } from './rule.ts';
import { writeDuration } from './write-duration.ts';

const freezeEnds = eachDeployment(({ source, isSure }, { name, failover }) => {
  const path = ['failover', 'safety', 'freeze'];
  if (!isSure(...anyOf(name, ...path))) return [];
  return failover.safety.freeze.flatMap(({ fromMs, untilMs }, index) =>
    fromMs < untilMs
      ? []
      : [source.findingAt(written(source, name, ...path, index, 'until'), 'until must be later than from')],
  );
});

const vendorsKnown = eachDeployment(({ source, config, isSure }, { name, failover }) => {
  const path = ['failover', 'safety', 'vendorShare'];
  const known = [...new Set(config.sites.map(({ vendor, provider }) => vendor ?? provider))];
  if (!isSure(['sites'], ...anyOf(name, ...path))) return [];
  return Object.keys(failover.safety.vendorMaxRatio)
    .filter((vendor) => !known.includes(vendor))
    .map((vendor) => {
      const own = written(source, name, ...path, vendor).slice(0, -1);
      return source.findingAtKey(own, vendor, `no site is of the vendor "${vendor}"`, suggestion(vendor, known));
    });
});

/** A price nobody stated is not none: a ceiling over it would hold nothing back. */
const pricesStated = eachDeployment(({ source, isSure }, { name, placements, failover }) => {
  const { maxUsdPerHour } = failover.safety;
  const path = ['failover', 'safety', 'maxUsdPerHour'];
  if (maxUsdPerHour === undefined || !isSure(...anyOf(name, ...path))) return [];
  return placements
    .filter(({ site, usdPerHour }) => usdPerHour === undefined && isSure(['deployments', name, 'sites', site]))
    .map(({ site }) => {
      const message = `${site} needs a price: ${name} may cost at most ${maxUsdPerHour} USD an hour`;
      const hint = 'write price: { amount: 2.95, currency: USD, per: hour }';
      return source.findingAtKey(['deployments', name, 'sites'], site, message, hint);
    });
});

/** One that is not rated makes all be counted as if a replica were a replica. */
const ratedTogether = eachDeployment(({ source, isSure }, { name, placements }) => {
  if (!placements.some(({ ratedRps }) => ratedRps !== undefined) || !isSure(['deployments', name, 'sites'])) return [];
  return placements
    .filter(({ ratedRps }) => ratedRps === undefined)
    .map(({ site }) => {
      const message = `${site} has no "rated": capacity of ${name} is compared in replicas`;
      return { ...source.findingAtKey(['deployments', name, 'sites'], site, message), severity: 'warning' as const };
    });
});

const manualTimes = eachDeployment(({ source, isSure }, { name, failover }) => {
  const path = ['failover', 'manual'];
  const { defaultExpiryMs, maxExpiryMs, warnBeforeMs } = failover.manual;
  if (!isSure(...anyOf(name, ...path))) return [];
  const at = (key: string, message: string) => source.findingAt(written(source, name, ...path, key), message);
  const most = writeDuration(maxExpiryMs);
  return [
    ...(defaultExpiryMs > maxExpiryMs
      ? [at('defaultExpiry', `the default expiry is longer than the longest (${most})`)]
      : []),
    ...(warnBeforeMs >= defaultExpiryMs
      ? [at('warnBefore', `the warning would come before the move (${writeDuration(defaultExpiryMs)} long)`)]
      : []),
  ];
});

export const policyRules: readonly Rule[] = [freezeEnds, vendorsKnown, pricesStated, ratedTogether, manualTimes];
