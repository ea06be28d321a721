import { stat } from 'node:fs/promises';
import type { UploadTicket } from '@imagemill/client';
import { FailureToExplain } from '../explain.ts';
import { endOf } from './end-of.ts';
import type { SendPhoto } from './send-photo.ts';

/**
 * Uploads one photograph as a seller app does, and waits for its end.
 *
 * @throws FailureToExplain when the file cannot be read, or the server is not an imagemill API
 * @throws ImagemillError when a request is rejected, or the image has not ended in five minutes
 */
export const uploadPhoto: SendPhoto = async (imagemill, path, options) => {
  const { category, enhance, signal, onProgress, onSize, onImage } = options;
  const originalBytes = await sizeOf(path);
  onSize(originalBytes);
  let uploadedAt = performance.now();
  const uploaded = await imagemill.upload(path, {
    category,
    enhance,
    signal,
    onTicket: assertTicket,
    wait: 'uploaded',
    onProgress(progress) {
      if (progress.phase === 'uploading') uploadedAt = performance.now();
      onProgress(progress);
    },
  });
  onImage(uploaded.imageId);
  // Apart from the upload: an interruption of this wait must not delete the image.
  const image = await endOf(
    imagemill.waitUntilReady(uploaded.imageId, {
      signal,
      onImage: ({ progress, renditions }) =>
        onProgress({
          phase: 'processing',
          offline: false,
          loaded: originalBytes,
          total: originalBytes,
          done: progress.done,
          planned: progress.total,
          renditions,
        }),
    }),
  );
  return { path, originalBytes, image, readyMs: performance.now() - uploadedAt };
};

/** Other servers respond with JSON too. */
function assertTicket(ticket: Partial<UploadTicket>): void {
  if (ticket?.imageId && ticket.uploadUrl) return;
  throw new FailureToExplain('The response is not from an imagemill API. Check the address.', {
    code: 'unexpected-answer',
  });
}

async function sizeOf(path: string): Promise<number> {
  const file = await stat(path).catch((error: NodeJS.ErrnoException) => {
    const words = error.code === 'ENOENT' ? 'There is no such file.' : `This file cannot be read (${error.code}).`;
    throw new FailureToExplain(words, { code: 'unreadable-file', cause: error });
  });
  if (!file.isFile()) throw new FailureToExplain('This is not a file.', { code: 'unreadable-file' });
  if (file.size === 0) throw new FailureToExplain('This file is empty.', { code: 'empty-upload' });
  return file.size;
}
