import type { Box } from '@imagemill/variants';

/** A picture with the boxes of its faces, from the forehead to the chin, in pixels of the upright picture. The first one is the main face. */
export interface Labelled {
  readonly kind: string;
  readonly name: string;
  readonly bytes: Buffer;
  /** The size of the upright picture. */
  readonly upright: { readonly width: number; readonly height: number };
  readonly faces: readonly Box[];
}
