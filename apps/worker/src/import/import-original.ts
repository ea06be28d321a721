import { RejectedImageError } from '@imagemill/imaging';
import type { Postponed, RenderContext, RenderImage } from '@imagemill/queue';
import type { ObjectFacts, ObjectStorage } from '@imagemill/storage';
import { CACHE_PRIVATE } from '@imagemill/variants';
import type { Download } from './download.ts';
import { ImportFailedError, ImportRejectedError } from './errors.ts';
import { createPlaces } from './places.ts';

type Importable = RenderImage & { readonly importUrl: string };

/**
 * Puts what a job's URL holds where its original belongs: all of it or nothing.
 *
 * @returns `postponed` where other imports have all places of this worker
 * @throws ImportRejectedError, RejectedImageError: nothing will ever come of it
 * @throws ImportFailedError, StorageError: another try may succeed
 */
export type ImportOriginal = (
  image: Importable,
  context: Pick<RenderContext, 'signal' | 'isLastAttempt'>,
) => Promise<{ readonly outcome: 'imported'; readonly facts: ObjectFacts | undefined } | Postponed>;

export interface ImportOptions {
  readonly originals: ObjectStorage;
  readonly download: Download;
  /**
   * Imports at once, fewer than the worker's jobs: one that waits for a server out there holds a job's place, and slow
   * servers must not hold all of them.
   */
  readonly placesMax: number;
}

export function createImportOriginal({ originals, download, placesMax }: ImportOptions): ImportOriginal {
  const places = createPlaces(placesMax);

  async function fetchAndStore({ importUrl, originalKey, filename }: Importable, signal: AbortSignal) {
    const body = await download(importUrl, signal);
    const metadata = filename === undefined ? {} : { filename: encodeURIComponent(filename) };
    const what = { key: originalKey, body, contentType: 'application/octet-stream', cacheControl: CACHE_PRIVATE };
    // Another run of the same job may have been first, and a manifest may speak of what that one stored.
    await originals.put({ ...what, metadata, ifAbsent: true }, { signal });
    return originals.head(originalKey, { signal });
  }

  return async (image, { signal, isLastAttempt }) => {
    const place = places.take();
    if (place.outcome === 'full') {
      return { outcome: 'postponed', reason: 'imports-busy', retryAfterMs: place.retryAfterMs };
    }
    try {
      return { outcome: 'imported', facts: await fetchAndStore(image, signal) };
    } catch (error) {
      // It is not for an operator to mend: its seller is told.
      const isHopeless = error instanceof ImportFailedError && isLastAttempt;
      throw isHopeless ? new ImportRejectedError('import-unreachable', error) : error;
    } finally {
      place.leave();
    }
  };
}

/** Whether there will never be an original, by the fault of its seller or of the server that was named. */
export const isRejection = (error: unknown): error is ImportRejectedError | RejectedImageError =>
  error instanceof ImportRejectedError || error instanceof RejectedImageError;
