import type { BodyToSend, StorageAnswer } from './body-to-send.ts';
import { createStallWatch } from './stall-watch.ts';

/** The used part of XMLHttpRequest: fetch does not report upload progress. */
interface Xhr {
  readonly upload: { onprogress: ((event: { loaded: number; total: number }) => void) | null };
  onload: (() => void) | null;
  onerror: (() => void) | null;
  onabort: (() => void) | null;
  readonly status: number;
  readonly responseText: string;
  open(method: string, url: string): void;
  setRequestHeader(name: string, value: string): void;
  getAllResponseHeaders(): string;
  send(body: Blob | FormData): void;
  abort(): void;
}
const xhrClass = () => (globalThis as { XMLHttpRequest?: new () => Xhr }).XMLHttpRequest;

export const canSendByXhr = (): boolean => xhrClass() !== undefined;

export function sendByXhr(upload: BodyToSend): Promise<StorageAnswer> {
  const { url, method, headers, body, size, signal, onSent } = upload;
  const XMLHttpRequest = xhrClass();
  if (!XMLHttpRequest) throw new Error('XMLHttpRequest is not available.');
  const watch = createStallWatch(signal);
  return new Promise<StorageAnswer>((resolve, reject) => {
    watch.signal.throwIfAborted();
    const xhr = new XMLHttpRequest();
    xhr.open(method, url);
    for (const [name, value] of Object.entries(headers)) xhr.setRequestHeader(name, value);
    xhr.upload.onprogress = ({ loaded, total }) => {
      watch.progress();
      // A form is longer than the file in it.
      onSent?.(total > 0 ? Math.min(size, Math.round((loaded / total) * size)) : 0);
    };
    xhr.onload = () => {
      const { status, responseText: text } = xhr;
      // Asked for by its name, a header that CORS hides is an error in the browser's console.
      const [, retryAfter = null] = /^retry-after: *(.+)$/im.exec(xhr.getAllResponseHeaders()) ?? [];
      resolve({ status, text, retryAfter });
    };
    xhr.onerror = () => reject(new TypeError('The connection was lost.'));
    xhr.onabort = () => reject(watch.signal.reason);
    watch.signal.addEventListener('abort', () => xhr.abort(), { once: true });
    xhr.send(body);
  }).finally(watch.end);
}
