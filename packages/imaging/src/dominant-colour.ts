/** Levels per channel that are counted as the same colour. */
const BIN_LEVELS = 16;
const BINS = 256 / BIN_LEVELS;

/**
 * The most frequent colour, as #rrggbb: the mean colour of the fullest bin of an RGB histogram. Exact for pixels of one colour.
 *
 * @param rgb three bytes per pixel; at least one pixel
 */
export function dominantColour(rgb: Uint8Array): string {
  const counts = new Uint32Array(BINS ** 3);
  const sums = new Float64Array(3 * BINS ** 3);
  for (let at = 0; at + 2 < rgb.length; at += 3) {
    const colour = [rgb[at] ?? 0, rgb[at + 1] ?? 0, rgb[at + 2] ?? 0];
    const bin = colour.reduce((index, level) => index * BINS + Math.floor(level / BIN_LEVELS), 0);
    counts[bin] = (counts[bin] ?? 0) + 1;
    for (const [channel, level] of colour.entries()) sums[3 * bin + channel] = (sums[3 * bin + channel] ?? 0) + level;
  }
  const count = Math.max(...counts);
  const bin = counts.indexOf(count);
  const mean = [...sums.subarray(3 * bin, 3 * bin + 3)].map((sum) => Math.round(sum / count));
  return `#${mean.map((level) => level.toString(16).padStart(2, '0')).join('')}`;
}
