import type { IncomingMessage } from 'node:http';
import { sendRequest } from '../http/send-request.ts';
import { createTenantAgents } from '../http/tenant-agents.ts';

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
  const agents = createTenantAgents({ allowPrivate });

  return async (url, { headers, body }, signal) => {
    const length = Buffer.byteLength(body);
    const message = { method: 'POST', headers: { ...headers, 'content-length': length }, body };
    const response = await sendRequest(agents, url, message, signal);
    // What fails after the status was answered changes nothing.
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
