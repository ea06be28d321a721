import { stat } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import { FailureToExplain } from '../explain.ts';
import type { ApiClient, Image } from './api-client.ts';
import { putFile } from './put-file.ts';
import { patiently, untilEnded } from './until-ended.ts';

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

export type UploadStep =
  | { readonly step: 'uploading'; readonly sentBytes: number; readonly totalBytes: number }
  | { readonly step: 'rendering'; readonly done: number; readonly total: number };

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
  await patiently(() => api.complete(ticket.imageId));
  const image = await untilEnded(api, ticket.imageId, onStep);
  return { path, originalBytes: totalBytes, image, readyMs: performance.now() - uploadedAt };
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
