import { RejectedImageError } from '@imagemill/imaging';
import { originalMetadata } from '@imagemill/manifests';
import type { Postponed, RenderContext } from '@imagemill/queue';
import type { RenderImage } from '@imagemill/records';
import type { ObjectFacts, ObjectStorage } from '@imagemill/storage';
import { CACHE_PRIVATE } from '@imagemill/variants';
import { createLimitedSlots } from '../slots/limited-slots.ts';
import type { Download } from './download.ts';
import { ImportFailedError, ImportRejectedError } from './errors.ts';

type Importable = RenderImage & { readonly importUrl: string };

/**
 * Downloads a job's URL and stores it as the job's original, completely or not at all.
 *
 * @returns `postponed` if other imports hold all import slots of this worker
 * @throws ImportRejectedError, RejectedImageError for good
 * @throws ImportFailedError, StorageError if a retry may succeed
 */
export type ImportOriginal = (
  image: Importable,
  context: Pick<RenderContext, 'signal' | 'isLastAttempt'>,
) => Promise<{ readonly outcome: 'imported'; readonly facts: ObjectFacts | undefined } | Postponed>;

export interface ImportOptions {
  readonly originals: ObjectStorage;
  readonly download: Download;
  /**
   * Imports at once. Fewer than the worker's jobs: an import that waits for a remote server occupies a job, and slow
   * servers must not occupy all of them.
   */
  readonly slotsMax: number;
}

/** Until a download has been measured. */
const TYPICAL_MS = 250;

export function createImportOriginal({ originals, download, slotsMax }: ImportOptions): ImportOriginal {
  const slots = createLimitedSlots({ reason: 'imports-busy', slotsMax, typicalMs: TYPICAL_MS });

  async function fetchAndStore(image: Importable, signal: AbortSignal) {
    const { importUrl, originalKey } = image;
    const body = await download(importUrl, signal);
    const metadata = originalMetadata(image);
    const what = { key: originalKey, body, contentType: 'application/octet-stream', cacheControl: CACHE_PRIVATE };
    // Another run of the same job may have stored an original first, and a manifest may already refer to it.
    await originals.put({ ...what, metadata, ifAbsent: true }, { signal });
    return originals.head(originalKey, { signal });
  }

  return async (image, { signal, isLastAttempt }) => {
    const slot = slots.acquire(image.tenant);
    if (slot.outcome === 'postponed') return slot;
    try {
      return { outcome: 'imported', facts: await fetchAndStore(image, signal) };
    } catch (error) {
      // A rejection, not a dead letter: only the seller can fix the URL.
      const isFinal = error instanceof ImportFailedError && isLastAttempt;
      throw isFinal ? new ImportRejectedError('import-unreachable', error) : error;
    } finally {
      slot.release();
    }
  };
}

/** Whether the image is rejected because of its file, its URL or the server at that URL. */
export const isRejection = (error: unknown): error is ImportRejectedError | RejectedImageError =>
  error instanceof ImportRejectedError || error instanceof RejectedImageError;
