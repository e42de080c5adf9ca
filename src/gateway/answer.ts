/** Answers the gateway gives itself: errors in OpenAI's shape, so that clients' libraries understand them. */
import type { ServerResponse } from 'node:http';

export interface GatewayError {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly retryAfterSeconds?: number;
}

/** Does nothing to an answer that began already. */
export function sendGatewayError(
  response: ServerResponse,
  { status, code, message, retryAfterSeconds }: GatewayError,
): void {
  if (response.headersSent || response.destroyed) return;
  const text = JSON.stringify({ error: { message, type: 'gateway_error', code } });
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
    ...(retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) }),
  });
  response.end(text);
}

/** The last event of a stream that broke: typed and retryable, and no clean end after it. */
export function cutEvent(code: string): string {
  return errorEvent({
    message: 'the model server was lost in the middle of the answer; send the request again',
    type: 'upstream_lost',
    code,
  });
}

/** The last event of a stream whose site had to be empty by now; the stream ends after it. */
export const drainedEvent = errorEvent({
  message: 'the answer was cut because its site is taken out of service; send the request again',
  type: 'stream_cut',
  code: 'site_drained',
});

/** The empty line before it ends whatever event the stream broke in, so that this one is read by itself. */
function errorEvent(error: { readonly message: string; readonly type: string; readonly code: string }): string {
  return `\n\ndata: ${JSON.stringify({ error: { ...error, retryable: true } })}\n\n`;
}
