/** A real streamed completion: did tokens come, the first in time, from the right model? */
import type { CompletionProbeSpec } from '../model/probe-spec.ts';
import { exchange, ofStatus } from './exchange.ts';
import type { CheckTerms, Finding } from './probe.ts';
import { createSseReader } from './sse.ts';

export async function checkCompletion(url: URL, spec: CompletionProbeSpec, terms: CheckTerms): Promise<Finding> {
  const sse = createSseReader();
  let text = '';
  let firstTokenMs: number | undefined;
  let lastTokenMs = 0;
  let tokens = 0;
  let isDone = false;

  const read = (data: string): Finding | undefined => {
    if (data === '[DONE]') {
      isDone = true;
      return undefined;
    }
    const chunk = parseChunk(data);
    if (chunk === undefined) return { outcome: 'bad', reason: 'BadAnswer', detail: 'a chunk is not a JSON object' };
    if (chunk.hasError) return { outcome: 'bad', reason: 'BadAnswer', detail: 'the stream holds an error' };
    if (chunk.model !== undefined && chunk.model !== spec.model)
      return { outcome: 'bad', reason: 'WrongModel', detail: `answered as ${clean(chunk.model)}, not ${spec.model}` };
    if (chunk.text !== '') {
      lastTokenMs = terms.elapsedMs();
      firstTokenMs ??= lastTokenMs;
      tokens += 1;
      text += chunk.text;
    }
    return undefined;
  };

  /** A server may put several tokens into one chunk: then this is the longer time, which only makes a drain longer. */
  const perTokenMs = (): number | undefined =>
    firstTokenMs === undefined || tokens < 2 ? undefined : (lastTokenMs - firstTokenMs) / (tokens - 1);

  return await exchange(
    url,
    {
      method: 'POST',
      path: spec.path,
      body: JSON.stringify(bodyOf(spec)),
      onHead: ({ statusCode = 0 }) => ofStatus(statusCode),
      onData(part) {
        for (const data of sse.push(part)) {
          const found = read(data);
          if (found !== undefined) return found;
        }
        return isDone ? judge(spec, text, firstTokenMs, perTokenMs()) : undefined;
      },
      onEnd: () =>
        firstTokenMs === undefined
          ? noTokens('the answer ended without a token')
          : { outcome: 'bad', reason: 'Stalled', detail: 'the answer broke off', firstTokenMs },
      onLate: () =>
        firstTokenMs === undefined
          ? { outcome: 'bad', reason: 'TimedOut', detail: `no token within ${Math.round(terms.timeoutMs)} ms` }
          : {
              outcome: 'bad',
              reason: 'Stalled',
              detail: `first token after ${Math.round(firstTokenMs)} ms, then no end`,
              firstTokenMs,
            },
    },
    terms,
  );
}

function judge(
  spec: CompletionProbeSpec,
  text: string,
  firstTokenMs: number | undefined,
  perTokenMs: number | undefined,
): Finding {
  if (firstTokenMs === undefined) return noTokens('an answer without a token');
  if (spec.contains !== undefined && !text.includes(spec.contains))
    return { outcome: 'bad', reason: 'WrongText', detail: 'the answer lacks the expected text', firstTokenMs };
  if (firstTokenMs > spec.firstTokenLimitMs) {
    return {
      outcome: 'bad',
      reason: 'FirstTokenLate',
      detail: `first token after ${Math.round(firstTokenMs)} ms, limit ${spec.firstTokenLimitMs} ms`,
      firstTokenMs,
    };
  }
  return { outcome: 'good', firstTokenMs, ...(perTokenMs === undefined ? {} : { perTokenMs }) };
}

function noTokens(detail: string): Finding {
  return { outcome: 'bad', reason: 'NoTokens', detail };
}

function bodyOf(spec: CompletionProbeSpec): object {
  const common = { model: spec.model, max_tokens: spec.maxTokens, temperature: 0, stream: true };
  return spec.path.endsWith('/chat/completions')
    ? { ...common, messages: [{ role: 'user', content: spec.prompt }] }
    : { ...common, prompt: spec.prompt };
}

interface Chunk {
  readonly model: string | undefined;
  readonly text: string;
  readonly hasError: boolean;
}

/** Only the fields that are judged; a server may send whatever else it likes. */
function parseChunk(data: string): Chunk | undefined {
  let value: unknown;
  try {
    value = JSON.parse(data);
  } catch {
    return undefined; // Nothing but a SyntaxError comes from there.
  }
  if (value === null || typeof value !== 'object') return undefined;
  const model = 'model' in value && typeof value.model === 'string' ? value.model : undefined;
  const choices: unknown = 'choices' in value && Array.isArray(value.choices) ? value.choices[0] : undefined;
  return { model, text: textOf(choices), hasError: 'error' in value && value.error !== null };
}

/** Reasoning models send their thoughts first: those are tokens too. */
function textOf(choice: unknown): string {
  if (choice === null || typeof choice !== 'object') return '';
  if ('text' in choice && typeof choice.text === 'string') return choice.text;
  const delta = 'delta' in choice ? choice.delta : undefined;
  if (delta === null || typeof delta !== 'object') return '';
  if ('content' in delta && typeof delta.content === 'string') return delta.content;
  return 'reasoning_content' in delta && typeof delta.reasoning_content === 'string' ? delta.reasoning_content : '';
}

/** What a stranger sent goes into journals and terminals: short, and without control characters. */
function clean(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}]/gu, '').slice(0, 80);
}
