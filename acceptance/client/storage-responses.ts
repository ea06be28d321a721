import { createImagemill, type UploadMethod } from '@imagemill/client';
import { afterEach, beforeEach, vi } from 'vitest';
import { useApi } from '../../apps/api/src/test-support/api-harness.ts';

export const bytes = new TextEncoder().encode('the bytes of a photograph');
export const methods: UploadMethod[] = ['PUT', 'POST', 'MULTIPART'];

export interface S3Answer {
  readonly status: number;
  readonly code?: string;
  readonly message?: string;
  readonly headers?: Record<string, string>;
  /** Whether the upload is stored despite the response. */
  readonly isStored?: boolean;
}

/** The storage's error response. */
export const answerOf = ({ status, code, message = '', headers = {} }: S3Answer) => {
  const xml = code === undefined ? '<h1>Bad gateway</h1>' : `<Code>${code}</Code><Message>${message}</Message>`;
  return new Response(`<?xml version="1.0"?><Error>${xml}</Error>`, { status, headers });
};

/** The API for a whole test file, and clients whose uploads get error responses that a storage does not produce on demand. */
export function useStorageResponses() {
  // Every file is large enough for a multipart upload.
  const api = useApi({ env: { MULTIPART_THRESHOLD: 1, MAX_UPLOAD_BYTES: 10_000_000 } });
  // The backoff between attempts is random: this makes it zero.
  beforeEach(() => void vi.spyOn(Math, 'random').mockReturnValue(0));
  afterEach(() => {
    vi.restoreAllMocks();
    vi.useRealTimers();
  });

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

  return { api, clientWithResponses };
}

/** Adds the header that a server would have received. */
export function withLength(init: RequestInit): RequestInit {
  const length = typeof init.body === 'string' ? { 'content-length': String(Buffer.byteLength(init.body)) } : {};
  return { ...init, headers: { ...(init.headers as Record<string, string>), ...length } };
}

/** 412: an earlier attempt was stored. */
async function expectStored(response: Response): Promise<void> {
  const { status } = response;
  if (!response.ok && status !== 412) throw new Error(`The storage answered ${status}: ${await response.text()}`);
}
