import { ImagemillError } from '@imagemill/client';

interface Limits {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * A request of this page, within a time limit that includes the body of the response.
 *
 * @throws ImagemillError for any failure, also a response that is not successful; the signal's reason once it is aborted
 */
export async function sendRequest<T>(
  url: string,
  init: RequestInit,
  { timeoutMs, signal }: Limits,
  read: (response: Response) => Promise<T>,
): Promise<T> {
  const timeout = AbortSignal.timeout(timeoutMs);
  try {
    const response = await fetch(url, { ...init, signal: signal ? AbortSignal.any([signal, timeout]) : timeout });
    if (!response.ok) throw await failureOf(response);
    return await read(response);
  } catch (cause) {
    if (signal?.aborted || cause instanceof ImagemillError) throw cause;
    const code = timeout.aborted ? 'timeout' : 'network';
    throw new ImagemillError('The service did not respond in time.', { code, retryable: true, cause });
  }
}

interface Problem {
  readonly code?: string;
  readonly detail?: string;
  readonly requestId?: string;
}

async function failureOf(response: Response): Promise<ImagemillError> {
  const { status, headers } = response;
  const problem = ((await response.json().catch(() => undefined)) ?? {}) as Problem;
  const { code = `http-${status}`, detail, requestId } = problem;
  return new ImagemillError(detail ?? `The server responded with status ${status}.`, {
    code,
    status,
    requestId,
    retryable: status >= 500 || status === 429,
    retryAfterSeconds: Number(headers.get('retry-after')) || undefined,
  });
}
