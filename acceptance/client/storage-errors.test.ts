import { createImagemill, UploadError, type UploadMethod, type UploadTicket } from '@imagemill/client';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { createApiHarness } from '../../apps/api/src/test-support/api-harness.ts';

// The API and the storage are real. Only the error responses, which a storage does not produce on demand, are faked.

let api: Awaited<ReturnType<typeof createApiHarness>>;
beforeAll(async () => {
  // Every file is large enough for a multipart upload.
  api = await createApiHarness({ env: { MULTIPART_THRESHOLD: 1, MAX_UPLOAD_BYTES: 10_000_000 } });
});
afterAll(() => api.close());
// The backoff between attempts is random: this makes it zero.
beforeEach(() => void vi.spyOn(Math, 'random').mockReturnValue(0));
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

const bytes = new TextEncoder().encode('the bytes of a photograph');
const methods: UploadMethod[] = ['PUT', 'POST', 'MULTIPART'];

interface S3Answer {
  readonly status: number;
  readonly code?: string;
  readonly message?: string;
  readonly headers?: Record<string, string>;
  /** Whether the upload is stored despite the response. */
  readonly isStored?: boolean;
}

const answerOf = ({ status, code, message = '', headers = {} }: S3Answer) => {
  const xml = code === undefined ? '<h1>Bad gateway</h1>' : `<Code>${code}</Code><Message>${message}</Message>`;
  return new Response(`<?xml version="1.0"?><Error>${xml}</Error>`, { status, headers });
};

/** A client whose uploads get these responses first, one per request, and the real storage's responses after that. */
function clientWithResponses(
  answers: readonly (S3Answer | Error)[],
  { onResponse = () => {}, ...options }: { attemptsMax?: number; onResponse?: () => void } = {},
) {
  /** The signature of each request to the storage. */
  const sent: string[] = [];
  const meet = async (input: string, init: RequestInit = {}) => {
    if (input.startsWith('/')) return api.app.request(input, withLength(init));
    const form = init.body instanceof FormData ? init.body : undefined;
    sent.push(String(form?.get('X-Amz-Signature') ?? new URL(input).searchParams.get('X-Amz-Signature')));
    const answer = answers[sent.length - 1];
    if (answer) onResponse();
    if (answer instanceof Error) throw answer;
    if (!answer || answer.isStored) await expectStored(await fetch(input, init));
    return answer ? answerOf(answer) : new Response();
  };
  const client = createImagemill({ baseUrl: '', apiKey: api.keys.acme, fetch: meet as typeof fetch, ...options });
  const upload = (method: UploadMethod, more: object = {}) =>
    client.upload(bytes, { category: 'product', filename: 'a.jpg', wait: 'uploaded', method, ...more });
  return { sent, client, upload };
}

/** Adds the header that a server would have received. */
function withLength(init: RequestInit): RequestInit {
  const length = typeof init.body === 'string' ? { 'content-length': String(Buffer.byteLength(init.body)) } : {};
  return { ...init, headers: { ...(init.headers as Record<string, string>), ...length } };
}

/** 412: an earlier attempt was stored. */
async function expectStored(response: Response): Promise<void> {
  const { status } = response;
  if (!response.ok && status !== 412) throw new Error(`The storage answered ${status}: ${await response.text()}`);
}

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

describe('a network loss', () => {
  const lost = () => new TypeError('fetch failed');

  test.each(methods)('%s: costs no attempt, and progress reports it until the network is back', async (method) => {
    const told: boolean[] = [];
    const onProgress = ({ offline }: { offline: boolean }) => void (offline !== told.at(-1) && told.push(offline));
    const { upload, sent } = clientWithResponses([lost(), lost()], { attemptsMax: 1 });
    expect(await upload(method, { onProgress })).toMatchObject({ status: 'queued' });
    expect(told).toEqual([false, true, false]);
    expect(sent).toHaveLength(3);
  });

  test('fails the upload after a minute', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const onResponse = () => vi.setSystemTime(Date.now() + 31_000);
    const { upload, sent } = clientWithResponses([lost(), lost(), lost()], { attemptsMax: 1, onResponse });
    await expect(upload('PUT')).rejects.toMatchObject({ code: 'network', retryable: true });
    expect(sent).toHaveLength(3);
  });

  test('is not assumed for an address that has never answered', async () => {
    const client = createImagemill({ baseUrl: 'http://127.0.0.1:1', attemptsMax: 2 });
    const upload = client.upload(bytes, { category: 'product', filename: 'a.jpg' });
    await expect(upload).rejects.toMatchObject({ code: 'network', retryable: true });
  });
});

test('a failed upload resumes with its idempotency key: same image, only the missing parts', async () => {
  const MIB = 1024 * 1024;
  const large = new Blob([new Uint8Array(8 * MIB), bytes]);
  let isBroken = true;
  const sent: string[] = [];
  let firstIsThere = () => {};
  const first = new Promise<void>((resolve) => {
    firstIsThere = resolve;
  });
  const breaking = async (input: string, init: RequestInit = {}) => {
    if (input.startsWith('/')) return api.app.request(input, withLength(init));
    const part = new URL(input).searchParams.get('partNumber') ?? '';
    if (isBroken && part === '2') {
      await first;
      return answerOf({ status: 501, code: 'NotImplemented' });
    }
    const response = await fetch(input, init);
    sent.push(part);
    if (part === '1') firstIsThere();
    return response;
  };
  const client = createImagemill({ baseUrl: '', apiKey: api.keys.acme, fetch: breaking as typeof fetch });
  const ids: string[] = [];
  const again = () =>
    client.upload(large, {
      ...{ category: 'product', filename: 'a.jpg', method: 'MULTIPART', wait: 'uploaded', idempotencyKey: 'the-same' },
      onTicket: ({ imageId }) => void ids.push(imageId),
    });
  await expect(again()).rejects.toBeInstanceOf(UploadError);
  isBroken = false;
  expect(await again()).toMatchObject({ status: 'queued' });
  expect(await again()).toMatchObject({ status: 'queued' });
  expect(sent).toEqual(['1', '2']);
  expect(new Set(ids).size).toBe(1);
});
