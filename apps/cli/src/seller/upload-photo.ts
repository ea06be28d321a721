import { stat } from 'node:fs/promises';
import type { Image, Imagemill, UploadProgress, UploadTicket } from '@imagemill/client';
import { FailureToExplain } from '../explain.ts';
import { endOf } from './end-of.ts';

export interface UploadedPhoto {
  /** The file, or the URL that it was imported from. */
  readonly path: string;
  /** Unknown of an import that came to nothing. */
  readonly originalBytes: number | undefined;
  readonly image: Image;
  /** From the last byte of the upload, or from the request to import, to ready. */
  readonly readyMs: number;
}

/**
 * Does what a seller app does with one photograph: uploads it, and waits for its end.
 *
 * @throws FailureToExplain when the file can't be read, or the server is no imagemill
 * @throws ImagemillError when a request is refused, or nothing ends in five minutes
 */
export async function uploadPhoto(
  imagemill: Imagemill,
  path: string,
  category: string,
  onProgress: (progress: UploadProgress) => void,
): Promise<UploadedPhoto> {
  const originalBytes = await sizeOf(path);
  let uploadedAt = performance.now();
  const tell = (progress: UploadProgress) => {
    if (progress.phase === 'uploading') uploadedAt = performance.now();
    onProgress(progress);
  };
  const image = await endOf(imagemill.upload(path, { category, onTicket: assertTicket, onProgress: tell }));
  return { path, originalBytes, image, readyMs: performance.now() - uploadedAt };
}

/** Other programs answer with JSON too. */
function assertTicket(ticket: Partial<UploadTicket>): void {
  if (!ticket?.imageId || !ticket.uploadUrl) throw new FailureToExplain('this is not the address of an imagemill API');
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
