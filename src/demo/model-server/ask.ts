/** What a client asks for: the fields of OpenAI's request that the built-in model server heeds. */

const defaultTokens = 16;
const mostTokens = 8192;
/** OpenAI's own limit. */
const mostStops = 4;

export interface Ask {
  readonly isChat: boolean;
  readonly prompt: string;
  readonly maxTokens: number;
  readonly stops: readonly string[];
  readonly stream: boolean;
  /** A last chunk with the token counts (`stream_options.include_usage`). */
  readonly streamUsage: boolean;
}

/** An answer that is no completion, in OpenAI's words. */
export interface Refusal {
  readonly status: number;
  readonly type: string;
  readonly message: string;
}

/** `body` is the request as sent; `model` the only one served here. */
export function parseAsk(body: string, isChat: boolean, model: string): Ask | Refusal {
  const given = parseObject(body);
  if (given === undefined) return invalid('the body is not a JSON object');
  const asked = given['model'];
  if (asked !== undefined && asked !== model)
    return { status: 404, type: 'not_found_error', message: `the model ${JSON.stringify(asked)} does not exist` };
  const prompt = isChat ? lastMessage(given['messages']) : given['prompt'];
  if (typeof prompt !== 'string')
    return invalid(isChat ? 'messages must end in a message with text' : 'prompt must be text');
  const wanted = given['max_tokens'] ?? given['max_completion_tokens'] ?? defaultTokens;
  if (typeof wanted !== 'number' || !Number.isInteger(wanted) || wanted < 1)
    return invalid('max_tokens must be a whole number from 1');
  const stops = parseStops(given['stop']);
  if (stops === undefined) return invalid(`stop must be a text or up to ${mostStops} texts, none of them empty`);
  const more = given['stream_options'];
  return {
    isChat,
    prompt,
    maxTokens: Math.min(wanted, mostTokens),
    stops,
    stream: given['stream'] === true,
    streamUsage: isRecord(more) && more['include_usage'] === true,
  };
}

function invalid(message: string): Refusal {
  return { status: 400, type: 'invalid_request_error', message };
}

function parseObject(text: string): Record<string, unknown> | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined; // Nothing but a SyntaxError comes from there.
  }
  return isRecord(value) ? value : undefined;
}

function parseStops(stop: unknown): readonly string[] | undefined {
  const list: unknown[] = Array.isArray(stop) ? stop : [stop ?? []].flat();
  const texts = list.filter((one): one is string => typeof one === 'string' && one !== '');
  return texts.length === list.length && texts.length <= mostStops ? texts : undefined;
}

/** A message's content is a text, or a list of parts of which those of kind `text` count. */
function lastMessage(messages: unknown): string | undefined {
  const last: unknown = Array.isArray(messages) ? messages.at(-1) : undefined;
  const content = isRecord(last) ? last['content'] : undefined;
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return undefined;
  const texts = content.map((part: unknown) => (isRecord(part) ? part['text'] : undefined));
  return texts.filter((text) => typeof text === 'string').join('\n');
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}
