import type { IncomingMessage } from 'node:http';
import { sendRequest } from '../http/send-request.ts';
import { createTenantAgents } from '../http/tenant-agents.ts';

/** The response body is discarded, but read up to this size to let the receiver finish the response. */
const BODY_BYTES_MAX = 4 * 1024;

/** Sends one POST and returns the status. Does not follow redirects. @throws connection errors, or the signal's reason */
export type Post = (
  url: URL,
  message: { headers: Record<string, string>; body: string },
  signal: AbortSignal,
) => Promise<number>;

/** @param allowPrivate allows any address; otherwise only public addresses are allowed */
export function createPost({ allowPrivate }: { allowPrivate: boolean }): Post {
  const agents = createTenantAgents({ allowPrivate });

  return async (url, { headers, body }, signal) => {
    const length = Buffer.byteLength(body);
    const message = { method: 'POST', headers: { ...headers, 'content-length': length }, body };
    const response = await sendRequest(agents, url, message, signal);
    // Errors after the status are irrelevant.
    await drain(response).catch(() => {});
    response.destroy();
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
