/** `/v1/chat/completions` and `/v1/completions`: OpenAI's shapes, streamed or whole. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { TokenEngine } from './engine.ts';
import type { Faults, ModelServerOptions } from './options.ts';
import { completionTokens } from './text.ts';

const maxBodyBytes = 10 * 1024 * 1024;
const defaultTokens = 16;
const mostTokens = 8192;

interface Ask {
  readonly isChat: boolean;
  readonly prompt: string;
  readonly maxTokens: number;
  readonly stream: boolean;
}

export interface CompletionDeps {
  readonly options: ModelServerOptions;
  readonly engine: TokenEngine;
  readonly faults: () => Faults;
  /** 0–1, for the share of errors. */
  readonly random: () => number;
}

export async function answerCompletion(
  deps: CompletionDeps,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { options, faults, random } = deps;
  const body = await readBody(request);
  if (body === undefined) return sendError(response, 413, 'invalid_request_error', 'the body is too large');
  const ask = parseAsk(body, request.url === '/v1/chat/completions', options.model);
  if ('status' in ask) return sendError(response, ask.status, ask.type, ask.message);
  if (random() < faults().errors) return sendError(response, 500, 'internal_error', 'injected error');
  serve(deps, ask, response);
}

function serve({ options, engine, faults }: CompletionDeps, ask: Ask, response: ServerResponse): void {
  const tokens = completionTokens(ask.prompt, options.seed, ask.maxTokens);
  const model = faults().wrongModel ?? options.model;
  const frame = createFrame(ask, model, options.name);
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
        if (isLast) response.end(`${text}data: ${frame.last}\n\ndata: [DONE]\n\n`);
        else response.write(text);
        return;
      }
      made.push(...fresh);
      if (!isLast) return;
      const answer = frame.whole(made.join(''), ask.prompt.split(/\s+/).length, made.length);
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

/** The parts of an answer that do not change from token to token, made once. */
function createFrame({ isChat }: Ask, model: string, fingerprint: string) {
  const id = isChat ? 'chatcmpl-1' : 'cmpl-1';
  const created = Math.floor(Date.now() / 1000);
  const head = {
    id,
    object: isChat ? 'chat.completion.chunk' : 'text_completion',
    created,
    model,
    system_fingerprint: fingerprint,
  };
  const open = JSON.stringify(head).slice(0, -1);
  const before = isChat ? `${open},"choices":[{"index":0,"delta":{"content":` : `${open},"choices":[{"index":0,"text":`;
  const after = isChat ? '},"finish_reason":null}]}' : ',"finish_reason":null}]}';
  const last = isChat
    ? `${open},"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}`
    : `${open},"choices":[{"index":0,"text":"","finish_reason":"stop"}]}`;
  const whole = (text: string, promptTokens: number, completionCount: number): string =>
    JSON.stringify({
      ...head,
      object: isChat ? 'chat.completion' : 'text_completion',
      choices: [
        isChat
          ? { index: 0, message: { role: 'assistant', content: text }, finish_reason: 'stop' }
          : { index: 0, text, finish_reason: 'stop' },
      ],
      usage: {
        prompt_tokens: promptTokens,
        completion_tokens: completionCount,
        total_tokens: promptTokens + completionCount,
      },
    });
  return { before, after, last, whole };
}

interface Refusal {
  readonly status: number;
  readonly type: string;
  readonly message: string;
}

function parseAsk(body: string, isChat: boolean, model: string): Ask | Refusal {
  const invalid = (message: string): Refusal => ({ status: 400, type: 'invalid_request_error', message });
  const given = parseObject(body);
  if (given === undefined) return invalid('the body is not a JSON object');
  if (given['model'] !== undefined && given['model'] !== model) {
    return {
      status: 404,
      type: 'not_found_error',
      message: `the model ${JSON.stringify(given['model'])} does not exist`,
    };
  }
  const prompt = isChat ? lastMessage(given['messages']) : given['prompt'];
  if (typeof prompt !== 'string')
    return invalid(isChat ? 'messages must end in a message with text' : 'prompt must be text');
  const wanted = given['max_tokens'] ?? given['max_completion_tokens'] ?? defaultTokens;
  if (typeof wanted !== 'number' || !Number.isInteger(wanted) || wanted < 1)
    return invalid('max_tokens must be a whole number from 1');
  return { isChat, prompt, maxTokens: Math.min(wanted, mostTokens), stream: given['stream'] === true };
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return value !== null && typeof value === 'object' && !Array.isArray(value) ? { ...value } : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function lastMessage(messages: unknown): unknown {
  if (!Array.isArray(messages)) return undefined;
  const last: unknown = messages.at(-1);
  return last !== null && typeof last === 'object' && 'content' in last ? last.content : undefined;
}

/** Undefined when it is larger than anything a model would take. */
async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > maxBodyBytes) return undefined;
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

/** OpenAI's error shape. */
export function sendError(response: ServerResponse, status: number, type: string, message: string): void {
  const text = JSON.stringify({ error: { message, type, code: null } });
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
  response.end(text);
}
