import type { Box } from '@imagemill/variants';

/** A frame, as a detector takes it. */
export interface ToFinder {
  readonly frame: Uint8Array;
}

/** The answer to the only frame that the process has. */
export type FromFinder = { readonly faces: readonly Box[]; readonly rssBytes: number } | { readonly error: string };
