import type { Enhance, Imagemill } from '@imagemill/client';
import { isRefusedKey } from '@imagemill/client/messages';
import { importPhoto, isPhotoUrl, withoutQuery } from '../seller/import-photo.ts';
import { uploadPhoto } from '../seller/upload-photo.ts';
import { plainText } from './plain-text.ts';
import { createProgressDisplay, noProgress } from './progress-display.ts';
import { inJson, inWords, summaryOf, type UploadResult } from './upload-results.ts';

const UPLOADS_AT_ONCE = 4;
/** With more photographs, each has a line instead of a table. */
const TABLES_MAX = 10;

interface ShowOptions {
  /** For programs: no progress, and a JSON line for each photograph as soon as it has ended. */
  readonly json?: boolean | undefined;
  /** Stops the command: no further photograph is uploaded; uploaded ones are still rendered. */
  readonly signal?: AbortSignal | undefined;
}

interface Photo {
  readonly path: string;
  readonly category: string;
  readonly enhance?: Enhance | undefined;
}

/**
 * Uploads or imports photographs, a few at a time, with their progress; then prints the result of each one, in the order of
 * the arguments, and a summary.
 *
 * @returns whether all are ready
 */
export async function uploadAndShow(
  imagemill: Imagemill,
  photos: readonly Photo[],
  { json = false, signal = new AbortController().signal }: ShowOptions = {},
): Promise<boolean> {
  const progress = json ? noProgress : createProgressDisplay(process.stdout, photos.length);
  const results: UploadResult[] = [];
  const queue = photos.entries();
  let refusedKey: unknown;

  async function uploadNext(): Promise<void> {
    for (const [index, photo] of queue) {
      const result = refusedKey
        ? ({ is: 'failed', path: photo.path, error: refusedKey } as const)
        : await send(imagemill, photo, signal, progress.begin(withoutQuery(photo.path)));
      if (result.is === 'failed' && isRefusedKey(result.error)) refusedKey = result.error;
      results[index] = result;
      if (json) process.stdout.write(`${inJson(result)}\n`);
    }
  }
  try {
    await Promise.all(Array.from({ length: UPLOADS_AT_ONCE }, uploadNext));
  } finally {
    progress.end();
  }
  if (!json) show(results, { isRefused: refusedKey !== undefined, isInterrupted: signal.aborted });
  return results.every((result) => result.is === 'ended' && result.photo.image.status === 'ready');
}

/** One file's failure, expected or not, must not hide the results of the others: it is a result too. */
async function send(
  imagemill: Imagemill,
  { path, category, enhance }: Photo,
  signal: AbortSignal,
  progress: ReturnType<typeof noProgress.begin>,
): Promise<UploadResult> {
  let imageId: string | undefined;
  let bytes: number | undefined;
  try {
    signal.throwIfAborted();
    const photo = await (isPhotoUrl(path) ? importPhoto : uploadPhoto)(imagemill, path, {
      category,
      enhance,
      signal,
      onProgress: progress.update,
      onImage: (id) => {
        imageId = id;
      },
      onSize: (size) => {
        bytes = size;
      },
    });
    return { is: 'ended', path, bytes, category, photo };
  } catch (error) {
    return signal.aborted ? { is: 'interrupted', path, imageId } : { is: 'failed', path, bytes, error };
  } finally {
    progress.end();
  }
}

function show(
  results: readonly UploadResult[],
  { isRefused, isInterrupted }: { isRefused: boolean; isInterrupted: boolean },
): void {
  const brief = results.length > TABLES_MAX;
  let isReported = false;
  for (const result of results) {
    // A refused key is reported once; photographs that Ctrl-C prevented are only counted.
    const isOfKey = isRefused && result.is === 'failed' && isRefusedKey(result.error);
    if ((isOfKey && isReported) || (result.is === 'interrupted' && !result.imageId)) continue;
    isReported ||= isOfKey;
    process.stdout.write(`${brief ? '' : '\n'}${plainText(inWords(result, { brief }))}\n`);
  }
  if (results.length > 1 || isInterrupted) {
    process.stdout.write(`\n${isInterrupted ? 'Interrupted: ' : ''}${summaryOf(results)}.\n`);
  }
}
