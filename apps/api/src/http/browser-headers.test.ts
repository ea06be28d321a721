import { describe, expect, test } from 'vitest';
import { createApiHarness, photo, useApi } from '../test-support/api-harness.ts';

const api = useApi();

test.each(['/healthz', '/nothing', '/v1/backlog'])(
  'browsers do not run, frame or sniff the response of %s',
  async (path) => {
    const { headers } = await api.app.request(path);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('x-frame-options')).toBe('DENY');
    expect(headers.get('content-security-policy')).toBe("default-src 'none'; frame-ancestors 'none'");
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.has('x-powered-by')).toBe(false);
  },
);

describe('a web page', () => {
  const preflight = (origin: string) =>
    api.app.request('/v1/images/upload-url', {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization' },
    });

  test('of an allowed origin may call the API and read its headers', async () => {
    const asked = await preflight('https://shop.test');
    expect(asked.status).toBe(204);
    expect(asked.headers.get('access-control-allow-origin')).toBe('https://shop.test');
    expect(asked.headers.get('access-control-allow-headers')).toContain('Authorization');
    const headers = { origin: 'https://shop.test', authorization: `Bearer ${api.keys.acme}` };
    const refused = await api.app.request('/v1/images/nothing', { headers });
    expect(refused.status).toBe(404);
    expect(refused.headers.get('access-control-allow-origin')).toBe('https://shop.test');
    expect(refused.headers.get('access-control-expose-headers')).toContain('Retry-After');
    expect(refused.headers.has('access-control-allow-credentials')).toBe(false);
  });

  test('of any other origin may not call the API', async () => {
    const asked = await preflight('https://elsewhere.test');
    expect(asked.headers.has('access-control-allow-origin')).toBe(false);
  });

  test('of any origin may not call the API if no origin is allowed', async () => {
    const closed = await createApiHarness({ env: { API_CORS_ORIGINS: [] } });
    const headers = { origin: 'https://shop.test' };
    expect((await closed.app.request('/healthz', { headers })).headers.has('access-control-allow-origin')).toBe(false);
    await closed.close();
  });
});

describe('the status of an image', () => {
  test('is a 304 for a matching ETag, until it changes', async () => {
    const { body } = await api.call('POST', '/v1/images/upload-url', photo);
    const path = `/v1/images/${String(body.imageId)}`;
    const headers = { authorization: `Bearer ${api.keys.acme}` };
    const first = await api.app.request(path, { headers });
    const etag = first.headers.get('etag') ?? '';
    expect(etag).toMatch(/^W\/"/);
    expect(first.headers.get('cache-control')).toBe('private, no-cache');
    const again = await api.app.request(path, { headers: { ...headers, 'if-none-match': etag } });
    expect({ status: again.status, body: await again.text() }).toEqual({ status: 304, body: '' });
    await fetch(String(body.uploadUrl), { method: 'PUT', headers: body.headers as HeadersInit, body: 'hello' });
    await api.call('POST', `${path}/complete`);
    const changed = await api.app.request(path, { headers: { ...headers, 'if-none-match': etag } });
    expect(changed.status).toBe(200);
    expect(await changed.json()).toMatchObject({ status: 'queued' });
  });

  test('may be cached privately, while a ticket must not be stored', async () => {
    const ticket = await api.call('POST', '/v1/images/upload-url', photo);
    expect(ticket.headers.get('cache-control')).toBe('no-store');
  });
});
