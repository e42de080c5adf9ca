/** What `status --site` shows: the requests that run at one site now. */
import type { RunningRequests } from '../model/running.ts';

export interface RunningView {
  readonly deployment: string;
  readonly site: string;
  readonly atMs: number;
  readonly running:
    | { readonly kind: 'seen'; readonly value: RunningRequests; readonly asOfMs: number }
    | { readonly kind: 'unseen'; readonly why: string };
}
