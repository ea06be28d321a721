import { ImageId } from '@imagemill/variants';
import { v7 as uuidv7 } from 'uuid';
import { describe, expect, test } from 'vitest';
import { createApiHarness, useApi } from '../test-support/api-harness.ts';
import { UploadTicket } from '../tickets/upload-ticket.ts';
import { UploadedParts } from './list-parts.ts';
import { SignedParts } from './sign-parts.ts';

const MIB = 1024 * 1024;
const PART = 8 * MIB;
/** Two parts, the second one of minimal length. */
const bytes = Buffer.alloc(PART + 1, 'photo');
const partsOf = (all: Buffer) => [all.subarray(0, PART), all.subarray(PART)];

const api = useApi({ env: { MAX_UPLOAD_BYTES: 100 * MIB, MULTIPART_THRESHOLD: PART } });

const photo = {
  filename: 'kätzchen.jpg',
  contentType: 'image/jpeg',
  contentLength: bytes.length,
  category: 'product',
  method: 'MULTIPART',
};

async function ask(more: object = {}, headers: Record<string, string> = {}) {
  const { body } = await api.call('POST', '/v1/images/upload-url', { ...photo, ...more }, api.keys.acme, headers);
  const ticket = UploadTicket.parse(body);
  if (ticket.method !== 'MULTIPART') throw new Error(`The ticket is for a ${ticket.method}.`);
  return ticket;
}

const of = (imageId: string, rest = '') => `/v1/images/${imageId}${rest}`;
const complete = (imageId: string) => api.call('POST', of(imageId, '/complete'));
const codeOf = ({ status, body }: { status: number; body: Record<string, unknown> }) =>
  `${status} ${String(body.code ?? '')}`.trim();
const sign = (imageId: string, partNumbers: unknown, key = api.keys.acme) =>
  api.call('POST', of(imageId, '/parts'), { partNumbers }, key);

async function send(imageId: string, partNumber: number, part: Buffer) {
  const { parts } = SignedParts.parse((await sign(imageId, [partNumber])).body);
  const { url = '', headers = {} } = parts[0] ?? {};
  return (await fetch(url, { method: 'PUT', headers, body: new Uint8Array(part) })).status;
}

async function sendAll(imageId: string) {
  for (const [index, part] of partsOf(bytes).entries()) expect(await send(imageId, index + 1, part)).toBe(200);
}

const underWay = async (key: string) => (await api.originals.multipart.list({ prefix: key })).uploads;

describe('an upload in parts', () => {
  test('goes part by part, can be listed in between, and its image is processed like any other', async () => {
    const ticket = await ask({ contentType: 'Image/PJPEG', metadata: { sku: 'A-1' } });
    expect(ticket).toMatchObject({ uploadUrl: `http://api.test/v1/images/${ticket.imageId}/parts`, headers: {} });
    expect(ticket).toMatchObject({ partSize: PART, partCount: 2 });
    expect(await send(ticket.imageId, 2, bytes.subarray(PART))).toBe(200);
    const listed = UploadedParts.parse((await api.call('GET', of(ticket.imageId, '/parts'))).body);
    expect(listed).toEqual({ parts: [{ partNumber: 2, size: 1, etag: expect.any(String) }] });
    expect(await complete(ticket.imageId)).toMatchObject({
      status: 409,
      body: { code: 'not-uploaded', missingParts: [1] },
    });
    expect(await send(ticket.imageId, 1, bytes.subarray(0, PART))).toBe(200);
    expect((await complete(ticket.imageId)).body).toMatchObject({ status: 'queued' });
    const stored = await api.originals.head(ticket.key);
    expect(stored).toMatchObject({ sizeBytes: bytes.length, contentType: 'image/jpeg', cacheControl: 'private' });
    expect(decodeURIComponent(stored?.metadata.filename ?? '')).toBe('kätzchen.jpg');
  });

  test('of a file of no more than MULTIPART_THRESHOLD is a PUT', async () => {
    const { body } = await api.call('POST', '/v1/images/upload-url', { ...photo, contentLength: PART });
    expect(body.method).toBe('PUT');
    expect(codeOf(await sign(String(body.imageId), [1]))).toBe('409 not-multipart');
    expect(codeOf(await api.call('GET', of(String(body.imageId), '/parts')))).toBe('409 not-multipart');
  });

  test('waits for MULTIPART_TTL_SECONDS, while the URL of a part expires like any other', async () => {
    const ticket = await ask();
    const secondsUntil = (time: string) => (Date.parse(time) - Date.now()) / 1000;
    expect(Math.abs(secondsUntil(ticket.expiresAt) - 3600)).toBeLessThan(30);
    const { expiresAt } = SignedParts.parse((await sign(ticket.imageId, [1])).body);
    expect(Math.abs(secondsUntil(expiresAt) - 300)).toBeLessThan(30);
  });

  test('can be among many tickets', async () => {
    const images = [photo, { ...photo, method: 'PUT' }, photo];
    const { body } = await api.call('POST', '/v1/images/upload-urls', { images });
    const tickets = (body.tickets as unknown[]).map((ticket) => UploadTicket.parse(ticket));
    expect(tickets.map(({ method }) => method)).toEqual(['MULTIPART', 'PUT', 'MULTIPART']);
    await sendAll(tickets[2]?.imageId ?? '');
    expect((await complete(tickets[2]?.imageId ?? '')).status).toBe(202);
  });

  test('is the same for a repeated request, even for concurrent ones', async () => {
    const key = { 'idempotency-key': 'parts' };
    const both = await Promise.all([ask({}, key), ask({}, key)]);
    const again = await ask({}, key);
    for (const ticket of both) expect(ticket).toEqual(again);
    await sendAll(again.imageId);
    expect((await complete(again.imageId)).status).toBe(202);
    const after = await ask({}, key);
    expect(after).toEqual(again);
    expect(codeOf(await sign(after.imageId, [1]))).toBe('409 upload-ended');
  });
});

describe('completing', () => {
  test('twice, and twice at once, starts one image', async () => {
    const { imageId, key } = await ask();
    await sendAll(imageId);
    const both = await Promise.all([complete(imageId), complete(imageId)]);
    // Some servers lock an upload during its completion, and reject the second caller this way.
    expect(both.map(codeOf).filter((code) => code !== '503 storage-unavailable')).toContain('202');
    expect((await complete(imageId)).body).toMatchObject({ status: 'queued' });
    expect(await underWay(key)).toEqual([]);
  });

  test('resumes after a crash between the storage and the queue', async () => {
    const { imageId, key } = await ask();
    await sendAll(imageId);
    const [upload] = await underWay(key);
    if (!upload) throw new Error('There is no upload.');
    const parts = (await api.originals.multipart.parts(upload)) ?? [];
    await api.originals.multipart.complete({ ...upload, parts });
    expect((await complete(imageId)).body).toMatchObject({ status: 'queued' });
  });

  test('rejects parts of another length, even if they are in the storage', async () => {
    const { imageId, key } = await ask();
    await sendAll(imageId);
    const [{ uploadId = '' } = {}] = await underWay(key);
    const parts = [{ partNumber: 2, contentLength: 5 }];
    const forged = await api.originals.multipart.presignParts({ key, uploadId, parts, expiresInSeconds: 60 });
    await fetch(forged.parts[0]?.url ?? '', { method: 'PUT', body: 'other' });
    expect(await complete(imageId)).toMatchObject({ status: 409, body: { missingParts: [2] } });
  });

  test('an aborted upload is rejected, and needs a new ticket', async () => {
    const { imageId, key } = await ask();
    await sendAll(imageId);
    for (const upload of await underWay(key)) await api.originals.multipart.abort(upload);
    expect(codeOf(await complete(imageId))).toBe('409 upload-ended');
    expect(codeOf(await api.call('GET', of(imageId, '/parts')))).toBe('409 upload-ended');
  });

  test('a deleted image ends its upload', async () => {
    const { imageId } = await ask();
    await sendAll(imageId);
    expect((await api.call('DELETE', of(imageId))).status).toBe(204);
    const calls = [complete(imageId), sign(imageId, [1]), api.call('GET', of(imageId, '/parts'))];
    expect((await Promise.all(calls)).map(codeOf)).toEqual(Array(3).fill('404 image-not-found'));
  });
});

describe('the URL of a part', () => {
  test.each([
    ['0', [0], '422 invalid-field'],
    ['10001', [10_001], '422 invalid-field'],
    ['one over the number of parts', [3], '422 unknown-part'],
    ['a string', ['1'], '422 invalid-type'],
    ['none', [], '422 invalid-field'],
    ['101 at once', Array(101).fill(1), '422 invalid-field'],
  ])('is not signed for part %s', async (_what, partNumbers, code) => {
    expect(codeOf(await sign((await ask()).imageId, partNumbers))).toBe(code);
  });

  test('rejects a part of another length', async () => {
    const { imageId } = await ask();
    expect(await send(imageId, 1, bytes)).toBe(403);
    expect(await send(imageId, 2, Buffer.from('other'))).toBe(403);
    expect((await api.call('GET', of(imageId, '/parts'))).body).toEqual({ parts: [] });
  });

  test('is not signed for another tenant, for a follow token, or for a request that names the upload id', async () => {
    const { imageId, followToken = '', uploadUrl } = await ask();
    expect(codeOf(await sign(imageId, [1], api.keys.other))).toBe('404 image-not-found');
    expect(codeOf(await api.call('GET', of(imageId, '/parts'), undefined, api.keys.other))).toBe('404 image-not-found');
    expect(codeOf(await sign(imageId, [1], followToken))).toBe('401 unauthorized');
    expect(codeOf(await api.call('GET', of(imageId, '/parts'), undefined, followToken))).toBe('401 unauthorized');
    const inQuery = await api.app.request(`${of(imageId, '/parts')}?token=${followToken}`);
    expect(inQuery.status).toBe(401);
    const named = { partNumbers: [1], uploadId: 'other' };
    expect(codeOf(await api.call('POST', new URL(uploadUrl).pathname, named))).toBe('422 unknown-field');
    expect(codeOf(await sign(ImageId.parse(uuidv7()), [1]))).toBe('404 image-not-found');
  });

  test('is not signed for longer than the image waits', async () => {
    const hasty = await createApiHarness({
      beside: api,
      env: { MAX_UPLOAD_BYTES: 100 * MIB, MULTIPART_THRESHOLD: PART, MULTIPART_TTL_SECONDS: 60 },
    });
    const { body } = await hasty.call('POST', '/v1/images/upload-url', photo);
    const answer = await hasty.call('POST', of(String(body.imageId), '/parts'), { partNumbers: [1] });
    expect(Date.parse(SignedParts.parse(answer.body).expiresAt)).toBeLessThanOrEqual(
      Date.parse(String(body.expiresAt)),
    );
    await hasty.close();
  });
});
