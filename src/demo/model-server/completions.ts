/** `/v1/chat/completions` and `/v1/completions`: OpenAI's shapes, streamed or whole. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Ask, parseAsk } from './ask.ts';
import type { TokenEngine } from './engine.ts';
import type { Faults, ModelServerOptions } from './options.ts';
import { completionTokens, cutAtStop } from './text.ts';

const maxBodyBytes = 10 * 1024 * 1024;

export interface CompletionDeps {
  readonly options: ModelServerOptions;
  readonly engine: TokenEngine;
  readonly faults: () => Faults;
  /** 0–1, for the share of errors. */
  readonly random: () => number;
}

/** `isChat` tells which of the two shapes is spoken. */
export async function answerCompletion(
  deps: CompletionDeps,
  isChat: boolean,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { options, faults, random } = deps;
  const body = await readBody(request, maxBodyBytes);
  if (body === undefined) return sendError(response, 413, 'invalid_request_error', 'the body is too large');
  const ask = parseAsk(body, isChat, options.model);
  if ('status' in ask) return sendError(response, ask.status, ask.type, ask.message);
  if (random() < faults().errors) return sendError(response, 500, 'internal_error', 'injected error');
  serve(deps, ask, response);
}

function serve({ options, engine, faults }: CompletionDeps, ask: Ask, response: ServerResponse): void {
  // The client left while its body was read: there is no `close` to come that would end the work.
  if (response.destroyed) return;
  const { tokens, finishReason } = cutAtStop(completionTokens(ask.prompt, options.seed, ask.maxTokens), ask);
  const frame = createFrame(ask, faults().wrongModel ?? options.model, options.name, finishReason);
  const usage = countUsage(ask.prompt, tokens.length);
  const made: string[] = [];
  const cancel = engine.run({
    tokens,
    emit(fresh, isLast) {
      if (ask.stream) {
        if (!response.headersSent)
          response.writeHead(200, {
            'content-type': 'text/event-stream',
            'cache-control': 'no-cache',
            'x-served-by': options.name,
          });
        const text = fresh.map((token) => `data: ${frame.before}${JSON.stringify(token)}${frame.after}\n\n`).join('');
        if (isLast) response.end(`${text}${ask.streamUsage ? frame.endWith(usage) : frame.end}`);
        else response.write(text);
        return;
      }
      made.push(...fresh);
      if (!isLast) return;
      const answer = frame.whole(made.join(''), usage);
      response.writeHead(200, {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(answer),
        'x-served-by': options.name,
      });
      response.end(answer);
    },
  });
  response.once('close', cancel);
}

interface Usage {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly total_tokens: number;
}

/** One token per word, in and out. */
function countUsage(prompt: string, made: number): Usage {
  const asked = prompt.split(/\s+/).filter((word) => word !== '').length;
  return { prompt_tokens: asked, completion_tokens: made, total_tokens: asked + made };
}

let served = 0;

/** The parts of an answer that do not change from token to token, made once. */
function createFrame({ isChat }: Ask, model: string, fingerprint: string, finishReason: string) {
  served += 1;
  const head = {
    id: `${isChat ? 'chatcmpl' : 'cmpl'}-${served}`,
    object: isChat ? 'chat.completion.chunk' : 'text_completion',
    created: Math.floor(Date.now() / 1000),
    model,
    system_fingerprint: fingerprint,
  };
  const open = JSON.stringify(head).slice(0, -1);
  const before = isChat ? `${open},"choices":[{"index":0,"delta":{"content":` : `${open},"choices":[{"index":0,"text":`;
  const after = isChat ? '},"finish_reason":null}]}' : ',"finish_reason":null}]}';
  const nothing = isChat ? '"delta":{}' : '"text":""';
  const last = `data: ${open},"choices":[{"index":0,${nothing},"finish_reason":"${finishReason}"}]}\n\n`;
  const done = 'data: [DONE]\n\n';
  return {
    before,
    after,
    end: last + done,
    endWith: (usage: Usage): string => `${last}data: ${open},"choices":[],"usage":${JSON.stringify(usage)}}\n\n${done}`,
    whole(text: string, usage: Usage): string {
      const content = isChat ? { message: { role: 'assistant', content: text } } : { text };
      const choices = [{ index: 0, ...content, finish_reason: finishReason }];
      return JSON.stringify({ ...head, object: isChat ? 'chat.completion' : 'text_completion', choices, usage });
    },
  };
}

/** The whole body as text; undefined when it is larger than `maxBytes`, which are then all that was kept. */
export function readBody(request: IncomingMessage, maxBytes: number): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    let size = 0;
    request.on('data', (part: Buffer) => {
      size += part.length;
      if (size <= maxBytes) parts.push(part);
      else resolve(undefined);
    });
    request.on('end', () => resolve(Buffer.concat(parts).toString('utf8')));
    request.on('error', reject);
  });
}

/** OpenAI's error shape. */
export function sendError(response: ServerResponse, status: number, type: string, message: string): void {
  const text = JSON.stringify({ error: { message, type, code: null } });
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
  response.end(text);
}
