import { ApiError } from './call-api.ts';

/** Without a byte more for this long, a connection is given up. */
const STALLED_MS = 30_000;
/** The bytes are there already: an earlier try's answer was lost. */
const ALREADY_THERE = 412;

export interface PutFile {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly file: File;
  /** Told the share that is sent, 0 to 1. */
  readonly onProgress: (share: number) => void;
  readonly signal: AbortSignal;
}

/**
 * Sends a file to its upload URL. By XMLHttpRequest: `fetch` tells nothing of what is sent.
 *
 * @throws ApiError when the storage does not take it; the signal's reason when that ends it
 */
export function putFile({ url, headers, file, onProgress, signal }: PutFile): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const fail = (message: string) => reject(new ApiError({ code: 'upload-failed', message, retryable: true }));
    let stalled: ReturnType<typeof setTimeout> | undefined;
    const alive = () => {
      clearTimeout(stalled);
      stalled = setTimeout(() => request.abort(), STALLED_MS);
    };
    const abort = () => request.abort();
    signal.addEventListener('abort', abort);
    request.upload.onprogress = ({ loaded, total }) => {
      alive();
      onProgress(loaded / total);
    };
    request.onload = () => {
      if (request.status < 300 || request.status === ALREADY_THERE) resolve();
      else fail(`The storage refused the upload (${request.status}).`);
    };
    request.onerror = () => fail('The upload was interrupted. Is the network there?');
    request.onabort = () =>
      signal.aborted ? reject(signal.reason as Error) : fail('The upload came to a standstill.');
    request.onloadend = () => {
      clearTimeout(stalled);
      signal.removeEventListener('abort', abort);
    };
    request.open('PUT', url);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    alive();
    request.send(file);
  });
}
