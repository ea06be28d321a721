import type { IncomingMessage } from 'node:http';
import { AppError } from '@imagemill/errors';
import { sendRequest } from '../http/send-request.ts';
import { createTenantAgents } from '../http/tenant-agents.ts';
import { errorCode, signedHeaders } from '../webhooks/signed-request.ts';
import type { ModerationRequest } from './moderation-request.ts';
import { Verdict } from './verdict.ts';

/** The service gave no valid answer in time. */
export class NoVerdictError extends AppError {
  /** @param reason short and stable, for logs: `timeout`, `status-500`, `invalid-answer`… */
  readonly reason: string;

  constructor(reason: string, cause?: unknown) {
    super({
      code: 'moderation-unavailable',
      retryable: true,
      cause,
      publicMessage: 'The moderation service gave no valid answer.',
    });
    this.reason = reason;
  }
}

/**
 * Sends one request, and returns its answer.
 *
 * @throws NoVerdictError; the reason of `stop`
 */
export type AskService = (request: ModerationRequest, stop: AbortSignal) => Promise<Verdict>;

interface AskOptions {
  readonly url: string;
  /** Several during a rotation: the service may have either the old or the new one. */
  readonly secrets: readonly string[];
  /** For the whole request, from the DNS lookup to the end of the answer. */
  readonly timeoutMs: number;
  readonly allowPrivate: boolean;
}

const ANSWER_BYTES_MAX = 16 * 1024;

export function createAskService({ url, secrets, timeoutMs, allowPrivate }: AskOptions): AskService {
  const agents = createTenantAgents({ allowPrivate });

  async function answerTo({ id, body }: ModerationRequest, signal: AbortSignal): Promise<string> {
    const headers = { ...signedHeaders({ id, body, secrets }), 'user-agent': 'imagemill-moderation/1' };
    const length = { 'content-length': Buffer.byteLength(body) };
    const message = { method: 'POST', headers: { ...headers, ...length }, body };
    const response = await sendRequest(agents, new URL(url), message, signal);
    try {
      if (response.statusCode !== 200) throw new NoVerdictError(`status-${response.statusCode}`);
      return await read(response);
    } finally {
      response.destroy();
    }
  }

  return async (request, stop) => {
    const deadline = AbortSignal.timeout(timeoutMs);
    try {
      return verdictIn(await answerTo(request, AbortSignal.any([stop, deadline])), request);
    } catch (error) {
      stop.throwIfAborted();
      if (error instanceof NoVerdictError) throw error;
      throw new NoVerdictError(deadline.aborted ? 'timeout' : errorCode(error), error);
    }
  };
}

async function read(response: IncomingMessage): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Uint8Array>) {
    bytes += chunk.byteLength;
    if (bytes > ANSWER_BYTES_MAX) throw new NoVerdictError('answer-too-large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function verdictIn(text: string, { imageId }: ModerationRequest): Verdict {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new NoVerdictError('invalid-answer', error);
  }
  const answer = Verdict.safeParse(json);
  if (!answer.success) throw new NoVerdictError('invalid-answer', answer.error);
  if (answer.data.imageId !== imageId) throw new NoVerdictError('other-image');
  return answer.data;
}
