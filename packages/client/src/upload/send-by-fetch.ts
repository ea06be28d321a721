import type { BodyToSend, StorageAnswer } from './body-to-send.ts';
import { createStallWatch } from './stall-watch.ts';

/** For Node, and for workers without XMLHttpRequest. */
export async function sendByFetch(upload: BodyToSend): Promise<StorageAnswer> {
  const { url, method, headers, body, size, onSent } = upload;
  const watch = createStallWatch(upload.signal);
  const sent = (bytes: number) => {
    watch.progress();
    onSent?.(bytes);
  };
  try {
    const isCounted = body instanceof Blob && body.size > 0 && isNode();
    const response = await upload.fetch(url, {
      method,
      signal: watch.signal,
      ...(isCounted
        ? // S3 rejects a body of unknown length: a stream needs this header. Browsers support neither.
          { body: counted(body, sent), headers: { ...headers, 'content-length': String(size) }, duplex: 'half' }
        : { body, headers }),
    } as RequestInit);
    const { status, headers: answered } = response;
    const answer = { status, text: await response.text(), retryAfter: answered.get('retry-after') };
    onSent?.(size);
    return answer;
  } finally {
    watch.end();
  }
}

const isNode = () =>
  (globalThis as { process?: { versions?: { node?: string } } }).process?.versions?.node !== undefined;

/** A stream that counts the bytes as the connection consumes them. */
function counted(body: Blob, onSent: (bytes: number) => void): ReadableStream<Uint8Array> {
  let bytes = 0;
  const count = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      bytes += chunk.byteLength;
      onSent(bytes);
      controller.enqueue(chunk);
    },
  });
  return body.stream().pipeThrough(count);
}
