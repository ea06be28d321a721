import { request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { TenantAgents } from './tenant-agents.ts';

const HEADER_BYTES_MAX = 16 * 1024;

type Request = Pick<RequestOptions, 'method' | 'headers' | 'timeout'> & { readonly body?: string };

/**
 * Sends a request to an address that a tenant named. Redirects are not followed.
 *
 * @returns the head of the answer; what fails in its body comes out of that
 * @throws what went wrong, an AbortError among others
 */
export async function sendRequest(
  agents: TenantAgents,
  url: URL,
  { body, ...request }: Request,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  signal.throwIfAborted();
  const options = { ...request, maxHeaderSize: HEADER_BYTES_MAX, signal };
  const sent =
    url.protocol === 'https:'
      ? httpsRequest(url, { ...options, agent: agents.https })
      : httpRequest(url, { ...options, agent: agents.http });
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  sent.on('response', resolve).on('error', reject);
  sent.on('timeout', () => sent.destroy(new Error('The server fell silent.')));
  // Node ends a request that is answered with 101, a protocol that nobody asked for, without an error.
  sent.on('close', () => reject(new Error('The connection was closed without an answer.')));
  sent.end(body);
  return promise;
}
