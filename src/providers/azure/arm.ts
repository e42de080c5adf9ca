/** Azure Resource Manager: one request and its answer, by the SDK's own operations or by an address. Nothing is retried here. */
import { ComputeManagementClient } from '@azure/arm-compute';
import {
  createDefaultHttpClient,
  createPipelineRequest,
  type HttpClient,
  type HttpMethods,
} from '@azure/core-rest-pipeline';
import { DefaultAzureCredential } from '@azure/identity';
import type { Market, RawError } from '../../model/error-verdict.ts';
import type { ReadCall } from '../../ports/call.ts';
import type { Clock } from '../../ports/clock.ts';
import { askWithin, type Told } from '../shared/told.ts';
import { outcomeOfErrors } from './outcome.ts';
import type { AzureSettings } from './schema.ts';
import { readAzureErrors, readAzureThrown } from './wire-errors.ts';

/** An answer that is no error. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
  /** By its name, in lower case. */
  header(name: string): string | undefined;
}

/** What every operation of the SDK takes: how to give it up, and who hears of the answer as it came. */
export interface AskOptions {
  readonly abortSignal: AbortSignal;
  readonly requestOptions: { readonly timeout: number };
  readonly onResponse: (response: RawResponse) => void;
}

interface RawResponse {
  readonly status: number;
  readonly headers: { get(name: string): string | undefined };
  readonly bodyAsText?: string | null;
}

export interface AskTerms {
  /** What an offer is asked for as: how long a refusal stands depends on it. */
  readonly market?: Market;
  /** An error status that is an answer here, such as 412 to `If-None-Match`. */
  readonly allowed?: number;
}

export interface Arm {
  readonly compute: ComputeManagementClient;
  /** By an operation of the SDK. */
  ask(call: ReadCall, operation: (options: AskOptions) => Promise<unknown>, terms?: AskTerms): Promise<Told<Answer>>;
  /** By an address that an answer gave, or a path: only its path counts, for nobody but our endpoint gets our token. */
  visit(call: ReadCall, method: HttpMethods, url: string): Promise<Told<Answer>>;
}

/** Longest time from request to answer, in milliseconds; a call's own deadline may be sooner. */
const requestTimeoutMs = 30_000;

/**
 * The SDK's own retries are off: it would send a create again without our knowing, and wait on a 429 for as long as the
 * answer says, past our deadlines. The engine retries, by class.
 */
export function openArm({ subscription, endpoint = 'https://management.azure.com' }: AzureSettings, clock: Clock): Arm {
  const { origin } = new URL(endpoint.replace(/^http:/, 'https:'));
  const httpClient = endpoint.startsWith('http:') ? plainClient(origin) : createDefaultHttpClient();
  const compute = new ComputeManagementClient(credential(), subscription, {
    ...{ endpoint: origin, httpClient, retryOptions: { maxRetries: 0 } },
  });
  const within = <T>(call: ReadCall, market: Market | undefined, send: (signal: AbortSignal) => Promise<T>) => {
    const outcomeOf = (thrown: unknown) => outcomeOfErrors(errorsOf(thrown, clock.nowMs()), market);
    return askWithin(clock, call, { name: 'Azure', outcomeOf }, send);
  };
  return {
    compute,
    ask: (call, operation, { market, allowed } = {}) =>
      within(call, market, async (abortSignal) => {
        let heard: RawResponse | undefined;
        const onResponse = (response: RawResponse): void => {
          heard = response;
        };
        try {
          await operation({ abortSignal, requestOptions: { timeout: requestTimeoutMs }, onResponse });
        } catch (thrown) {
          // What the SDK makes of an answer says less than the answer.
          if (heard === undefined) throw thrown;
        }
        return answerOf(heard, allowed);
      }),
    visit: (call, method, url) =>
      within(call, undefined, async (abortSignal) => {
        const { pathname, search } = new URL(url, origin);
        const own = { url: `${origin}${pathname}${search}`, method };
        const request = createPipelineRequest({ ...own, abortSignal, timeout: requestTimeoutMs });
        request.headers.set('accept', 'application/json');
        return answerOf(await compute.pipeline.sendRequest(httpClient, request));
      }),
  };
}

let shared: DefaultAzureCredential | undefined;

/**
 * The SDK's own chain, once in a process: it keeps its tokens, and every session would else get one of its own (seen with
 * @azure/identity 4.14.1, 2026-11-27).
 */
function credential(): DefaultAzureCredential {
  shared ??= new DefaultAzureCredential();
  return shared;
}

/**
 * The SDK gives its token to https addresses only; a server on this machine may speak http. Only that server is spoken to so:
 * the scheme is changed on the way out, and for its origin alone.
 */
function plainClient(origin: string): HttpClient {
  const inner = createDefaultHttpClient();
  return {
    sendRequest(request) {
      if (new URL(request.url).origin !== origin) return inner.sendRequest(request);
      const url = request.url.replace(/^https:/, 'http:');
      return inner.sendRequest({ ...request, url, allowInsecureConnection: true });
    },
  };
}

class RefusedAnswerError extends Error {
  readonly answer: Answer;

  constructor(answer: Answer) {
    super(`HTTP ${answer.status}`);
    this.answer = answer;
  }
}

function answerOf(heard: RawResponse | undefined, allowed?: number): Answer {
  if (heard === undefined) throw Object.assign(new Error('there was no answer'), { name: 'NoAnswer' });
  const text = heard.bodyAsText ?? '';
  const { status } = heard;
  const header = (name: string): string | undefined => heard.headers.get(name);
  if (status === allowed) return { status, body: undefined, header };
  if (status >= 400) throw new RefusedAnswerError({ status, body: text, header });
  return { status, body: text === '' ? undefined : JSON.parse(text), header };
}

function errorsOf(thrown: unknown, nowMs: number): readonly RawError[] {
  if (!(thrown instanceof RefusedAnswerError)) return readAzureThrown(thrown, nowMs);
  const { status, body, header } = thrown.answer;
  const names = ['retry-after', 'retry-after-ms', 'x-ms-retry-after-ms'];
  return readAzureErrors(
    { status, body, headers: Object.fromEntries(names.map((name) => [name, header(name)])) },
    nowMs,
  );
}
