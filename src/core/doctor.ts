/** What a provider's report on our rights means for what is placed at a site. */
import type { AccessReport, PermissionCheck, QuotaCheck } from '../model/access.ts';
import type { Demand, Finding, NotAsked } from '../model/doctor.ts';
import type { Seen } from '../model/outcome.ts';
import type { Site } from '../model/site.ts';
import { span } from '../model/words.ts';

/** What a site’s report shows, and what it could not be asked. */
export interface SiteFindings {
  readonly findings: readonly Finding[];
  readonly notAsked: readonly NotAsked[];
}

/** Signed requests and what is compared by time go wrong some minutes apart; one is near enough, in milliseconds. */
const mostSkewMs = 60_000;

/** `seen` undefined: the provider cannot be asked at all. */
export function siteFindings(
  site: Site,
  seen: Seen<AccessReport> | undefined,
  demands: readonly Demand[],
): SiteFindings {
  const { name: where, provider } = site;
  if (seen === undefined)
    return {
      findings: [],
      notAsked: (['access', 'excess', 'parts', 'quota', 'clock'] as const).map((area) => ({
        ...{ area, where, why: `the provider ${provider} cannot be asked` },
      })),
    };
  if (seen.kind === 'unknown') return { findings: [notSeen(site, seen.error)], notAsked: [] };
  const { value: report } = seen;
  const parts = [rights(site, report, demands), excess(site, report), made(site, report), quota(site, report, demands)];
  const all = [...parts, clock(site, report)];
  return {
    findings: all.flatMap(({ findings }) => findings),
    notAsked: all.flatMap(({ notAsked }) => notAsked),
  };
}

function found(...findings: readonly Finding[]): SiteFindings {
  return { findings, notAsked: [] };
}

function notSeen(
  { name: where, provider }: Site,
  { class: errorClass, code, message }: Extract<Seen<never>, { kind: 'unknown' }>['error'],
): Finding {
  const why = `${code}: ${message}`;
  if (errorClass !== 'auth')
    return { area: 'access', outcome: 'unknown', where, what: 'the provider was asked and did not say', why };
  const todo = `give ${provider} credentials that count, then ask again: godwit doctor --only access --site ${where}`;
  return { area: 'access', outcome: 'bad', where, what: 'the credentials are not accepted', why, todo, isAccess: true };
}

/** Rights to make machines are needed where some have to be made; elsewhere only what is lost is not replaced. */
function rights(
  { name: where, provider }: Site,
  { identity, permissions }: AccessReport,
  demands: readonly Demand[],
): SiteFindings {
  const area = 'access';
  const needsNew = demands.some((each) => each.needsNew);
  const isPressing = ({ use }: PermissionCheck): boolean => use === 'operate' || needsNew;
  const held = permissions.filter(({ granted }) => granted === 'yes');
  const missing = permissions.filter(({ granted }) => granted === 'no');
  const later = missing.filter((each) => !isPressing(each));
  const unasked = permissions.filter(({ notAsked }) => notAsked === true);
  const who = identity === undefined ? 'granted' : `granted to ${identity}`;
  const findings: Finding[] = [];
  if (held.length > 0) findings.push({ area, outcome: 'ok', where, what: `${who}: ${namesOf(held)}` });
  findings.push(...missing.filter(isPressing).map((each) => missingRight({ where, provider }, each)));
  if (later.length > 0) {
    const what = `may not make or delete machines (${namesOf(later)}): those there should be are there; what is lost is not replaced`;
    findings.push({ area, outcome: 'ok', where, what });
  }
  for (const { name, granted, notAsked, message } of permissions)
    if (granted === 'unknown' && notAsked !== true)
      findings.push({ area, outcome: 'unknown', where, what: `${name}: not known`, ...whyOf(message) });
  const byReason = Map.groupBy(unasked, ({ message }) => message ?? 'there is nothing to ask it of');
  const notAsked = [...byReason].map(([why, checks]) => ({ area, where, why: `${namesOf(checks)}: ${why}` }) as const);
  return { findings, notAsked };
}

function missingRight(
  { where, provider }: { readonly where: string; readonly provider: string },
  { name, use, message }: PermissionCheck,
): Finding {
  const todo = `grant it: godwit policy print ${provider} --site ${where}`;
  return {
    ...{ area: 'access', outcome: 'bad', where, what: `${name} is missing (${use})`, todo, isAccess: true },
    ...whyOf(message),
  };
}

function whyOf(message: string | undefined): { readonly why?: string } {
  return message === undefined ? {} : { why: message };
}

function namesOf(checks: readonly { readonly name: string }[]): string {
  return checks.map(({ name }) => name).join(', ');
}

function excess({ name: where, provider }: Site, { excess: names }: AccessReport): SiteFindings {
  if (names.length === 0) return found({ area: 'excess', outcome: 'ok', where, what: 'no right too many was found' });
  const todo = `take it away: godwit policy print ${provider} --site ${where}`;
  return found(
    ...names.map(
      (name): Finding => ({
        ...{ area: 'excess', outcome: 'bad', where, todo, isAccess: true },
        what: `granted and not needed: ${name}`,
      }),
    ),
  );
}

function made({ name: where }: Site, { parts }: AccessReport): SiteFindings {
  const area = 'parts';
  const there = parts.filter(({ present }) => present === 'yes');
  const todo = 'make it, or correct the site in the configuration';
  return found(
    ...(there.length > 0 ? [{ area, outcome: 'ok', where, what: `there: ${namesOf(there)}` } as const] : []),
    ...parts.flatMap(({ name, present, message }): readonly Finding[] => {
      if (present === 'yes') return [];
      if (present === 'unknown')
        return [{ area, outcome: 'unknown', where, what: `${name}: not seen`, ...whyOf(message) }];
      return [{ area, outcome: 'bad', where, what: `${name} is not there or not usable`, ...whyOf(message), todo }];
    }),
  );
}

/** Quotas of one family are needed together; of several families any one is enough, for each is another machine to try. */
function quota({ name: where }: Site, { quotas }: AccessReport, demands: readonly Demand[]): SiteFindings {
  const area = 'quota';
  if (demands.length === 0) return found();
  if (quotas.length === 0)
    return { findings: [], notAsked: [{ area, where, why: 'the provider does not say what the quota is' }] };
  const unseen = demands.filter(({ lacking }) => lacking === undefined).map(({ deployment }) => deployment);
  if (unseen.length > 0)
    return found({
      area,
      outcome: 'unknown',
      where,
      what: `what runs of ${unseen.join(', ')} is not seen, so what is lacking is not known`,
    });
  const lacking = demands.reduce((sum, each) => sum + (each.lacking ?? 0), 0);
  const names = demands.map(({ deployment }) => deployment).join(', ');
  if (lacking === 0) return found({ area, outcome: 'ok', where, what: `nothing of ${names} is lacking` });
  const families = [...Map.groupBy(quotas, ({ family }) => family).values()];
  const fitting = families.find((family) => family.every((each) => roomOf(each) >= lacking * each.perReplica));
  const told = (fitting ?? families[0] ?? []).map((each) => quotaText(each, lacking)).join('; ');
  if (fitting !== undefined)
    return found({ area, outcome: 'ok', where, what: `room for what ${names} lacks: ${told}` });
  const others = families.length > 1 ? `, and no other of ${families.length} families has room` : '';
  return found({
    ...{ area, outcome: 'bad', where, what: `no room for what ${names} lacks: ${told}${others}` },
    todo: 'ask the provider for more, or free what is not used',
  });
}

function roomOf({ limit, used }: QuotaCheck): number {
  return Math.max(0, limit - used);
}

/** `vCPUs of p5: quota 96, used 0, needs 192 for 1 replica`. */
function quotaText({ name, limit, used, perReplica }: QuotaCheck, lacking: number): string {
  return `${name}: quota ${limit}, used ${used}, needs ${lacking * perReplica} for ${lacking} ${lacking === 1 ? 'replica' : 'replicas'}`;
}

function clock({ name: where }: Site, { clockSkewMs }: AccessReport): SiteFindings {
  const area = 'clock';
  if (clockSkewMs === undefined)
    return { findings: [], notAsked: [{ area, where, why: 'the provider does not say what time it has' }] };
  const apart = span(Math.abs(clockSkewMs));
  const what =
    Math.abs(clockSkewMs) < 1000
      ? 'its clock is within a second of ours'
      : `its clock is ${apart} ${clockSkewMs < 0 ? 'behind' : 'ahead of'} ours`;
  if (Math.abs(clockSkewMs) <= mostSkewMs) return found({ area, outcome: 'ok', where, what });
  const todo = 'set the clock of this machine by a time server: requests signed at another time are refused';
  return found({ area, outcome: 'bad', where, what: `${what}; at most ${span(mostSkewMs)} is near enough`, todo });
}
