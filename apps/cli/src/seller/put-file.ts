import { createReadStream } from 'node:fs';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { Transform } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { FailureToExplain } from '../explain.ts';

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
  request.on('timeout', () => request.destroy(new Error(`the storage was silent for ${SILENCE_MS} ms`)));
  const answered = new Promise<IncomingMessage>((resolve, reject) => {
    request.once('response', resolve);
    request.once('error', reject);
  });
  let sent = 0;
  const counter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      sent += chunk.byteLength;
      onProgress(sent);
      done(null, chunk);
    },
  });
  // A refusal may come, and close the connection, before the whole file is sent: its words are worth more than EPIPE.
  const sending = pipeline(createReadStream(path), counter, request).catch(() => undefined);
  const response = await answered;
  const body = await text(response);
  await sending;
  if (response.statusCode === undefined || response.statusCode >= 300) {
    const reason = /<Message>([^<]*)</.exec(body)?.[1] ?? body.slice(0, 200);
    throw new FailureToExplain(`The storage refused the upload (${response.statusCode}): ${reason}`);
  }
}
