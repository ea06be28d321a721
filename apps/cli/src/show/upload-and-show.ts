import type { Imagemill } from '@imagemill/client';
import { importPhoto, isPhotoUrl, withoutQuery } from '../seller/import-photo.ts';
import { uploadPhoto } from '../seller/upload-photo.ts';
import { plainText } from './plain-text.ts';
import { createProgressDisplay, noProgress } from './progress-display.ts';
import { inJson, inWords, type UploadResult } from './upload-results.ts';

const UPLOADS_AT_ONCE = 4;

interface ShowOptions {
  /** For programs: no progress, and a JSON line for each photograph as soon as it has ended. */
  readonly json?: boolean | undefined;
}

/**
 * Uploads photographs, or has them imported, a few at a time, with their progress; then shows each one's end, in the order
 * that they were named.
 *
 * @returns whether all are ready
 */
export async function uploadAndShow(
  imagemill: Imagemill,
  photos: readonly { path: string; category: string }[],
  { json = false }: ShowOptions = {},
): Promise<boolean> {
  const progress = json ? noProgress : createProgressDisplay(process.stdout);
  const results: UploadResult[] = [];
  const queue = photos.entries();

  async function uploadNext(): Promise<void> {
    for (const [index, { path, category }] of queue) {
      const onProgress = progress.begin(withoutQuery(path));
      const send = isPhotoUrl(path) ? importPhoto : uploadPhoto;
      // One file's trouble, foreseen or not, is no reason to keep the others' results to ourselves.
      const result: UploadResult = await send(imagemill, path, category, onProgress).then(
        (photo) => ({ path, category, photo }),
        (error: unknown) => ({ path, error }),
      );
      results[index] = result;
      if (json) process.stdout.write(`${inJson(result)}\n`);
    }
  }
  try {
    await Promise.all(Array.from({ length: UPLOADS_AT_ONCE }, uploadNext));
  } finally {
    progress.end();
  }
  if (!json) for (const result of results) process.stdout.write(`\n${plainText(inWords(result))}\n`);
  return results.every((result) => 'photo' in result && result.photo.image.status === 'ready');
}
