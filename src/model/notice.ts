/** What a provider says it will do to a replica, before it does it. */

export const noticeKinds = ['preemption', 'maintenance', 'retirement'] as const;
export type NoticeKind = (typeof noticeKinds)[number];

/** `preemption`: taken back · `maintenance`: it pauses, moves or restarts · `retirement`: the machine under it ends. */
export interface Notice {
  readonly kind: NoticeKind;
  /** The provider's own word for it. */
  readonly code: string;
  readonly message: string;
  /** Replica it is about. */
  readonly replicaId: string;
  readonly deployment: string;
  /** When it begins, epoch milliseconds; absent: at any moment. */
  readonly atMs?: number;
}
