/** What a plan would bring, on one screen: shown before anybody is asked whether it shall be done. */
import type { Alternative, Forecast, SiteForecast } from '../../model/forecast.ts';
import type { Plan } from '../../model/plan.ts';
import type { Planned, Preview } from '../../model/preview.ts';
import type { Reason } from '../../model/reason.ts';
import { span } from '../../model/words.ts';
import { asideTexts } from './hunt-plan.ts';
import { planSentence } from './plan-sentence.ts';
import { reasonLines } from './reason.ts';
import { sanitize } from './sanitize.ts';
import { mark, type Style, tint } from './style.ts';
import { type Column, table } from './table.ts';
import { cut, hanging, padEnd, wrap } from './width.ts';

/** More sites than this are counted, not shown. */
const mostSites = 20;

/** The whole screen; with `isRefused` what stands against it and what works instead. */
export function planText(preview: Preview, nowMs: number, style: Style): string {
  const { planned, against } = preview;
  const lines = planned === undefined ? [] : plannedLines(preview, planned, style);
  return [...lines, ...refusalLines(preview, nowMs, style, against)].map((line) => line.trimEnd()).join('\n');
}

/** Why it would be refused now, and what works instead; nothing when it would not be. */
export function refusalLines(
  { instead, isWaiting, planned }: Preview,
  nowMs: number,
  style: Style,
  against: readonly Reason[],
): readonly string[] {
  if (against.length === 0) return [];
  const head = isWaiting ? 'Waited for:' : planned === undefined ? 'Refused now:' : 'Refused now. Rules against it:';
  return [
    head,
    ...reasonLines(against, nowMs, style),
    ...(instead.length === 0 ? [] : ['What works instead:', ...instead.map(insteadLine)]),
  ];
}

function plannedLines(preview: Preview, { plan, forecast }: Planned, style: Style): readonly string[] {
  const { against } = preview;
  return [
    ...wrap(planSentence(plan, preview.wish.sharePct), style.width, 3),
    ...siteLines(forecast, against, style),
    ...asideTexts(plan).flatMap((text) => warning(text, style)),
    ...uncheckedLines(forecast, style),
    ...costLines(forecast),
    ...timeLines(forecast, style),
    ...labelled('Steps', stepNames(plan).join(', '), style),
    ...(forecast.passed.length === 0
      ? []
      : labelled('Rules', `${tick(style)}${forecast.passed.join(', ')} do not stand in the way`, style)),
    ...drainLines(forecast, style),
    ...drillLines(plan, preview, style),
    ...sourceLines(plan, preview, style),
    ...forecast.danger.why.flatMap((why) => warning(`Severe: ${sanitize(why)}`, style)),
    ...(preview.seenBy === 'this-process' && preview.view.route.kind === 'unknown'
      ? warning('The gateway is not seen: weights and load are not checked', style)
      : []),
  ];
}

const columns: readonly Column[] = [
  { title: 'SITE', align: 'left', maxWidth: 24 },
  { title: 'NOW', align: 'right', maxWidth: 5 },
  { title: 'THEN', align: 'right', maxWidth: 5 },
  { title: 'READY', align: 'right', maxWidth: 7 },
  { title: 'LOAD', align: 'right', maxWidth: 6 },
  { title: 'CHECK', align: 'left', maxWidth: 40 },
];

function siteLines({ sites }: Forecast, against: readonly Reason[], style: Style): readonly string[] {
  const rows = sites
    .slice(0, mostSites)
    .map((each) => [
      sanitize(each.site, 24),
      `${each.nowPct}%`,
      `${each.thenPct}%`,
      `${each.ready}/${each.wanted}`,
      loadText(each),
      checkText(each, against, style),
    ]);
  const more = sites.length > mostSites ? [`and ${sites.length - mostSites} more sites`] : [];
  return [...table(columns, rows, style), ...more];
}

function loadText({ thenRps, thenCapacityRps }: SiteForecast): string {
  if (thenRps === undefined || thenCapacityRps === undefined) return '-';
  if (thenCapacityRps === 0) return thenRps === 0 ? '0%' : '-';
  return `${Math.round((thenRps / thenCapacityRps) * 100)}%`;
}

function checkText(forecast: SiteForecast, against: readonly Reason[], style: Style): string {
  const { site, starts, trims, ends, nowPct, thenPct } = forecast;
  const refused = against.find((reason) => reason.site === site);
  if (refused !== undefined) return `${mark('bad', style)}${refused.code}`;
  const changes = [
    ...(starts > 0 ? [`starts ${starts}`] : []),
    ...(trims === undefined || trims === 0 ? [] : [`stops ${trims}`]),
    ...(ends === 'drained' ? ['is drained'] : ends === 'stopped' ? ['is drained and stopped'] : []),
  ];
  const isUnchecked = thenPct > nowPct && unseenLoad(forecast) !== undefined;
  if (changes.length > 0) return [...changes, ...(isUnchecked ? ['load not checked'] : [])].join(', ');
  if (nowPct === thenPct) return '';
  return isUnchecked ? `${mark('unknown', style)}load not checked` : `${tick(style)}ok`;
}

/** What is missing for the load a site would get; undefined: nothing. */
function unseenLoad({ thenRps, thenCapacityRps }: SiteForecast): 'rate' | 'traffic' | undefined {
  if (thenCapacityRps === undefined) return 'rate';
  return thenRps === undefined ? 'traffic' : undefined;
}

/** Which check could not be made for sites that get more, and why. */
function uncheckedLines({ sites }: Forecast, style: Style): readonly string[] {
  const gaining = sites.filter(({ nowPct, thenPct }) => thenPct > nowPct);
  const without = (what: 'rate' | 'traffic'): string => {
    const names = gaining.filter((each) => unseenLoad(each) === what).map(({ site }) => sanitize(site, 24));
    return names.length > 8 ? `${names.slice(0, 8).join(', ')} and ${names.length - 8} more` : names.join(', ');
  };
  const [unrated, unseen] = [without('rate'), without('traffic')];
  return [
    ...(unrated === ''
      ? []
      : warning(`Load is not checked at ${unrated}: no rate is configured (rated.requestsPerSecond)`, style)),
    ...(unseen === '' ? [] : warning(`Load is not checked at ${unseen}: the gateway's statistics are not seen`, style)),
  ];
}

function costLines({ cost }: Forecast): readonly string[] {
  if (cost === undefined) return [];
  const { nowUsdPerHour: now, thenUsdPerHour: then, peakUsdPerHour: peak } = cost;
  const change = then - now;
  const text = change === 0 ? 'no change' : `${change > 0 ? '+' : ''}${change.toFixed(2)}`;
  const until = peak === undefined ? '' : `, ${peak.toFixed(2)} until one of both is proven`;
  return [`Cost    ${now.toFixed(2)} -> ${then.toFixed(2)} USD/h (${text})${until}`];
}

function timeLines({ phases }: Forecast, style: Style): readonly string[] {
  const parts = phases.map(({ phase, medianMs, worstMs, leastMs }) =>
    medianMs === undefined || worstMs === undefined
      ? `${phase} ${leastMs === 0 ? '-' : `at least ${span(leastMs)}`}`
      : `${phase} ${span(medianMs)} (worst ${span(worstMs)})`,
  );
  const isKnown = phases.some(({ medianMs }) => medianMs !== undefined);
  const leastMs = phases.reduce((sum, each) => sum + each.leastMs, 0);
  const least = leastMs === 0 ? 'not known' : `at least ${span(leastMs)} by policy`;
  const text = isKnown ? parts.join(', ') : `${least}: nothing like it was done before`;
  return labelled('Time', text, style);
}

function drainLines({ drains }: Forecast, style: Style): readonly string[] {
  return drains.flatMap(({ site, budgetMs, stopGraceMs, isStopped }) => {
    const name = sanitize(site, 40);
    const line = cut(`Streams at ${name} get up to ${span(budgetMs)} to finish; what runs then is cut.`, style.width);
    if (!isStopped || stopGraceMs >= budgetMs) return [line];
    const less = `The server at ${name} gives them ${span(stopGraceMs)} once it is told to stop (stopGrace), less than that`;
    return [line, ...warning(less, style)];
  });
}

/** Whoever moves traffic by hand comes before any drill. */
/** Whoever moves gently off a site that does not serve should know it before, and what would be quicker. */
function sourceLines({ kind, from, deployment }: Plan, { diagnosis }: Preview, style: Style): readonly string[] {
  const source = diagnosis.sites.find(({ site, planes }) => site === from && planes.length > 0);
  if (source === undefined) return [];
  const { site, code, message } = source;
  const quicker =
    kind === 'failover'
      ? ''
      : `. At once:  godwit failover ${sanitize(deployment, 60)} --away-from ${sanitize(site, 40)}`;
  return warning(`${sanitize(site, 40)} is bad now: ${code}: ${sanitize(message)}${quicker}`, style);
}

function drillLines({ steps }: Plan, { view: { faults = [] } }: Preview, style: Style): readonly string[] {
  const sites = faults.map(({ site }) => sanitize(site, 40)).join(', ');
  return steps.flatMap((step) =>
    step.kind === 'undo' ? warning(`Aborts drill ${step.run}: what it breaks at ${sites} is undone first`, style) : [],
  );
}

/** The label once, the text beside it. */
function labelled(label: string, text: string, style: Style): readonly string[] {
  return wrap(text, style.width - labelWidth, 4).map(
    (line, index) => padEnd(index === 0 ? label : '', labelWidth) + line,
  );
}

const labelWidth = 8;

/** Without the number that only the journal needs. */
export function stepNames({ steps }: Pick<Plan, 'steps'>): readonly string[] {
  const names = steps.map(({ name }) => sanitize(name.replace(/^\d+-/, ''), 60));
  return names.length <= 12 ? names : [...names.slice(0, 11), `${names.length - 11} more`];
}

function insteadLine({ kind, wish }: Alternative, index: number): string {
  const text =
    kind === 'wake'
      ? 'start the target first:  add --wake'
      : kind === 'share'
        ? `move less now:           --share ${wish.sharePct ?? 100}%`
        : `another target:          --to ${sanitize(wish.to ?? '', 40)}`;
  return `  ${index + 1}  ${text}`;
}

function tick(style: Style): string {
  return mark('good', style);
}

/** Whole: what it warns of is the point. */
function warning(text: string, style: Style): readonly string[] {
  return hanging(mark('warn', style), text, style.width, 6).map((line) => tint('warn', line, style));
}
