import { createReadStream } from 'node:fs';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { connectionTrouble, FailureToExplain } from '../explain.ts';

const SILENCE_MS = 30_000;

/**
 * Streams a file to a presigned URL. `fetch` would send a stream in chunks of unknown total, which S3 refuses.
 *
 * @param onProgress told the bytes sent so far
 * @throws FailureToExplain when the storage refuses the upload
 */
export async function putFile(
  path: string,
  sizeBytes: number,
  to: { url: string; headers: Readonly<Record<string, string>> },
  onProgress: (sentBytes: number) => void,
): Promise<void> {
  const send = to.url.startsWith('https:') ? httpsRequest : httpRequest;
  const request = send(to.url, {
    method: 'PUT',
    headers: { ...to.headers, 'content-length': sizeBytes },
    timeout: SILENCE_MS,
  });
  request.on('timeout', () => request.destroy(new Error(`it was silent for ${SILENCE_MS / 1000} s`)));
  const answered = new Promise<IncomingMessage>((resolve, reject) => {
    request.once('response', resolve);
    request.once('error', (error) => reject(error instanceof FailureToExplain ? error : storageTrouble(to.url, error)));
  });
  // A refusal may come, and close the connection, before the whole file is sent: its words are worth more than EPIPE.
  answered.catch(() => {});
  const sending = pipeline(wholeFile(path, sizeBytes, onProgress), request).catch((error: unknown) => {
    request.destroy();
    if (error instanceof FailureToExplain) throw error;
  });
  const response = await Promise.race([answered, sending.then(() => answered)]);
  const body = await text(response).catch((error: unknown) => {
    throw storageTrouble(to.url, error);
  });
  await sending;
  if (response.statusCode === undefined || response.statusCode >= 300) {
    const reason = /<Message>([^<]*)</.exec(body)?.[1] ?? body.slice(0, 200);
    throw new FailureToExplain(`the storage refused the upload (${response.statusCode}): ${reason}`);
  }
}

/** The first `sizeBytes` of a file, which are what was announced. @throws FailureToExplain when they are not there any more */
async function* wholeFile(path: string, sizeBytes: number, onProgress: (sentBytes: number) => void) {
  let sent = 0;
  try {
    for await (const chunk of createReadStream(path, { end: sizeBytes - 1 })) {
      sent += chunk.byteLength;
      onProgress(sent);
      yield chunk;
    }
  } catch (error) {
    throw new FailureToExplain(`it can't be read (${(error as NodeJS.ErrnoException).code})`);
  }
  if (sent < sizeBytes) throw new FailureToExplain('it changed while it was uploaded');
}

/** Without the URL's query: that is a signature. */
const storageTrouble = (url: string, error: unknown) =>
  new FailureToExplain(`the storage at ${new URL(url).origin} does not take the upload: ${connectionTrouble(error)}`);
