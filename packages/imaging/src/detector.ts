import type { Box } from '@imagemill/variants';

/**
 * Finds what a crop must keep. The engine knows no model: worker and edge give it one. A detector fails open: after an error, the engine
 * makes the picture without it.
 */
export interface Detector {
  /**
   * @param frame the whole picture, stretched to `detectorFrame`: RGB in sRGB, 8 bits, row by row, without padding
   * @param larger makes the same in the size of `largerFrame`, for what is too small in the first one. At most one call
   * @throws Error if it cannot tell what is in the picture: it is not available, overloaded or took too long
   */
  detect(frame: Uint8Array, larger: () => Promise<Uint8Array>): Promise<readonly Box[]>;
}

/** Pixels of a frame: those that the model sees. */
export const detectorFrame = { width: 320, height: 240 } as const;

/** Each of its quarters has the pixels of a frame. */
export const largerFrame = { width: 640, height: 480 } as const;
