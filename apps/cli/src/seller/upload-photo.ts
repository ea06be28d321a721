import { stat } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { FailureToExplain } from '../explain.ts';
import { ApiAwayError, type ApiClient, type Image } from './api-client.ts';
import { putFile } from './put-file.ts';

const contentTypes: Readonly<Record<string, string>> = {
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.png': 'image/png',
  '.webp': 'image/webp',
  '.avif': 'image/avif',
  '.gif': 'image/gif',
  '.tif': 'image/tiff',
  '.tiff': 'image/tiff',
};

const POLL_MS_MIN = 100;
const POLL_MS_MAX = 1_000;
const READY_WITHIN_MS = 5 * 60_000;
const AWAY_MS_MAX = 60_000;

export type UploadStep =
  | { readonly step: 'uploading'; readonly sentBytes: number; readonly totalBytes: number }
  | { readonly step: 'rendering'; readonly done: number; readonly total: number };

export interface UploadedPhoto {
  readonly path: string;
  readonly originalBytes: number;
  readonly image: Image;
  /** From the last byte of the upload to ready. */
  readonly readyMs: number;
}

/**
 * Does what a seller app does with one photograph: ticket, PUT, complete, and then waits for its end.
 *
 * @throws FailureToExplain when the file can't be read, a request is refused, or nothing ends in five minutes
 */
export async function uploadPhoto(
  api: ApiClient,
  path: string,
  category: string,
  onStep: (step: UploadStep) => void,
): Promise<UploadedPhoto> {
  const totalBytes = await sizeOf(path);
  const contentType = contentTypes[extname(path).toLowerCase()];
  if (!contentType) {
    throw new FailureToExplain(`not a picture that imagemill takes (${Object.keys(contentTypes).join(' ')}).`);
  }
  const ticket = await api.requestUpload({
    filename: basename(path),
    contentType,
    contentLength: totalBytes,
    category,
  });
  const target = { url: ticket.uploadUrl, headers: ticket.headers };
  await putFile(path, totalBytes, target, (sentBytes) => onStep({ step: 'uploading', sentBytes, totalBytes }));

  const uploadedAt = performance.now();
  // The photograph is safe by now: an API that is away for a moment is waited for.
  let image = await patiently(() => api.complete(ticket.imageId));
  for (let pollMs = POLL_MS_MIN; !isFinal(image.status); pollMs = Math.min(pollMs * 1.2, POLL_MS_MAX)) {
    if (performance.now() - uploadedAt > READY_WITHIN_MS) {
      throw new FailureToExplain(`still "${image.status}" after ${READY_WITHIN_MS / 60_000} minutes.`);
    }
    await delay(pollMs);
    image = await patiently(() => api.image(ticket.imageId));
    onStep({ step: 'rendering', ...image.progress });
  }
  return { path, originalBytes: totalBytes, image, readyMs: performance.now() - uploadedAt };
}

const isFinal = (status: string) => ['ready', 'rejected', 'failed', 'expired'].includes(status);

async function patiently<T>(call: () => Promise<T>): Promise<T> {
  for (const since = performance.now(); ; ) {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof ApiAwayError)) throw error;
      if (performance.now() - since + error.retryAfterMs > AWAY_MS_MAX) throw error;
      await delay(error.retryAfterMs);
    }
  }
}

async function sizeOf(path: string): Promise<number> {
  const file = await stat(path).catch((error: NodeJS.ErrnoException) => {
    throw new FailureToExplain(error.code === 'ENOENT' ? 'there is no such file' : `can't be read (${error.code})`);
  });
  if (file.isDirectory()) throw new FailureToExplain('is a directory');
  if (!file.isFile()) throw new FailureToExplain('is not a file');
  if (file.size === 0) throw new FailureToExplain('is empty');
  return file.size;
}
