import type { IncomingMessage } from 'node:http';
import { RejectedImageError } from '@imagemill/imaging';
import { sendRequest } from '../http/send-request.ts';
import { createTenantAgents, isRefusedAddress, type TenantAgents } from '../http/tenant-agents.ts';
import { ImportFailedError, ImportRejectedError } from './errors.ts';

const REDIRECTS_MAX = 3;
const SILENCE_MS_MAX = 10_000;

const headers = {
  accept: 'image/avif,image/webp,image/*;q=0.9',
  // The body is stored unchanged and is never decompressed here.
  'accept-encoding': 'identity',
  'user-agent': 'imagemill-import/1',
};

/**
 * Downloads a URL given by a tenant.
 *
 * @throws ImportRejectedError if the address is not allowed or the server refuses; RejectedImageError `too-many-bytes`
 * @throws ImportFailedError if a retry may succeed
 */
export type Download = (url: string, signal: AbortSignal) => Promise<Uint8Array>;

export interface DownloadOptions {
  /** For local work: any address and port. */
  readonly allowPrivate: boolean;
  readonly bytesMax: number;
  /** For the whole download, redirects and body included. */
  readonly timeoutMs: number;
  /** Defaults to agents that follow `allowPrivate`. */
  readonly agents?: TenantAgents;
}

export function createDownload({ allowPrivate, bytesMax, timeoutMs, ...options }: DownloadOptions): Download {
  const { agents = createTenantAgents({ allowPrivate }) } = options;

  async function follow(start: string, signal: AbortSignal): Promise<Uint8Array> {
    let url = toAllowedUrl(start, allowPrivate);
    for (let redirects = 0; redirects <= REDIRECTS_MAX; redirects += 1) {
      const response = await sendRequest(agents, url, { headers, timeout: SILENCE_MS_MAX }, signal);
      try {
        const location = redirectOf(response);
        if (location === undefined) return await readBody(response, bytesMax);
        url = toAllowedUrl(location, allowPrivate, url);
      } finally {
        response.destroy();
      }
    }
    throw new ImportRejectedError('import-forbidden');
  }

  return async (url, signal) => {
    const deadline = AbortSignal.timeout(timeoutMs);
    try {
      return await follow(url, AbortSignal.any([signal, deadline]));
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof ImportRejectedError || error instanceof RejectedImageError) throw error;
      if (isRefusedAddress(error)) throw new ImportRejectedError('import-forbidden', error);
      throw new ImportFailedError(error);
    }
  };
}

/** Checks the first URL and every redirect. The agents check the address itself. */
function toAllowedUrl(text: string, allowPrivate: boolean, base?: URL): URL {
  const url = URL.parse(text, base);
  const isPlain = url && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '';
  if (!isPlain || (url.port !== '' && !allowPrivate)) throw new ImportRejectedError('import-forbidden');
  return url;
}

/** @returns the redirect's target, or undefined if this response has the image */
function redirectOf({ statusCode = 0, headers: { location } }: IncomingMessage): string | undefined {
  if (statusCode === 200) return undefined;
  if ([301, 302, 303, 307, 308].includes(statusCode) && location !== undefined) return location;
  if (statusCode === 404 || statusCode === 410) throw new ImportRejectedError('import-not-found');
  if (statusCode >= 500 || [408, 425, 429].includes(statusCode)) throw new Error(`The server answered ${statusCode}.`);
  throw new ImportRejectedError('import-refused');
}

async function readBody(response: IncomingMessage, bytesMax: number): Promise<Uint8Array> {
  if (Number(response.headers['content-length'] ?? 0) > bytesMax) throw new RejectedImageError('too-many-bytes');
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response as AsyncIterable<Uint8Array>) {
    length += chunk.byteLength;
    if (length > bytesMax) throw new RejectedImageError('too-many-bytes');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, length);
}
