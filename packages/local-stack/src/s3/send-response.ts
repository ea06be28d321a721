import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
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
  if (typeof body !== 'string') return sendStream(body, outgoing);
  // The length of what HEAD stands for is known to the operation alone.
  if (incoming.method === 'HEAD') outgoing.end();
  else outgoing.end(body);
}

async function sendStream(body: Readable, outgoing: ServerResponse): Promise<void> {
  try {
    await pipeline(body, outgoing);
  } catch (error) {
    // The client went away, or the status is sent already: a broken connection is all that can tell it of an error.
    outgoing.destroy(error instanceof Error ? error : undefined);
  }
}
