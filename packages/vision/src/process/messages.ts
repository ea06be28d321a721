import type { ScoredBox } from '../faces/boxes.ts';
import type { Found } from '../faces/find-faces.ts';

/** A frame, as a detector takes it, or a larger one of the same picture with the faces that were found in the first one. */
export interface ToFinder {
  readonly frame: Uint8Array;
  readonly found?: readonly ScoredBox[] | undefined;
}

/** The answer to the only frame that the process has. */
export type FromFinder =
  | (Found & { readonly is: 'found'; readonly rssBytes: number })
  | { readonly is: 'error'; readonly error: string };
