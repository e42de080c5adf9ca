/** Drills as they are written in the configuration. */
import type { PlannedFault } from '../model/drill.ts';
import type { LeftOut, SuggestedDrill, Suggestion } from './suggest-drills.ts';
import { writeDuration } from './write-duration.ts';

/** The section, or with `isBare` what belongs below its key; with its last line break. What makes no sense here is a comment. */
export function drillsText(suggestions: readonly Suggestion[], isBare = false): string {
  const parts = suggestions.map((each) => ('why' in each ? leftOutText(each) : drillText(each)));
  return `${isBare ? '' : 'drills:\n'}${parts.join('\n')}`;
}

function leftOutText({ name, why }: LeftOut): string {
  return `  # ${name}: ${why}\n`;
}

function drillText(drill: SuggestedDrill): string {
  const { exit, steadyState, faults } = drill;
  const lines = [
    `  ${drill.name}:`,
    `    title: ${quoted(drill.title)}`,
    `    deployment: ${quoted(drill.deployment)}`,
    `    kind: ${drill.kind}`,
    ...(exit === undefined
      ? ['    fault:', ...faults.map((fault) => `      - ${faultText(fault)}`)]
      : [`    exit: { vendor: ${quoted(exit.vendor)}, stay: ${writeDuration(exit.stayMs)} }`]),
    ...(drill.hypothesis.length === 0 ? [] : ['    hypothesis:']),
    ...drill.hypothesis.map((text) => `      - ${quoted(text)}`),
    `    steadyState: { observe: ${writeDuration(steadyState.observeMs)}, require: [${steadyState.require.map(quoted).join(', ')}] }`,
    `    load: { source: generated, rate: ${drill.requestsPerSecond}rps }`,
    '    abortIf:',
    ...drill.abortIf.map((text) => `      - ${quoted(text)}`),
    `    recovery: { failback: true, settle: ${writeDuration(drill.settleMs)} }`,
  ];
  return `${lines.join('\n')}\n`;
}

function faultText({ kind, site, sharePct, forMs, delayMs }: PlannedFault): string {
  const parts = [
    `type: ${kind}`,
    `site: ${quoted(site)}`,
    ...(delayMs === undefined ? [] : [`delay: ${writeDuration(delayMs)}`]),
    ...(isAboutRequests(kind) ? [`share: ${sharePct}%`] : []),
    `for: ${writeDuration(forMs)}`,
  ];
  return `{ ${parts.join(', ')} }`;
}

function isAboutRequests(kind: PlannedFault['kind']): boolean {
  return kind === 'blackhole' || kind === 'slow-first-token' || kind === 'stalled-streams';
}

/** JSON is YAML; a plain name needs no marks. */
function quoted(text: string): string {
  return /^[a-z][\w.-]*$/i.test(text) && !/^(true|false|null|yes|no|on|off|y|n)$/i.test(text)
    ? text
    : JSON.stringify(text);
}
