import { freeBytes } from './free-bytes.ts';
import type { Pixels } from './pixels.ts';
import type { Slot } from './slot.ts';

/** The decoded pixels of a picture, and the work that reads them. */
export interface PixelMemory {
  /** A slot for work that reads them, also before it has its place. */
  readonly slot: Slot;
  /** Frees them as soon as no such work is left. */
  close(): void;
}

export function createPixelMemory(slot: Slot, pixels: readonly Pixels[]): PixelMemory {
  let readers = 0;
  let isClosed = false;

  function freeUnread(): void {
    if (!isClosed || readers > 0) return;
    for (const { data } of pixels) freeBytes(data);
  }

  return {
    async slot(work) {
      readers += 1;
      try {
        return await slot(work);
      } finally {
        readers -= 1;
        freeUnread();
      }
    },
    close() {
      isClosed = true;
      freeUnread();
    },
  };
}
