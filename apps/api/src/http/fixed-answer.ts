import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Context } from 'hono';

interface Content {
  readonly body: string | Buffer;
  readonly contentType: string;
  readonly cacheControl: string;
}

/**
 * Answers the same for as long as the process lives: it is made, compressed and hashed once, for the first who asks.
 *
 * @param make is tried again by the next request when it fails
 */
export function createFixedAnswer(make: () => Content | Promise<Content>): (c: Context) => Promise<Response> {
  let prepared: ReturnType<typeof prepare> | undefined;
  return async (c) => {
    prepared ??= prepare(make).catch((error: unknown) => {
      prepared = undefined;
      throw error;
    });
    const { content, compressed, etag } = await prepared;
    const headers = { etag, 'cache-control': content.cacheControl, vary: 'Accept-Encoding' };
    if (c.req.header('if-none-match')?.includes(etag)) return c.body(null, 304, headers);
    const type = { 'content-type': content.contentType };
    return takesGzip.test(c.req.header('accept-encoding') ?? '')
      ? c.body(compressed, 200, { ...headers, ...type, 'content-encoding': 'gzip' })
      : c.body(bytesOf(content.body), 200, { ...headers, ...type });
  };
}

const takesGzip = /\bgzip\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))/;

async function prepare(make: () => Content | Promise<Content>) {
  const content = await make();
  const compressed = new Uint8Array(await promisify(gzip)(content.body));
  // Weak: it stands for both encodings.
  const etag = `W/"${createHash('sha256').update(content.body).digest('base64url').slice(0, 22)}"`;
  return { content, compressed, etag };
}

const bytesOf = (body: string | Buffer) => (typeof body === 'string' ? body : new Uint8Array(body));
