import { sendRequest } from './send-request.ts';

/** More than an edge takes at most to make a picture, unless it is configured otherwise. */
const TIMEOUT_MS = 60_000;
/** As of an `<img>` in a current browser; a plain `fetch` accepts everything, and gets a JPEG. */
const ACCEPT = 'image/avif,image/webp,image/*';

/** A picture from the edge. @throws ImagemillError; the signal's reason once it is aborted */
export const fetchPicture = (url: string, signal: AbortSignal): Promise<Blob> =>
  sendRequest(url, { headers: { accept: ACCEPT } }, { timeoutMs: TIMEOUT_MS, signal }, (response) => response.blob());
