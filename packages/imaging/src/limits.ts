/** What an upload may ask of a worker. */
export interface ImageLimits {
  readonly bytesMax: number;
  /** Width × height, summed over all frames of an animation. */
  readonly pixelsMax: number;
  /** Longest side in pixels of a source; how long a rendition's can be, the schema of its variant says. */
  readonly sideMax: number;
  readonly framesMax: number;
  /** Time that one decode or encode may take, in whole seconds; avif's encoder does not stop within a rendition. */
  readonly timeoutMs: number;
  /**
   * How much damage rejects a source: `truncated` only an incomplete one; `error` also pixels that can't be decoded;
   * `warning` also what every viewer shows without a word, such as stray bytes between the segments of a phone's JPEG.
   */
  readonly failOn: 'truncated' | 'error' | 'warning';
}

export const defaultLimits: ImageLimits = {
  bytesMax: 50 * 1024 * 1024,
  pixelsMax: 100_000_000,
  // No PNG or JPEG encoder of a camera, scanner or paint program makes longer sides; JPEG itself ends here.
  sideMax: 65_535,
  framesMax: 60,
  timeoutMs: 20_000,
  failOn: 'error',
};
