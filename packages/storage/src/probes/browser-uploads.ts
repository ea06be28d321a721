import { type ProbeOptions, type ProbeResult, uploadOf } from './probe.ts';

/**
 * Asks, as a browser does before an upload, whether a page of this web origin may send a PUT with the headers of an upload URL.
 *
 * @throws fetch's error if the storage does not answer
 */
export async function probeBrowserUploads(options: ProbeOptions & { readonly origin: string }): Promise<ProbeResult> {
  const { storage, newKey, origin, signal } = options;
  const { url, headers } = await storage.presignUpload(uploadOf(newKey()));
  const sent = Object.keys(headers).sort();
  const response = await fetch(url, {
    method: 'OPTIONS',
    headers: {
      origin,
      'access-control-request-method': 'PUT',
      'access-control-request-headers': sent.join(','),
    },
    ...(signal && { signal }),
  });
  await response.body?.cancel();
  const listOf = (name: string) =>
    (response.headers.get(name) ?? '').split(',').map((value) => value.trim().toLowerCase());
  const allows = (name: string, value: string) => listOf(name).some((each) => each === '*' || each === value);
  const missing = [
    allows('access-control-allow-origin', origin.toLowerCase()) ? [] : [`the origin ${origin}`],
    allows('access-control-allow-methods', 'put') ? [] : ['PUT'],
    sent.filter((name) => !allows('access-control-allow-headers', name)),
  ].flat();
  const isAllowed = response.ok && missing.length === 0;
  const seen = isAllowed ? `allowed from ${origin}` : `HTTP ${response.status}, not allowed: ${missing.join(', ')}`;
  return { capability: 'browser-uploads', holds: isAllowed, seen };
}
