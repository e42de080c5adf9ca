/** What a step remembers of itself while it runs in this process. */
export interface StepMemory {
  readonly beganAtMs: number;
  readonly beganAtMonoMs: number;
  /** Since when the journal holds that it is to be done, epoch milliseconds: also from before a crash. */
  intendedAtMs: number | undefined;
  /** The same by this process's own clock; absent: it was intended before a crash, or is not yet. */
  intendedAtMonoMs?: number;
  isAcknowledged: boolean;
  /** What its effect told, for the record. */
  said: string | undefined;
  /** Requests that ran at the site when its drain began. */
  beganWith: number | undefined;
  /** Of these and what came since, those that ran when the gateway was seen last. */
  running: number | undefined;
  /** Since when the drained site counted no running request, epoch milliseconds. */
  idleSinceMs: number | undefined;
  /** Of a hunt: the candidates' slots that were seen to live, by site. */
  placed: Readonly<Record<string, readonly number[]>> | undefined;
  /** Of a hedged hunt: nobody has any more. */
  isSpent: boolean;
  /** Since when the list lacks something that is to be released, epoch milliseconds. */
  absentSinceMs?: number | undefined;
  /** Since when fewer replicas live than are to be proven, epoch milliseconds. */
  lackingSinceMs: number | undefined;
}
