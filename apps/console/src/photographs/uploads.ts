import type { ImagemillError } from '@imagemill/client';
import { messageFor } from '@imagemill/client/messages';
import pLimit from 'p-limit';
import type { SellerApi } from '../api/seller-api.ts';
import { announce } from '../ui/announcer.tsx';
import type { PhotoState } from './photo.ts';
import type { PhotoList } from './photo-list.ts';

const AT_ONCE = 3;

interface UploadsOptions {
  readonly api: SellerApi;
  readonly list: PhotoList;
  readonly onUploaded: (id: string, imageId: string) => void;
}

/** Uploads photographs of the list, a few at a time. */
export function createUploads({ api, list, onUploaded }: UploadsOptions) {
  const files = new Map<string, File>();
  /** By photograph: a failed upload that is tried again continues with the same image. */
  const idempotencyKeys = new Map<string, string>();
  const running = new Map<string, AbortController>();
  const limit = pLimit(AT_ONCE);
  const goTo = (id: string, state: PhotoState) => list.change(id, { state });

  function forget(id: string): void {
    files.delete(id);
    idempotencyKeys.delete(id);
    running.delete(id);
  }

  async function upload(id: string, signal: AbortSignal): Promise<void> {
    const photo = list.find(id);
    const file = files.get(id);
    // Stopped before its turn.
    if (!photo || !file || signal.aborted) return;
    try {
      const onProgress = (share: number, offline: boolean) => goTo(id, { is: 'uploading', share, offline });
      onProgress(0, false);
      const idempotencyKey = idempotencyKeys.get(id) ?? randomKey();
      idempotencyKeys.set(id, idempotencyKey);
      const options = { category: photo.category, idempotencyKey, onProgress, signal };
      const imageId = await api.upload(file, options);
      goTo(id, { is: 'uploaded' });
      forget(id);
      onUploaded(id, imageId);
    } catch (error) {
      if (signal.aborted) return;
      const words = messageFor(error, file);
      announce(`${photo.name}: ${words}`);
      goTo(id, { is: 'refused', words, mayRetry: (error as Partial<ImagemillError>).retryable ?? false });
    }
  }

  return {
    /** Uploads a photograph; without `file`, again. */
    start(id: string, file?: File): void {
      if (file) files.set(id, file);
      const stopped = new AbortController();
      running.set(id, stopped);
      goTo(id, { is: 'waiting' });
      void limit(() => upload(id, stopped.signal));
    },

    /** Stops an upload that is waiting or in flight; it may be started again. */
    stop(id: string): void {
      running.get(id)?.abort();
      // Its image is deleted: the next upload needs another one.
      idempotencyKeys.delete(id);
      goTo(id, { is: 'stopped' });
    },

    forget,

    close(): void {
      for (const upload of running.values()) upload.abort();
    },
  };
}

/** 128 random bits. */
const randomKey = () => crypto.getRandomValues(new Uint32Array(4)).join('-');
