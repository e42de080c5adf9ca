/** Reads a request's body up to its limit, so that it can be routed by model and sent a second time. */
import type { IncomingMessage } from 'node:http';

export type BodyEnd =
  | { readonly kind: 'read'; readonly body: Buffer | undefined }
  | { readonly kind: 'too-large' }
  | { readonly kind: 'broken' };

/** Calls back exactly once. A callback, not a promise: this runs for every request. */
export function readBody(request: IncomingMessage, maxBytes: number, done: (end: BodyEnd) => void): void {
  const announced = Number(request.headers['content-length'] ?? 0);
  if (announced > maxBytes) return done({ kind: 'too-large' });
  if (request.headers['content-length'] === undefined && request.headers['transfer-encoding'] === undefined) {
    request.resume();
    return done({ kind: 'read', body: undefined });
  }
  const parts: Buffer[] = [];
  let size = 0;
  let isDone = false;
  const end = (result: BodyEnd): void => {
    if (isDone) return;
    isDone = true;
    done(result);
  };
  request.on('data', (part: Buffer) => {
    size += part.length;
    if (size > maxBytes) {
      request.pause();
      return end({ kind: 'too-large' });
    }
    parts.push(part);
  });
  request.on('end', () => end({ kind: 'read', body: parts.length === 1 ? parts[0] : Buffer.concat(parts) }));
  request.on('error', () => end({ kind: 'broken' }));
  request.on('close', () => end({ kind: 'broken' }));
}

const streamMarks = [Buffer.from('"stream":true'), Buffer.from('"stream": true')];

/** Whether the answer will be a stream: its first byte comes early. A look, not a parse; a wrong guess costs nothing but patience. */
export function asksForStream(body: Buffer | undefined): boolean {
  return body !== undefined && streamMarks.some((mark) => body.includes(mark));
}

/** The `model` field of a JSON body; undefined when there is none. */
export function modelOf(body: Buffer | undefined): string | undefined {
  if (body === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    return value !== null && typeof value === 'object' && 'model' in value && typeof value.model === 'string'
      ? value.model
      : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
