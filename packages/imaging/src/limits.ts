/** What an upload may ask of a worker. */
export interface ImageLimits {
  readonly bytesMax: number;
  /** Width × height, summed over all frames. */
  readonly pixelsMax: number;
  /** Longest side in pixels. */
  readonly sideMax: number;
  readonly framesMax: number;
  /** Time that one decode or encode may take. */
  readonly timeoutMs: number;
}

export const defaultLimits: ImageLimits = {
  bytesMax: 50 * 1024 * 1024,
  pixelsMax: 100_000_000,
  // No PNG or JPEG encoder of a camera, scanner or paint program makes longer sides; JPEG itself ends here.
  sideMax: 65_535,
  framesMax: 60,
  timeoutMs: 20_000,
};
