import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { createTenantAgents } from '../http/tenant-agents.ts';

const HEADER_BYTES_MAX = 16 * 1024;
/** As much of an answer is read, so that a polite receiver can end it; nothing is done with it. */
const BODY_BYTES_MAX = 4 * 1024;

/** Sends one POST and tells the status; no redirect is followed. @throws what went wrong, or the signal's reason */
export type Post = (
  url: URL,
  message: { headers: Record<string, string>; body: string },
  signal: AbortSignal,
) => Promise<number>;

/** @param allowPrivate connects to any address, otherwise only to public ones */
export function createPost({ allowPrivate }: { allowPrivate: boolean }): Post {
  const { http, https } = createTenantAgents({ allowPrivate });

  return async (url, { headers, body }, signal) => {
    signal.throwIfAborted();
    const options = {
      method: 'POST',
      headers: { ...headers, 'content-length': Buffer.byteLength(body) },
      maxHeaderSize: HEADER_BYTES_MAX,
      signal,
    };
    const request =
      url.protocol === 'https:'
        ? httpsRequest(url, { ...options, agent: https })
        : httpRequest(url, { ...options, agent: http });
    // What fails after the status was answered changes nothing, but must not end the process.
    request.on('error', () => {});
    request.end(body);
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    await drain(response).catch(() => {});
    request.destroy();
    return response.statusCode ?? 0;
  };
}

async function drain(response: IncomingMessage): Promise<void> {
  let bytes = 0;
  for await (const chunk of response) {
    bytes += chunk.length;
    if (bytes > BODY_BYTES_MAX) return;
  }
}
