/** What an upstream's answer says of itself before its body. */
import type { Dispatcher } from 'undici';

export interface AnswerHead {
  readonly status: number;
  readonly rawHeaders: readonly (Buffer | string)[];
  readonly connection: string | string[] | undefined;
  readonly isEventStream: boolean;
  /** Of the body; -1 when the answer does not say. */
  readonly announcedBytes: number;
}

/** Of an answer that has not begun. */
export const noHead: AnswerHead = {
  ...{ status: 0, rawHeaders: [], connection: undefined, isEventStream: false, announcedBytes: -1 },
};

/** As undici tells it. */
export function headOf(
  { rawHeaders }: Dispatcher.DispatchController,
  status: number,
  headers: Record<string, string | string[] | undefined>,
): AnswerHead {
  return {
    status,
    rawHeaders: Array.isArray(rawHeaders) ? rawHeaders : [],
    connection: headers['connection'],
    isEventStream: String(headers['content-type'] ?? '').startsWith('text/event-stream'),
    announcedBytes: Number(headers['content-length'] ?? -1),
  };
}
