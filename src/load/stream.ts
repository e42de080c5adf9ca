/** What the load must know of a stream: how many tokens came, that an error came, that it ended as it should. */
import { StringDecoder } from 'node:string_decoder';

export interface StreamReader {
  push(part: Buffer): void;
  /** Events with content so far. */
  tokens(): number;
  hasError(): boolean;
  isDone(): boolean;
}

/** A line longer than this is no token, characters: what is kept of an unfinished one. */
const longestLine = 64 * 1024;

/** Events are searched, not parsed: the load's own cost would show in what it measures. */
export function createStreamReader(): StreamReader {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  let tokens = 0;
  let hasError = false;
  let isDone = false;

  const read = (line: string): void => {
    if (!line.startsWith('data:')) return;
    const data = line.slice(5).trim();
    if (data === '[DONE]') isDone = true;
    else if (data.startsWith('{"error"')) hasError = true;
    else if (content.test(data)) tokens += 1;
  };
  return {
    push(part) {
      const lines = (rest + decoder.write(part)).split('\n');
      rest = (lines.pop() ?? '').slice(0, longestLine);
      for (const line of lines) read(line);
    },
    tokens: () => tokens,
    hasError: () => hasError,
    isDone: () => isDone,
  };
}

/** A text that is not empty in a delta or a plain completion. */
const content = /"(?:content|text|reasoning_content)"\s*:\s*"[^"]/;
