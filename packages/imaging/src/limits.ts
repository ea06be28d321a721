import { type Budgets, defaultBudgets } from './budgets/budgets.ts';

/** Limits of the work for one upload. */
export interface ImageLimits {
  readonly bytesMax: number;
  /** Width × height, summed over all frames of an animation. */
  readonly pixelsMax: number;
  /** Longest side of a source in pixels; the schema of variants limits the sides of renditions. */
  readonly sideMax: number;
  readonly framesMax: number;
  /**
   * The damage that rejects a source. `truncated`: an incomplete file. `error`: also undecodable pixels. `warning`: also
   * damage that every viewer ignores, such as stray bytes between the segments of a phone's JPEG.
   */
  readonly failOn: 'truncated' | 'error' | 'warning';
  readonly budgets: Budgets;
}

export const defaultLimits: ImageLimits = {
  bytesMax: 50 * 1024 * 1024,
  pixelsMax: 100_000_000,
  // The maximum of the JPEG format; no camera, scanner or paint program makes longer sides.
  sideMax: 65_535,
  framesMax: 60,
  failOn: 'error',
  budgets: defaultBudgets,
};
