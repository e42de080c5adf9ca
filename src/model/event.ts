/** What the engine tells whoever watches; the reporter turns it into lines, JSON or a screen. */
import type { Decision } from './decision.ts';
import type { Diagnosis } from './diagnosis.ts';
import type { Finding } from './doctor.ts';
import type { StepState } from './journal-entry.ts';
import type { Lease, LeaseRecord } from './lease.ts';
import type { Notice } from './notice.ts';
import type { Operation } from './operation.ts';

export type Event = { readonly atMs: number; readonly deployment: string } & (
  | { readonly type: 'lease-taken'; readonly lease: Lease }
  | { readonly type: 'lease-lost'; readonly record: LeaseRecord | undefined }
  | { readonly type: 'diagnosis'; readonly diagnosis: Diagnosis }
  | { readonly type: 'decision'; readonly decision: Decision }
  | { readonly type: 'operation'; readonly operation: Operation }
  | {
      readonly type: 'step';
      readonly operationId: string;
      readonly index: number;
      readonly count: number;
      readonly step: string;
      readonly state: StepState;
      readonly detail: string | undefined;
    }
  /** A provider announces something for a replica at the site. */
  | { readonly type: 'notice'; readonly site: string; readonly notice: Notice }
  /** The controller's own look at a site found something bad or unknown, or finds it no more. */
  | {
      readonly type: 'finding';
      readonly site: string;
      readonly state: 'appeared' | 'gone';
      readonly finding: Finding;
    }
  | { readonly type: 'warning'; readonly message: string }
);
