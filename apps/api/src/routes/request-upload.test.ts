import { ImageView } from '@imagemill/images';
import { originalKey, renditionFolder, Tenant } from '@imagemill/variants';
import { describe, expect, test } from 'vitest';
import { createApiHarness, photo, useApi } from '../test-support/api-harness.ts';
import { UploadTicket } from '../tickets/upload-ticket.ts';

const api = useApi();

describe('an upload ticket', () => {
  test('has a URL that accepts the upload, and the future URLs of the renditions', async () => {
    const { status, body, headers } = await api.call('POST', '/v1/images/upload-url', photo);
    const issued = UploadTicket.parse(body);
    expect(status).toBe(201);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('location')).toBe(issued.statusUrl);
    expect(issued.key).toBe(
      originalKey({
        imageId: issued.imageId,
        tenant: Tenant.parse('acme'),
        category: 'product',
        contentType: 'image/jpeg',
      }),
    );
    expect(issued.statusUrl).toBe(`http://api.test/v1/images/${issued.imageId}`);
    expect(issued.renditions).toHaveLength(12);
    expect(issued.renditions[0]?.url).toMatch(
      `http://cdn.test/${renditionFolder({ ...issued, visibility: 'public' })}`,
    );
    expect((await api.upload(issued)).status).toBe(200);
  });

  test('has its job before it is returned', async () => {
    const { imageId } = await api.ticket();
    expect((await api.queue.find(imageId))?.status).toBe('awaiting-upload');
  });

  test("stores the seller's file name in the object's metadata, not in its key", async () => {
    const issued = await api.ticket({ filename: 'été à la plage?.jpg' });
    expect(issued.key).not.toContain('plage');
    await api.upload(issued);
    const { metadata } = (await api.originals.head(issued.key)) ?? {};
    expect(decodeURIComponent(metadata?.filename ?? '')).toBe('été à la plage?.jpg');
  });

  test('signs the file name without its invisible characters', async () => {
    const issued = await api.ticket({ filename: 'Sommer\u00ADkleid\u200E.jpg' });
    expect(issued.headers['x-amz-meta-filename']).toBe('Sommerkleid.jpg');
    expect((await api.upload(issued)).status).toBe(200);
    expect((await api.queue.find(issued.imageId))?.image.filename).toBe('Sommerkleid.jpg');
  });

  test.each([
    ['image/jpg', 'image/jpeg', 'jpg'],
    ['image/pjpeg', 'image/jpeg', 'jpg'],
    ['IMAGE/JPEG', 'image/jpeg', 'jpg'],
    ['image/jpeg; charset=binary', 'image/jpeg', 'jpg'],
    [' Image/X-PNG ;q="a;b"', 'image/png', 'png'],
    ['image/tif', 'image/tiff', 'tiff'],
    ['image/x-ms-bmp', 'image/bmp', 'bmp'],
    ['image/jxl', 'image/jxl', 'jxl'],
  ])('for %j is signed for its normalised type', async (contentType, normalised, extension) => {
    const issued = await api.ticket({ contentType });
    expect(issued.headers['content-type']).toBe(normalised);
    expect(issued.key).toMatch(new RegExp(`/original\\.${extension}$`));
    expect((await api.upload(issued)).status).toBe(200);
    expect((await api.queue.find(issued.imageId))?.image.contentType).toBe(normalised);
  });

  test('names the rejected character of a file name and its position', async () => {
    const { body } = await api.call('POST', '/v1/images/upload-url', { ...photo, filename: 'shoe\u202Egpj.exe' });
    expect(body.detail).toBe('filename: contains U+202E RIGHT-TO-LEFT OVERRIDE at position 5');
  });

  test('passes metadata to the job', async () => {
    const { imageId } = await api.ticket({ metadata: { sku: 'A-17' } });
    expect((await api.queue.find(imageId))?.image.metadata).toEqual({ sku: 'A-17' });
  });
});

describe('an upload request is rejected, with the code and the field, for', () => {
  const long = 'x'.repeat(296);
  test.each([
    ['an unknown category', { category: 'banner' }, 'unknown-category', 'category'],
    ['a category that is a property of every object', { category: '__proto__' }, 'unknown-category', 'category'],
    ['a type outside the list', { contentType: 'image/svg+xml' }, 'unsupported-type', 'contentType'],
    ['a type that is a property of every object', { contentType: 'constructor' }, 'unsupported-type', 'contentType'],
    ['parameters without a type', { contentType: ';image/jpeg' }, 'unsupported-type', 'contentType'],
    ['a list of types', { contentType: 'image/jpeg, image/png' }, 'unsupported-type', 'contentType'],
    ['a photograph of a camera, raw', { contentType: 'image/x-adobe-dng' }, 'unsupported-type', 'contentType'],
    ['no type', { contentType: undefined }, 'missing-field', 'contentType'],
    ['a length of zero', { contentLength: 0 }, 'empty-upload', 'contentLength'],
    ['a negative length', { contentLength: -1 }, 'empty-upload', 'contentLength'],
    ['a length over the limit', { contentLength: 1_000_001 }, 'upload-too-large', 'contentLength'],
    ['a length that is text', { contentLength: '5' }, 'invalid-type', 'contentLength'],
    ['a file name with a path', { filename: '../../etc/passwd' }, 'invalid-filename', 'filename'],
    ['a file name with a Windows path', { filename: 'C:\\shoe.jpg' }, 'invalid-filename', 'filename'],
    ['a file name with a line break', { filename: 'shoe\r\nx: y.jpg' }, 'invalid-filename', 'filename'],
    ['a file name with half a surrogate pair', { filename: 'shoe\ud800.jpg' }, 'invalid-filename', 'filename'],
    ['a file name of 300 characters', { filename: `${long}.jpg` }, 'invalid-filename', 'filename'],
    ['a file name with a right-to-left override', { filename: 'a\u202egpj.exe' }, 'invalid-filename', 'filename'],
    ['an empty file name', { filename: '' }, 'invalid-filename', 'filename'],
    ['a checksum that is not a SHA-256', { checksumSha256: 'abc' }, 'invalid-field', 'checksumSha256'],
    ['metadata that is not text', { metadata: { sku: 17 } }, 'invalid-type', 'metadata.sku'],
    ['an unknown field', { quality: 9 }, 'unknown-field', 'quality'],
  ])('%s', async (_what, change, code, field) => {
    const { status, headers, body } = await api.call('POST', '/v1/images/upload-url', { ...photo, ...change });
    expect({ status, code: body.code, field: body.field }).toEqual({ status: 422, code, field });
    expect(headers.get('content-type')).toBe('application/problem+json');
  });

  test('a length over the limit, with the limit', async () => {
    const { body } = await api.call('POST', '/v1/images/upload-url', { ...photo, contentLength: 1_000_001 });
    expect(body).toMatchObject({ limit: 1_000_000, errors: [{ field: 'contentLength', limit: 1_000_000 }] });
  });

  test('several fields at once, all of them named', async () => {
    const { body } = await api.call('POST', '/v1/images/upload-url', { ...photo, category: 'x', contentLength: 0 });
    const errors = body.errors as { field: string }[];
    expect(errors.map(({ field }) => field).sort()).toEqual(['category', 'contentLength']);
  });

  test.each([
    ['a body that is not JSON', '{"filename":', 400, 'invalid-json'],
    ['an empty body', '', 400, 'invalid-json'],
    ['a prototype', '{"metadata":{"__proto__":"x"}}', 400, 'invalid-json'],
    ['a body that is not an object', '[]', 422, 'invalid-type'],
    ['a body over 64 KiB', JSON.stringify({ ...photo, filename: 'x'.repeat(66_000) }), 413, 'body-too-large'],
  ])('%s', async (_what, body, status, code) => {
    const answer = await api.call('POST', '/v1/images/upload-url', body);
    expect({ status: answer.status, code: answer.body.code }).toEqual({ status, code });
  });

  test.each([
    ['a body shorter than its declared length', { 'content-length': '100' }],
    ['an interrupted body without a declared length', {}],
  ])('%s', async (_what, length) => {
    const body = new ReadableStream({ pull: (controller) => controller.error(new Error('aborted')) });
    const headers = { authorization: `Bearer ${api.keys.acme}`, 'content-type': 'application/json', ...length };
    const init: RequestInit & { duplex: 'half' } = { method: 'POST', headers, body, duplex: 'half' };
    const response = await api.app.request(new Request('http://api.test/v1/images/upload-url', init));
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ code: 'body-incomplete' });
  });

  test('a compressed body, with its reason', async () => {
    const gzip = { 'content-encoding': 'gzip' };
    const { status, body } = await api.call('POST', '/v1/images/upload-url', photo, api.keys.acme, gzip);
    expect({ status, code: body.code }).toEqual({ status: 415, code: 'unsupported-media-type' });
    expect(body.detail).toContain('Content-Encoding');
  });

  test('a body without a JSON content type', async () => {
    const response = await api.app.request('/v1/images/upload-url', {
      method: 'POST',
      headers: { authorization: `Bearer ${api.keys.acme}` },
      body: JSON.stringify(photo),
    });
    expect(response.status).toBe(415);
    expect(await response.json()).toMatchObject({ code: 'unsupported-media-type' });
  });
});

describe('the status of an image', () => {
  test('exists as soon as the ticket does', async () => {
    const { imageId } = await api.ticket();
    const { status, body } = await api.call('GET', `/v1/images/${imageId}`);
    expect(status).toBe(200);
    expect(ImageView.parse(body)).toMatchObject({
      imageId,
      category: 'product',
      status: 'awaiting-upload',
      progress: { done: 0, total: 12 },
      renditions: [],
      attempts: 0,
    });
  });
});

describe('every route', () => {
  test("hides another tenant's image as if it did not exist", async () => {
    const issued = await api.ticket();
    const { imageId } = issued;
    await api.upload(issued);
    const unknown = await api.call('GET', '/v1/images/0199a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b', undefined, api.keys.other);
    for (const [method, path] of [
      ['GET', `/v1/images/${imageId}`],
      ['POST', `/v1/images/${imageId}/complete`],
    ] as const) {
      const { status, body } = await api.call(method, path, undefined, api.keys.other);
      expect(status).toBe(404);
      expect({ ...body, instance: '', requestId: '' }).toEqual({ ...unknown.body, instance: '', requestId: '' });
    }
  });

  test.each(['', 'Bearer', 'Bearer wrong', 'Basic a2V5', 'key-of-acme'])(
    'rejects the authorization %j',
    async (authorization) => {
      const response = await api.app.request('/v1/images/upload-url', { method: 'POST', headers: { authorization } });
      expect(response.status).toBe(401);
      expect(response.headers.get('www-authenticate')).toBe('Bearer');
      expect(await response.json()).toMatchObject({ code: 'unauthorized' });
    },
  );

  test('rejects a key without the scope', async () => {
    const { status, body } = await api.call('POST', '/v1/images/upload-url', photo, api.keys.admin);
    expect({ status, code: body.code }).toEqual({ status: 403, code: 'missing-scope' });
  });

  test('responds 404 for a malformed id and an unknown route', async () => {
    expect((await api.call('GET', '/v1/images/..%2f..%2fetc')).body.code).toBe('image-not-found');
    expect((await api.call('GET', '/v1/nothing')).body.code).toBe('route-not-found');
  });

  test('sets a request id, and uses a valid one of the caller', async () => {
    const own = await api.app.request('/healthz');
    expect(own.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
    const theirs = await api.app.request('/nothing', { headers: { 'x-request-id': 'abc-123' } });
    expect(theirs.headers.get('x-request-id')).toBe('abc-123');
    expect(await theirs.json()).toMatchObject({ requestId: 'abc-123' });
  });
});

describe('an outage is a 503 with Retry-After, without partial results:', () => {
  test('without Redis no upload URL is returned', async () => {
    const cut = await createApiHarness({ redisUrl: 'redis://127.0.0.1:1' });
    const { status, headers, body } = await cut.call('POST', '/v1/images/upload-url', photo);
    expect({ status, code: body.code }).toEqual({ status: 503, code: 'queue-unavailable' });
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    expect(JSON.stringify(body)).not.toContain('X-Amz-Signature');
    await cut.close();
  });

  test('without the object storage an upload cannot be completed', async () => {
    const cut = await createApiHarness({ s3Endpoint: 'http://127.0.0.1:1' });
    const { body: issued } = await cut.call('POST', '/v1/images/upload-url', photo);
    const { status, headers, body } = await cut.call('POST', `/v1/images/${String(issued.imageId)}/complete`);
    expect({ status, code: body.code }).toEqual({ status: 503, code: 'storage-unavailable' });
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    await cut.close();
  });
});
