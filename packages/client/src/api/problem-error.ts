import { ImagemillError } from '../errors.ts';

/** Temporary failures. */
const retryableStatuses = new Set([408, 425, 429, 502, 503, 504]);

/** An unsuccessful response, as an error. The body is problem+json (RFC 9457), or anything, if it comes from a proxy. */
export async function problemError(response: Response): Promise<ImagemillError> {
  const { status, headers } = response;
  const problem = await response.json().then(
    (body: unknown) => (typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {}),
    () => ({}),
  );
  const text = (name: string) => {
    const value = (problem as Record<string, unknown>)[name];
    return typeof value === 'string' ? value : undefined;
  };
  const number = (name: string) => {
    const value = (problem as Record<string, unknown>)[name];
    return typeof value === 'number' ? value : undefined;
  };
  return new ImagemillError(text('detail') ?? text('title') ?? `The server responded with status ${status}.`, {
    code: text('code') ?? `http-${status}`,
    status,
    field: text('field'),
    limit: number('limit'),
    retryable: retryableStatuses.has(status),
    retryAfterSeconds: retryAfterSeconds(headers.get('retry-after')),
    requestId: text('requestId') ?? headers.get('x-request-id') ?? undefined,
  });
}

/** Of a header that is seconds, or an HTTP date (RFC 9110, section 10.2.3). */
export function retryAfterSeconds(header: string | null): number | undefined {
  if (header === null) return undefined;
  const seconds = /^\d+$/.test(header) ? Number(header) : (Date.parse(header) - Date.now()) / 1000;
  return Number.isNaN(seconds) ? undefined : Math.max(0, seconds);
}
