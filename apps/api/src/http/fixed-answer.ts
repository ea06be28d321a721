import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Context } from 'hono';
import { weakEtag } from './weak-etag.ts';

interface Content {
  readonly body: string | Buffer;
  readonly contentType: string;
  readonly cacheControl: string;
}

/**
 * A response that never changes during the life of the process: the first request makes, compresses and hashes it.
 *
 * @param make the next request retries it if it fails
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
    return acceptsGzip.test(c.req.header('accept-encoding') ?? '')
      ? c.body(compressed, 200, { ...headers, ...type, 'content-encoding': 'gzip' })
      : c.body(bytesOf(content.body), 200, { ...headers, ...type });
  };
}

const acceptsGzip = /\bgzip\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))/;

async function prepare(make: () => Content | Promise<Content>) {
  const content = await make();
  const compressed = new Uint8Array(await promisify(gzip)(content.body));
  return { content, compressed, etag: weakEtag(content.body) };
}

const bytesOf = (body: string | Buffer) => (typeof body === 'string' ? body : new Uint8Array(body));
