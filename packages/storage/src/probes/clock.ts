/**
 * How far the clock of an HTTP server is from this machine's, by the `Date` of its response: accurate to about a second.
 *
 * @returns milliseconds, positive if the server's clock is ahead; undefined if the response has no date
 * @throws fetch's error if the server does not answer
 */
export async function clockSkewMs(url: string | URL, signal?: AbortSignal): Promise<number | undefined> {
  const askedAt = Date.now();
  const response = await fetch(url, { method: 'HEAD', redirect: 'manual', ...(signal && { signal }) });
  await response.body?.cancel();
  const date = Date.parse(response.headers.get('date') ?? '');
  // The header is rounded down to seconds.
  return Number.isNaN(date) ? undefined : date + 500 - (askedAt + Date.now()) / 2;
}
