import { request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { TenantAgents } from './tenant-agents.ts';

const HEADER_BYTES_MAX = 16 * 1024;

type Request = Pick<RequestOptions, 'method' | 'headers' | 'timeout'> & { readonly body?: string };

/**
 * Sends a request to a URL given by a tenant. Does not follow redirects.
 *
 * @returns the response once its headers have arrived; errors in the body are thrown when it is read
 * @throws connection errors, timeouts, and AbortError
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
  sent.on('timeout', () => sent.destroy(new Error('The server stopped sending data.')));
  // Node closes a request without an error if the server answers 101 (Switching Protocols) unasked.
  sent.on('close', () => reject(new Error('The connection was closed without a response.')));
  sent.end(body);
  return promise;
}
