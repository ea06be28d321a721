import { explanation } from '../explain.ts';
import type { ApiClient } from '../seller/api-client.ts';
import { importPhoto, isPhotoUrl, withoutQuery } from '../seller/import-photo.ts';
import { type UploadedPhoto, uploadPhoto } from '../seller/upload-photo.ts';
import { humanBytes } from './human-bytes.ts';
import { renditionsTable } from './renditions-table.ts';
import { createUploadProgress } from './upload-progress.ts';

const UPLOADS_AT_ONCE = 4;

/** Uploads photographs, or has them imported, a few at a time, with their progress; then shows each one's end. Returns whether all are ready. */
export async function uploadAndShow(
  api: ApiClient,
  photos: readonly { path: string; category: string }[],
): Promise<boolean> {
  const progress = createUploadProgress(process.stdout);
  const results: (() => string)[] = [];
  let allReady = true;
  const queue = photos.entries();

  async function uploadNext(): Promise<void> {
    for (const [index, { path, category }] of queue) {
      const onStep = progress.begin(withoutQuery(path));
      try {
        const send = isPhotoUrl(path) ? importPhoto : uploadPhoto;
        const photo = await send(api, path, category, onStep);
        allReady &&= photo.image.status === 'ready';
        results[index] = () => summary(photo, category);
      } catch (error) {
        // One file's trouble, foreseen or not, is no reason to keep the others' results to ourselves.
        allReady = false;
        results[index] = () => `${withoutQuery(path)}: ${explanation(error)}`;
      }
    }
  }
  try {
    await Promise.all(Array.from({ length: UPLOADS_AT_ONCE }, uploadNext));
  } finally {
    progress.end();
  }
  for (const result of results) process.stdout.write(`\n${result()}\n`);
  return allReady;
}

function summary(photo: UploadedPhoto, category: string): string {
  const { path, image, originalBytes, readyMs } = photo;
  if (image.status !== 'ready') {
    return `${path}: ${image.status}${image.error ? `, ${image.error.code}: ${image.error.message}` : ''}`;
  }
  const seconds = (readyMs / 1000).toFixed(1);
  const since = isPhotoUrl(path) ? 'it was asked for' : 'its upload';
  const heading = `${path} (${category}, ${humanBytes(originalBytes ?? 0)}): ready ${seconds} s after ${since}`;
  return `${heading}\n${renditionsTable(photo)}`;
}
