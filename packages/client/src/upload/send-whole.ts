import { withRetries } from '../api/with-retries.ts';
import type { PostTicket, PutTicket } from '../types.ts';
import { sendBody } from './send-body.ts';
import type { UploadSource } from './upload-source.ts';

export interface SendOptions {
  readonly fetch: typeof fetch;
  readonly attemptsMax: number;
  readonly signal?: AbortSignal | undefined;
  readonly onSent: (bytes: number) => void;
}

type WholeTicket = PutTicket | PostTicket;

/**
 * Sends a file in one request, again where that may help.
 *
 * @param renew asks for the ticket anew, once its URL has expired
 * @throws UploadError
 */
export async function sendWhole(
  source: UploadSource,
  first: WholeTicket,
  { renew, ...options }: SendOptions & { renew: (() => Promise<WholeTicket>) | undefined },
): Promise<void> {
  const { attemptsMax, signal } = options;
  const blob = await source.slice(0, source.size);
  let ticket = first;
  await withRetries(
    async () => {
      if (renew && Date.now() > Date.parse(ticket.expiresAt)) ticket = await renew();
      const { uploadUrl: url, headers, method, expiresAt } = ticket;
      const body = ticket.method === 'POST' ? formOf(ticket, blob) : blob;
      // 412: an earlier try has arrived, and only its answer was lost.
      await sendBody({ ...options, url, headers, method, expiresAt, body, size: source.size });
    },
    { attemptsMax, signal },
  );
}

/** The file has to be the last field: S3 ignores what comes after it. */
function formOf({ fields }: PostTicket, file: Blob): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  form.append('file', file);
  return form;
}
