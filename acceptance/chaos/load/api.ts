import { z } from 'zod';
import { UnavailableError } from './retry-while-unavailable.ts';

const TIMEOUT_MS = 10_000;

const Ticket = z.object({
  imageId: z.string(),
  uploadUrl: z.string(),
  headers: z.record(z.string(), z.string()),
  renditions: z.array(z.object({ url: z.string() })),
});
export type Ticket = z.infer<typeof Ticket>;
const Image = z.object({
  status: z.string(),
  attempts: z.number(),
  readyAt: z.iso.datetime().optional(),
  error: z.object({ code: z.string() }).optional(),
});
export type Image = z.infer<typeof Image>;
const Backlog = z.object({ waiting: z.number(), active: z.number(), delayedDue: z.number() });
const DeadLetters = z.object({
  deadLetters: z.array(z.object({ imageId: z.string(), code: z.string() })),
  nextCursor: z.number().optional(),
});
export type DeadLetter = z.infer<typeof DeadLetters>['deadLetters'][number];

/** A permanent error: a retry would get the same response. */
export class RefusedError extends Error {
  readonly status: number;

  constructor(call: string, status: number, body: string) {
    super(`${call} answered ${status} ${/"code":"([a-z-]+)"/.exec(body)?.[1] ?? body.slice(0, 200)}`);
    this.status = status;
  }
}

export type Api = ReturnType<typeof createApi>;

/** The HTTP contract as seen by a client. Calls throw UnavailableError if a retry may help, RefusedError if not. */
export function createApi({ apiUrl, uploadKey, adminKey }: { apiUrl: string; uploadKey: string; adminKey: string }) {
  async function call<T>(schema: z.ZodType<T>, key: string, method: string, path: string, body?: object): Promise<T> {
    const { status, text } = await answer(`${apiUrl}${path}`, {
      method,
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    });
    if (status >= 500) throw new UnavailableError(`${method} ${path} answered ${status}: ${text}`);
    if (status >= 400) throw new RefusedError(`${method} ${path}`, status, text);
    return schema.parse(JSON.parse(text));
  }
  return {
    ticket: (request: object) => call(Ticket, uploadKey, 'POST', '/v1/images/upload-url', request),
    complete: (imageId: string) => call(Image, uploadKey, 'POST', `/v1/images/${imageId}/complete`),
    image: (imageId: string) => call(Image, uploadKey, 'GET', `/v1/images/${imageId}`),
    backlog: () => call(Backlog, adminKey, 'GET', '/v1/backlog'),
    deadLetters: (cursor: number) => call(DeadLetters, adminKey, 'GET', `/v1/dead-letters?limit=100&cursor=${cursor}`),
    redrive: (imageId: string) => call(z.unknown(), adminKey, 'POST', `/v1/dead-letters/${imageId}/redrive`),
  };
}

/** @throws RefusedError for an upload that the storage will never accept */
export async function putUpload({ uploadUrl, headers }: Ticket, bytes: Buffer): Promise<void> {
  const { status, text } = await answer(uploadUrl, { method: 'PUT', headers, body: new Uint8Array(bytes) });
  // 412: an earlier attempt was stored, although its response was lost.
  if (status < 300 || status === 412) return;
  if (status >= 500) throw new UnavailableError(`PUT answered ${status}`);
  throw new RefusedError('PUT', status, text);
}

async function answer(url: string, init: RequestInit): Promise<{ status: number; text: string }> {
  try {
    const response = await fetch(url, { ...init, signal: AbortSignal.timeout(TIMEOUT_MS) });
    return { status: response.status, text: await response.text() };
  } catch (error) {
    throw new UnavailableError(`${init.method} ${new URL(url).pathname}: ${String(error)}`);
  }
}
