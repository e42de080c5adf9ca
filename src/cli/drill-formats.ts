/** A run's report in each of its formats; what draws one is loaded when it is asked for. */
import { reportFormats } from '../model/drill.ts';
import type { DrillRun } from '../model/drill-run.ts';
import type { Style } from '../report/text/style.ts';

/** Those that are written beside a record, and text. */
export const printedFormats = ['text', ...reportFormats] as const;
export type PrintedFormat = (typeof printedFormats)[number];

/** What a report is written with beside the run itself. */
export interface ReportTerms {
  readonly style: Style;
  /** Earlier runs of the same drill; asked for where they are drawn. */
  readonly history: () => Promise<readonly DrillRun[]>;
  /** Minutes that local time was ahead of UTC when it began. */
  readonly offsetMin: number;
}

/** With its last line break. */
export async function reportText(format: PrintedFormat, run: DrillRun, terms: ReportTerms): Promise<string> {
  switch (format) {
    case 'text':
      return `${(await import('../report/text/drill.ts')).drillRunText(run, terms.style)}\n`;
    case 'json': {
      const [{ drillRunJson }, { prettyJson, versioned }] = await Promise.all([
        import('../report/json/drill.ts'),
        import('../report/json/document.ts'),
      ]);
      return `${prettyJson(versioned({ kind: 'DrillReport', ...drillRunJson(run) }))}\n`;
    }
    case 'html':
      return (await import('../report/html/drill.ts')).drillReportHtml(run, {
        history: await terms.history(),
        offsetMin: terms.offsetMin,
      });
    case 'md':
      return (await import('../report/md/drill.ts')).drillReportMd(run);
    case 'junit':
      return (await import('../report/junit.ts')).junitOf(run);
    case 'csv':
      return (await import('../report/csv.ts')).evidenceCsv([run]);
  }
}
