/** The demo's summary for people. */

import { span } from '../../model/words.ts';
import type { DemoSummary } from '../demo-summary.ts';
import { sanitize } from './sanitize.ts';
import { mark, type Style, type Tone, tint } from './style.ts';

const tones: Readonly<Record<DemoSummary['outcome'], Tone>> = {
  recovered: 'good',
  'not-recovered': 'bad',
  interrupted: 'warn',
};

/** Seven lines: outcome, the three times, requests, streams, journal. */
export function demoText(summary: DemoSummary, style: Style): string {
  const { requests, streams, journal } = summary;
  const tone = tones[summary.outcome];
  const time = (ms: number | undefined): string => (ms === undefined ? 'not seen' : span(ms));
  return [
    `${tint(tone, `${mark(tone, style)}${summary.outcome}`, style)} from fault: ${sanitize(summary.fault, 40)}`,
    `  detected     ${time(summary.detectionMs)} after the fault`,
    `  decided      ${time(summary.decisionMs)} later`,
    `  recovered    ${time(summary.recoveryMs)} after the fault: every new request served in time`,
    `  went back    ${summary.failedBack ? 'yes, to the preferred site' : 'no'}`,
    `  requests     ${requests.sent} sent = ${requests.ok} ok + ${requests.failed} failed; ${requests.retried} tried again elsewhere`,
    `  streams      ${streams.started} started = ${streams.finished} finished + ${streams.cut} cut + ${streams.failed} failed`,
    `  journal      ${journal.entries} entries, ${journal.verified ? 'verified' : 'NOT VERIFIED'}, head ${sanitize(journal.head, 12)}, ${sanitize(journal.path, 120)}`,
  ].join('\n');
}
