/** Reads a request's body up to its limit, so that it can be routed by model and sent a second time. */
import type { IncomingMessage } from 'node:http';

export type BodyEnd =
  | { readonly kind: 'read'; readonly body: Buffer | undefined }
  | { readonly kind: 'too-large' }
  /** All bodies together would be more than the room there is. */
  | { readonly kind: 'no-room' };

export interface BodyTerms {
  readonly maxBytes: number;
  /** Asked before a part is kept; what was granted is the caller's to give back, however the request ends. */
  readonly reserve: (bytes: number) => boolean;
}

/** Calls back at most once: never for a client that went away first. A callback, not a promise: this runs for every request. */
export function readBody(request: IncomingMessage, terms: BodyTerms, done: (end: BodyEnd) => void): void {
  const announced = Number(request.headers['content-length'] ?? 0);
  if (announced > terms.maxBytes) return done({ kind: 'too-large' });
  if (request.headers['content-length'] === undefined && request.headers['transfer-encoding'] === undefined) {
    request.resume();
    return done({ kind: 'read', body: undefined });
  }
  const parts: Buffer[] = [];
  let size = 0;
  let isRefused = false;
  request.on('data', (part: Buffer) => {
    if (isRefused) return;
    size += part.length;
    const isTooLarge = size > terms.maxBytes;
    if (!isTooLarge && terms.reserve(part.length)) return void parts.push(part);
    isRefused = true;
    request.pause();
    done({ kind: isTooLarge ? 'too-large' : 'no-room' });
  });
  request.on('end', () => {
    if (!isRefused) done({ kind: 'read', body: parts.length === 1 ? parts[0] : Buffer.concat(parts) });
  });
}

const streamMark = Buffer.from('"stream":');
const [space, t] = Buffer.from(' t');

/** Whether the answer will be a stream: its first byte comes early. A look, not a parse; a wrong guess costs nothing but patience. */
export function asksForStream(body: Buffer | undefined): boolean {
  const at = body?.indexOf(streamMark) ?? -1;
  if (body === undefined || at < 0) return false;
  const after = at + streamMark.length;
  return body[after] === t || (body[after] === space && body[after + 1] === t);
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
