import { ImagemillError } from '../errors.ts';
import type { NetworkPatience } from './network-patience.ts';
import { problemError } from './problem-error.ts';
import { type RetryPolicy, withRetries } from './with-retries.ts';
import { isTimeout, withTimeout } from './with-timeout.ts';

const TIMEOUT_MS = 30_000;
const ATTEMPTS_MAX = 5;

export interface ImagemillOptions {
  /** Of the API, or of the seller app's own proxy that adds the key. May be relative in a browser. */
  readonly baseUrl: string;
  /** Never in a browser: whoever sees the page has it. */
  readonly apiKey?: string | undefined;
  /** In the place of the global one, for all calls of the API. */
  readonly fetch?: typeof fetch | undefined;
  /** Sent with every call of the API, such as a proxy's session token. */
  readonly headers?: Readonly<Record<string, string>> | (() => Readonly<Record<string, string>>) | undefined;
  /** For one answer of the API to come, in ms; 30,000 if not given. */
  readonly timeoutMs?: number | undefined;
  /** How often a call is tried, the first time included; 5 if not given. */
  readonly attemptsMax?: number | undefined;
}

interface ApiCall {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** After the base URL. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | undefined>> | undefined;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** A follow token, in the place of the key where there is none. */
  readonly followToken?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface ApiClient {
  readonly retries: RetryPolicy;
  /** The same client for the calls of one upload. */
  withPatience(patience: NetworkPatience): ApiClient;
  /** The JSON of a successful answer; tried again where that may help. @throws ImagemillError */
  json<T>(call: ApiCall): Promise<T>;
  /** A successful answer, or 304, with its body unread: tried once. @throws ImagemillError */
  open(call: ApiCall): Promise<Response>;
}

export function createApiClient(options: ImagemillOptions, patience?: NetworkPatience): ApiClient {
  const { apiKey, timeoutMs = TIMEOUT_MS, attemptsMax = ATTEMPTS_MAX } = options;
  const baseUrl = options.baseUrl.replace(/\/+$/, '');
  // Called as a method of nothing: browsers' fetch refuses any other `this`.
  const send = options.fetch ?? ((...args: Parameters<typeof fetch>) => fetch(...args));
  const ownHeaders = () => (typeof options.headers === 'function' ? options.headers() : options.headers);

  function request({ method, path, query, body, headers, followToken }: ApiCall, signal: AbortSignal | null) {
    const bearer = apiKey ?? followToken;
    return send(`${baseUrl}${path}${queryText(query)}`, {
      method,
      signal,
      headers: {
        ...(bearer !== undefined && { authorization: `Bearer ${bearer}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...ownHeaders(),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  }

  async function attempt<T>(call: ApiCall, signal: AbortSignal | null, read: (response: Response) => Promise<T>) {
    try {
      const response = await request(call, signal);
      if (!response.ok && response.status !== 304) throw await problemError(response);
      return await read(response);
    } catch (error) {
      call.signal?.throwIfAborted();
      throw error instanceof ImagemillError ? error : connectionError(error);
    }
  }

  const retries = { attemptsMax, patience };
  return {
    retries,
    withPatience: (longer) => createApiClient(options, longer),
    open: (call) => attempt(call, call.signal ?? null, async (response) => response),
    json: <T>(call: ApiCall) =>
      withRetries(() => attempt(call, withTimeout(timeoutMs, call.signal), (response) => jsonOf<T>(response)), {
        ...retries,
        signal: call.signal,
      }),
  };
}

async function jsonOf<T>(response: Response): Promise<T> {
  if (response.status === 204 || response.status === 304) return undefined as T;
  try {
    return (await response.json()) as T;
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    const { status } = response;
    throw new ImagemillError('The answer is not JSON.', { code: 'unexpected-answer', status, cause });
  }
}

/** An error of `fetch` itself: nothing, or not all, was answered. */
export const connectionError = (cause: unknown): ImagemillError =>
  isTimeout(cause)
    ? new ImagemillError('The service did not answer in time.', { code: 'timeout', retryable: true, cause })
    : new ImagemillError('The service can not be reached.', { code: 'network', retryable: true, cause });

function queryText(query: ApiCall['query'] = {}): string {
  const given = Object.entries(query).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]]));
  return given.length > 0 ? `?${new URLSearchParams(given)}` : '';
}
