import { ImagemillError } from '@imagemill/client';

const TIMEOUT_MS = 15_000;

export interface ApiCall {
  readonly key: string;
  readonly body?: object;
  readonly signal?: AbortSignal;
}

/**
 * One call of the API that serves this page.
 *
 * @returns the body of the response, undefined for an empty one
 * @throws ImagemillError; the signal's reason once it is aborted
 */
export async function callApi<T>(method: string, path: string, { key, body, signal }: ApiCall): Promise<T> {
  const timeout = AbortSignal.timeout(TIMEOUT_MS);
  const response = await fetch(path, {
    method,
    headers: { authorization: `Bearer ${key}`, ...(body && { 'content-type': 'application/json' }) },
    ...(body && { body: JSON.stringify(body) }),
    signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
  }).catch((cause: unknown) => {
    if (signal?.aborted) throw cause;
    const code = timeout.aborted ? 'timeout' : 'network';
    throw new ImagemillError('The service did not respond in time.', { code, retryable: true, cause });
  });
  const answer = (await response.json().catch(() => undefined)) as unknown;
  if (response.ok) return answer as T;
  const { status, headers } = response;
  const { code = `http-${status}`, detail, requestId } = (answer ?? {}) as Problem;
  throw new ImagemillError(detail ?? `The server responded with status ${status}.`, {
    ...{ code, status, requestId },
    retryable: status >= 500 || status === 429,
    retryAfterSeconds: Number(headers.get('retry-after')) || undefined,
  });
}

interface Problem {
  readonly code?: string;
  readonly detail?: string;
  readonly requestId?: string;
}
