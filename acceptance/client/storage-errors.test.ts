import { UploadError, type UploadTicket } from '@imagemill/client';
import { describe, expect, test, vi } from 'vitest';
import { bytes, methods, type S3Answer, useStorageResponses } from './storage-responses.ts';

const { clientWithResponses } = useStorageResponses();

const named = (answers: readonly S3Answer[]) =>
  methods.flatMap((method) =>
    answers.map((answer) => [method, `${answer.status} ${answer.code ?? ''} ${answer.message ?? ''}`, answer] as const),
  );

describe('retries the same request', () => {
  const passing: S3Answer[] = [
    { status: 409, code: 'ConditionalRequestConflict' },
    { status: 409, code: 'OperationAborted' },
    { status: 400, code: 'RequestTimeout' },
    { status: 400, code: 'IncompleteBody' },
    { status: 400, code: 'BadDigest' },
    { status: 400, code: 'XAmzContentSHA256Mismatch' },
    { status: 408 },
    { status: 429, code: 'TooManyRequests' },
    { status: 500, code: 'InternalError' },
    { status: 502 },
    { status: 503, code: 'SlowDown' },
    { status: 503, code: 'ServiceUnavailable' },
    { status: 504 },
  ];
  test.each(named(passing))('%s, after %s', async (method, _, answer) => {
    const { upload, sent } = clientWithResponses([answer]);
    expect(await upload(method)).toMatchObject({ status: 'queued' });
    expect(sent).toHaveLength(2);
    // A multipart upload signs again for each attempt, which costs one small call.
    if (method !== 'MULTIPART') expect(sent[1]).toBe(sent[0]);
  });

  test.each(methods)('%s, after a conflict with an earlier attempt that was stored', async (method) => {
    const { upload, sent } = clientWithResponses([{ status: 409, code: 'ConditionalRequestConflict', isStored: true }]);
    expect(await upload(method)).toMatchObject({ status: 'queued' });
    expect(sent).toHaveLength(2);
  });

  test.each(methods)('%s, up to attemptsMax', async (method) => {
    const conflict = { status: 409, code: 'ConditionalRequestConflict', message: 'Conflicting request.' };
    const { upload, sent } = clientWithResponses(Array(9).fill(conflict), { attemptsMax: 3 });
    const error = await upload(method).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(UploadError);
    expect(error).toMatchObject({ code: 'storage-refused', status: 409, retryable: true });
    expect((error as Error).message).toContain('Conflicting request.');
    expect(sent).toHaveLength(3);
  });

  test('only after Retry-After', async () => {
    const busy = { status: 503, code: 'SlowDown', headers: { 'retry-after': '1' } };
    const startedAt = performance.now();
    await clientWithResponses([busy]).upload('PUT');
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(995);
  });
});

describe('retries with a new signature', () => {
  const stale: S3Answer[] = [
    { status: 403, code: 'RequestTimeTooSkewed', message: 'The difference is too large.' },
    { status: 403, code: 'AccessDenied', message: 'Request has expired' },
    { status: 403, code: 'AccessDenied', message: 'Request is not valid yet' },
    { status: 403, code: 'AccessDenied', message: 'Invalid according to Policy: Policy expired.' },
    // Ceph's response.
    { status: 403, code: 'AccessDenied', message: '' },
    { status: 400, code: 'ExpiredToken', message: 'The provided token has expired.' },
  ];
  const FIVE_MINUTES_MS = 300_000;

  test.each(named(stale))('%s, after %s', async (method, _, answer) => {
    vi.useFakeTimers({ toFake: ['Date'] });
    // When the storage answers, the URL's five minutes are over for the API, too.
    const onResponse = () => vi.setSystemTime(Date.now() + FIVE_MINUTES_MS + 1_000);
    const { upload, sent } = clientWithResponses([answer], { onResponse });
    expect(await upload(method)).toMatchObject({ status: 'queued' });
    expect([sent.length, new Set(sent).size]).toEqual([2, 2]);
  });

  test.each(['PUT', 'POST'] as const)('%s, but never sends a rejected signature twice', async (method) => {
    // A frozen clock: signing again in another second would create another signature.
    vi.useFakeTimers({ toFake: ['Date'] });
    const refusal = { status: 403, code: 'RequestTimeTooSkewed' };
    const { upload, sent } = clientWithResponses([refusal], { attemptsMax: 3 });
    await expect(upload(method)).rejects.toMatchObject({ code: 'upload-url-expired', status: 403, retryable: true });
    expect(sent).toHaveLength(1);
  });

  test.each(['PUT', 'POST'] as const)('%s, but not without access to the API', async (method) => {
    const { client, sent } = clientWithResponses([
      { status: 403, code: 'AccessDenied', message: 'Request has expired' },
    ]);
    const about = { filename: 'a.jpg', contentType: 'image/jpeg', contentLength: bytes.length, category: 'product' };
    const ticket: UploadTicket = await client.requestUpload({ ...about, method });
    await expect(client.uploadTo(ticket, bytes)).rejects.toMatchObject({
      code: 'upload-url-expired',
      retryable: false,
    });
    expect(sent).toHaveLength(1);
  });
});

describe('does not retry a permanent error', () => {
  const final: S3Answer[] = [
    { status: 403, code: 'AccessDenied', message: 'Access Denied' },
    { status: 403, code: 'SignatureDoesNotMatch', message: 'The signature does not match.' },
    { status: 403, code: 'InvalidAccessKeyId', message: 'There is no such key.' },
    { status: 400, code: 'EntityTooLarge', message: 'It is too large.' },
    { status: 400, code: 'InvalidDigest', message: 'The digest is not valid.' },
    { status: 400, code: 'InvalidRequest', message: 'It is not valid.' },
    { status: 404, code: 'NoSuchBucket', message: 'There is no such bucket.' },
    { status: 405, code: 'MethodNotAllowed', message: 'Not allowed.' },
    { status: 501, code: 'NotImplemented', message: 'Not implemented.' },
  ];
  test.each(named(final))('%s: %s', async (method, _, answer) => {
    const { upload, sent } = clientWithResponses([answer]);
    const error = await upload(method).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'storage-refused', status: answer.status, retryable: false });
    expect((error as Error).message).toContain(answer.message);
    expect(sent).toHaveLength(1);
  });

  test.each(['POST', 'MULTIPART'] as const)('%s: 412, because it sets no condition', async (method) => {
    const { upload, sent } = clientWithResponses([{ status: 412, code: 'PreconditionFailed' }]);
    await expect(upload(method)).rejects.toMatchObject({ code: 'storage-refused', status: 412, retryable: false });
    expect(sent).toHaveLength(1);
  });
});

test('PUT: 412 means that an earlier attempt was stored', async () => {
  const { upload, sent } = clientWithResponses([
    { status: 500, code: 'InternalError', isStored: true },
    { status: 412, code: 'PreconditionFailed' },
  ]);
  expect(await upload('PUT')).toMatchObject({ status: 'queued' });
  expect(sent).toHaveLength(2);
});
