import { z } from 'zod';
import { connectionTrouble, FailureToExplain } from '../explain.ts';

const REQUEST_TIMEOUT_MS = 15_000;

const Ticket = z.object({
  imageId: z.string(),
  uploadUrl: z.string(),
  headers: z.record(z.string(), z.string()),
});
type Ticket = z.infer<typeof Ticket>;

const Import = z.object({ imageId: z.string() });

const Image = z.object({
  imageId: z.string(),
  status: z.string(),
  progress: z.object({ done: z.number(), total: z.number() }),
  renditions: z.array(
    z.object({
      variant: z.string(),
      format: z.string(),
      url: z.string(),
      width: z.number(),
      height: z.number(),
      bytes: z.number(),
    }),
  ),
  source: z.object({ bytes: z.number() }).optional(),
  error: z.object({ code: z.string(), message: z.string() }).optional(),
});
export type Image = z.infer<typeof Image>;

const RETRY_MS = 1_000;

/** The API can't be reached, or says that it can't work just now: the same call may succeed after a while. */
export class ApiAwayError extends FailureToExplain {
  readonly retryAfterMs: number;

  constructor(message: string, retryAfterMs: number) {
    super(message);
    this.retryAfterMs = retryAfterMs;
  }
}

const Problem = z.object({ code: z.string(), detail: z.string() });

interface UploadRequest {
  readonly filename: string;
  readonly contentType: string;
  readonly contentLength: number;
  readonly category: string;
}

/** The calls of a seller app. Each throws FailureToExplain with the API's own words when it is refused. */
export interface ApiClient {
  requestUpload(request: UploadRequest): Promise<Ticket>;
  importImage(request: { url: string; category: string }): Promise<{ imageId: string }>;
  complete(imageId: string): Promise<Image>;
  image(imageId: string): Promise<Image>;
}

export function createApiClient({ apiUrl, apiKey }: { apiUrl: string; apiKey: string }): ApiClient {
  async function call<T>(method: string, path: string, schema: z.ZodType<T>, body?: unknown): Promise<T> {
    const away = (error: unknown) =>
      new ApiAwayError(`${apiUrl} does not answer: ${connectionTrouble(error)}`, RETRY_MS);
    const response = await fetch(`${apiUrl}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${apiKey}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
    }).catch((error: unknown) => {
      throw away(error);
    });
    const answer: unknown = await response.json().catch((error: unknown) => {
      if (!(error instanceof SyntaxError)) throw away(error);
    });
    const expected = schema.safeParse(answer);
    if (response.ok && expected.success) return expected.data;
    const problem = Problem.safeParse(answer).data;
    const words = problem
      ? `${problem.code}: ${problem.detail}`
      : `${apiUrl} is no imagemill API (${response.status}).`;
    if (response.status !== 503) throw new FailureToExplain(words);
    throw new ApiAwayError(words, Number(response.headers.get('retry-after')) * 1000 || RETRY_MS);
  }
  return {
    requestUpload: (request) => call('POST', '/v1/images/upload-url', Ticket, request),
    importImage: (request) => call('POST', '/v1/images/import', Import, request),
    complete: (imageId) => call('POST', `/v1/images/${imageId}/complete`, Image),
    image: (imageId) => call('GET', `/v1/images/${imageId}`, Image),
  };
}
