import { type RetryPolicy, withRetries } from '../api/with-retries.ts';
import { UploadError } from '../errors.ts';
import type { PostTicket, PutTicket } from '../types.ts';
import { sendBody } from './send-body.ts';
import type { UploadSource } from './upload-source.ts';

export interface SendOptions {
  readonly fetch: typeof fetch;
  readonly retries: RetryPolicy;
  readonly signal?: AbortSignal | undefined;
  readonly onSent: (bytes: number) => void;
}

type WholeTicket = PutTicket | PostTicket;

/**
 * Sends a file in one request, and retries temporary failures.
 *
 * @param renew renews the ticket, once its URL has expired by the local clock or by that of the storage
 * @throws UploadError
 */
export async function sendWhole(
  source: UploadSource,
  first: WholeTicket,
  { renew, ...options }: SendOptions & { renew: (() => Promise<WholeTicket>) | undefined },
): Promise<void> {
  const { retries, signal } = options;
  const blob = await source.slice(0, source.size);
  let ticket = first;
  let refused: UploadError | undefined;
  await withRetries(
    async () => {
      const isOver = refused !== undefined || Date.now() > Date.parse(ticket.expiresAt);
      if (renew && isOver) ticket = differentFrom(ticket, await renew(), refused);
      const { uploadUrl: url, headers, method, expiresAt } = ticket;
      const body = ticket.method === 'POST' ? formOf(ticket, blob) : blob;
      try {
        await sendBody({ ...options, url, headers, method, expiresAt, body, size: source.size });
      } catch (error) {
        refused = isExpired(error) ? error : undefined;
        throw refused && !renew ? notRetryable(refused) : error;
      }
    },
    { ...retries, signal },
  );
}

/** @throws the refusal if the next ticket is the same: by the API's clock it is still valid, and would be refused again */
function differentFrom(ticket: WholeTicket, next: WholeTicket, refusal: UploadError | undefined): WholeTicket {
  if (refusal && signatureOf(next) === signatureOf(ticket)) throw refusal;
  return next;
}

const isExpired = (error: unknown): error is UploadError =>
  error instanceof UploadError && error.code === 'upload-url-expired';

const notRetryable = ({ message, code, status }: UploadError) => new UploadError(message, { code, status });

const signatureOf = (ticket: WholeTicket) =>
  ticket.method === 'POST' ? JSON.stringify(ticket.fields) : ticket.uploadUrl;

/** The file must be the last field: S3 ignores fields after it. */
function formOf({ fields }: PostTicket, file: Blob): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  form.append('file', file);
  return form;
}
