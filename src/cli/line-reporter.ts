/** Tells people what the engine does, one line on standard error per change, or through the spinner on a live terminal. */
import type { Event } from '../model/event.ts';
import type { Reporter } from '../ports/reporter.ts';
import { eventJson } from '../report/json/event.ts';
import { eventLine } from '../report/text/event-line.ts';
import type { Output, Progress } from './output.ts';

/** With `-o jsonl` every event is a line on standard output instead. A spinner is stopped around each line. */
export function lineReporter(out: Output, progress?: Progress): Reporter {
  return {
    report(event: Event): void {
      if (out.format === 'jsonl') {
        out.line(eventJson(event));
        return;
      }
      const line = eventLine(event, out.noteStyle);
      if (line === undefined) return;
      progress?.pause();
      out.note(line);
      progress?.resume();
    },
  };
}
