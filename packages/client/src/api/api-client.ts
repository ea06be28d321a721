import { ImagemillError } from '../errors.ts';
import type { NetworkPatience } from './network-patience.ts';
import { problemError } from './problem-error.ts';
import { type RetryPolicy, withRetries } from './with-retries.ts';
import { isTimeout, withTimeout } from './with-timeout.ts';

const TIMEOUT_MS = 30_000;
const ATTEMPTS_MAX = 5;

export interface ImagemillOptions {
  /** Of the API, or of a proxy in your app that adds the API key. May be relative in a browser. */
  readonly baseUrl: string;
  /** Never in a browser: everyone who can open the page could read it. */
  readonly apiKey?: string | undefined;
  /** Replaces the global `fetch`. */
  readonly fetch?: typeof fetch | undefined;
  /** Sent with every call of the API, such as a proxy's session token. */
  readonly headers?: Readonly<Record<string, string>> | (() => Readonly<Record<string, string>>) | undefined;
  /** Timeout of one response of the API, in ms; 30,000 by default. */
  readonly timeoutMs?: number | undefined;
  /** Attempts per call, including the first; 5 by default. */
  readonly attemptsMax?: number | undefined;
}

interface ApiCall {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** After the base URL. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | undefined>> | undefined;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** A follow token, used if there is no API key. */
  readonly followToken?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface ApiClient {
  readonly retries: RetryPolicy;
  /** The same client for the calls of one upload. */
  withPatience(patience: NetworkPatience): ApiClient;
  /** The JSON of a successful response; retries temporary failures. @throws ImagemillError */
  json<T>(call: ApiCall): Promise<T>;
  /** A successful response, or 304, with its body unread; not retried. @throws ImagemillError */
  open(call: ApiCall): Promise<Response>;
}

export function createApiClient(options: ImagemillOptions, patience?: NetworkPatience): ApiClient {
  const { apiKey, timeoutMs = TIMEOUT_MS, attemptsMax = ATTEMPTS_MAX } = options;
  const baseUrl = options.baseUrl.replace(/\/+$/, '');
  // Called without a receiver: browsers' fetch rejects any other `this`.
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
    throw new ImagemillError('The response is not JSON.', { code: 'unexpected-answer', status, cause });
  }
}

/** An error of `fetch` itself: there was no response, or only part of one. */
export const connectionError = (cause: unknown): ImagemillError =>
  isTimeout(cause)
    ? new ImagemillError('The service did not respond in time.', { code: 'timeout', retryable: true, cause })
    : new ImagemillError('The service cannot be reached.', { code: 'network', retryable: true, cause });

function queryText(query: ApiCall['query'] = {}): string {
  const given = Object.entries(query).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]]));
  return given.length > 0 ? `?${new URLSearchParams(given)}` : '';
}
