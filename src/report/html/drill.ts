/** A drill's report as one page: no network, no script, and nothing that is not in its record. */
import type { DrillRun } from '../../model/drill-run.ts';
import { chartsSection } from './charts.ts';
import { html, Markup } from './markup.ts';
import { phasesSection } from './phases.ts';
import * as sections from './sections.ts';
import { styleHash, styleText } from './styles.ts';

export interface DrillPageOptions {
  /** Runs of the same drill: the parts of the last six before this one are drawn beside its own. */
  readonly history?: readonly DrillRun[];
  /** Minutes that local time was ahead of UTC when it began; absent: nothing is said of local time. */
  readonly offsetMin?: number;
}

/** With its last line break. */
export function drillReportHtml(run: DrillRun, { history = [], offsetMin }: DrillPageOptions = {}): string {
  const title = `${run.drill.title ?? run.drill.name}: ${run.end.verdict} (${run.id})`;
  const page = html`<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><meta name="referrer" content="no-referrer">
<title>${title}</title><style>${new Markup(styleText)}</style></head>
<body><main>
${[
  sections.verdictSection(run),
  sections.aboutSection(run, offsetMin),
  sections.footingSection(run),
  phasesSection(run, history),
  chartsSection(run),
  sections.timelineSection(run),
  sections.doneSections(run),
  sections.decidedSections(run),
  sections.lessonSections(run),
]}
</main><footer>
<p>Everything here comes from the record <code>drill.json</code> of run ${run.id}, which also holds every sample.
Its last entry has the hash</p><p class="digest">${run.head}</p>
<p>Whoever noted that hash elsewhere can tell that nothing was changed:
<code>godwit drill report verify ${run.id}</code> checks the chain and computes every figure again.</p></footer>
</body></html>
`;
  return page.markup;
}

/** Nothing is loaded from anywhere, and only the one style below applies. */
const policy = `default-src 'none'; style-src '${styleHash}'; base-uri 'none'; form-action 'none'`;
