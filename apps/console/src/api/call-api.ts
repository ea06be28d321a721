const TIMEOUT_MS = 15_000;

/** An answer of the API that is not what was asked for, or none; `message` is for people. */
class ApiError extends Error {
  readonly code: string;
  readonly retryable: boolean;

  constructor({ code, message, retryable }: { code: string; message: string; retryable: boolean }) {
    super(message);
    this.name = 'ApiError';
    this.code = code;
    this.retryable = retryable;
  }
}

export interface ApiCall {
  readonly key: string;
  readonly body?: object;
  readonly signal?: AbortSignal;
}

/**
 * One call of the API that serves this page.
 *
 * @returns the body of the answer, undefined for an empty one
 * @throws ApiError
 */
export async function callApi<T>(method: string, path: string, { key, body, signal }: ApiCall): Promise<T> {
  const timeout = AbortSignal.timeout(TIMEOUT_MS);
  const response = await fetch(path, {
    method,
    headers: { authorization: `Bearer ${key}`, ...(body && { 'content-type': 'application/json' }) },
    ...(body && { body: JSON.stringify(body) }),
    signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
  }).catch((error: unknown) => {
    if (signal?.aborted) throw error;
    throw new ApiError({ code: 'no-answer', message: 'The API does not answer.', retryable: true });
  });
  const answer = (await response.json().catch(() => undefined)) as unknown;
  if (response.ok) return answer as T;
  const { code = 'unknown', detail } = (answer ?? {}) as { code?: string; detail?: string };
  const message = detail ?? `The API answered ${response.status}.`;
  throw new ApiError({ code, message, retryable: response.status >= 500 || response.status === 429 });
}
