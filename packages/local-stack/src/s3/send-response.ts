import type { IncomingMessage, ServerResponse } from 'node:http';
import { finished, pipeline } from 'node:stream/promises';
import { S3Error } from './errors.ts';
import type { S3Response } from './response.ts';
import { buildXml } from './xml.ts';

export function errorResponse(error: unknown, request: { id: string; resource: string }): S3Response {
  const known = error instanceof S3Error ? error : new S3Error('InternalError');
  if (known !== error) console.error(`S3 request ${request.id} failed:`, error);
  const { code, message, details } = known;
  const content = { Code: code, Message: message, ...details, Resource: request.resource, RequestId: request.id };
  return {
    status: known.status,
    headers: { 'content-type': 'application/xml', ...known.headers },
    body: buildXml('Error', content, { namespaced: false }),
  };
}

export async function sendResponse(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  response: S3Response,
): Promise<void> {
  for (const [name, value] of Object.entries(response.headers ?? {}))
    if (value !== undefined) outgoing.setHeader(name, value);
  outgoing.statusCode = response.status;
  const { body = '' } = response;
  try {
    if (typeof body === 'string') await sendText(incoming, outgoing, body);
    else await pipeline(body, outgoing);
  } catch (error) {
    // The client has disconnected, or the status has already been sent: only a broken connection can signal the error.
    outgoing.destroy(error instanceof Error ? error : undefined);
  }
}

async function sendText(incoming: IncomingMessage, outgoing: ServerResponse, text: string): Promise<void> {
  // HEAD: the operation has set the content length that GET would return.
  outgoing.end(incoming.method === 'HEAD' ? undefined : text);
  await finished(outgoing);
}
