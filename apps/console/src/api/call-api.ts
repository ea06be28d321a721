import { sendRequest } from './send-request.ts';

const TIMEOUT_MS = 15_000;

export interface ApiCall {
  readonly key: string;
  readonly body?: object;
  readonly signal?: AbortSignal;
}

/**
 * A call of the API that serves this page.
 *
 * @returns the body of the response, undefined for an empty one
 * @throws ImagemillError; the signal's reason once it is aborted
 */
export function callApi<T>(method: string, path: string, { key, body, signal }: ApiCall): Promise<T> {
  const headers = { authorization: `Bearer ${key}`, ...(body && { 'content-type': 'application/json' }) };
  const init = { method, headers, ...(body && { body: JSON.stringify(body) }) };
  const json = (response: Response) => response.json().catch(() => undefined) as Promise<T>;
  return sendRequest(path, init, { timeoutMs: TIMEOUT_MS, signal }, json);
}
