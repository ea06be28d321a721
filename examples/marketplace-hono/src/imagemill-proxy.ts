import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { proxy } from 'hono/proxy';

const TIMEOUT_MS = 10 * 60_000;
const forwardedHeaders = ['accept', 'content-type', 'idempotency-key', 'if-none-match', 'last-event-id'];
const image = '/v1/images/:id{[0-9a-f-]{36}}';

/** Forwards the calls that an upload from a page needs, and no others. It adds the API key, which never reaches a page. */
export function createImagemillProxy(baseUrl: string, apiKey: string) {
  function forward(c: Context) {
    const path = c.req.path.slice(c.req.path.indexOf('/v1/'));
    const headers = Object.fromEntries(forwardedHeaders.map((name) => [name, c.req.header(name)]));
    // Live events may last for minutes; closing the page ends them here too.
    const signal = AbortSignal.any([c.req.raw.signal, AbortSignal.timeout(TIMEOUT_MS)]);
    return proxy(baseUrl + path, {
      raw: c.req.raw,
      headers: { ...headers, authorization: `Bearer ${apiKey}` },
      signal,
    });
  }

  return new Hono()
    .use(bodyLimit({ maxSize: 64 * 1024 }))
    .post('/v1/images/upload-url', forward)
    .post(`${image}/complete`, forward)
    .post(`${image}/parts`, forward)
    .get(`${image}/parts`, forward)
    .get(`${image}/events`, forward)
    .get(image, forward);
}
