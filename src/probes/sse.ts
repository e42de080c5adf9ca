/** Reads server-sent events as they arrive, whatever way the network cuts them. https://html.spec.whatwg.org/multipage/server-sent-events.html */
import { StringDecoder } from 'node:string_decoder';

export interface SseReader {
  /** The data of the events that this part completes, in order. */
  push(part: Buffer): readonly string[];
}

/** The caller bounds the total size. Event names, ids and comments are passed over. */
export function createSseReader(): SseReader {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  let data: string[] = [];
  return {
    push(part) {
      const lines = (rest + decoder.write(part)).split('\n');
      rest = lines.pop() ?? '';
      const events: string[] = [];
      for (const raw of lines) {
        const line = raw.endsWith('\r') ? raw.slice(0, -1) : raw;
        if (line === '') {
          if (data.length > 0) events.push(data.join('\n'));
          data = [];
        } else if (line.startsWith('data:')) {
          data.push(line.slice(line[5] === ' ' ? 6 : 5));
        }
      }
      return events;
    },
  };
}
