import type { Box } from '@imagemill/variants';

/**
 * Finds what a crop must keep. The engine knows no model: worker and edge give it one. A detector fails open: after an error, the engine
 * makes the picture without it.
 */
export interface Detector {
  /**
   * @param frame the whole picture, stretched to `detectorFrame`: RGB in sRGB, 8 bits, row by row, without padding
   * @throws Error if it cannot tell what is in the picture: it is not available, overloaded or took too long
   */
  detect(frame: Uint8Array): Promise<readonly Box[]>;
}

/** Pixels of a frame. Twice the sides of the model's input: small faces are looked for in its quarters. */
export const detectorFrame = { width: 640, height: 480 } as const;
