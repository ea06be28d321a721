/**
 * For each megapixel of a HEIC. `pnpm bench cost` has no encoder for HEVC: measured with photographs of 3 and 12 megapixels from `heif-enc`,
 * which took 123 ms and 15 MB a megapixel, and with files of phones, which took 90 to 150 ms and 17 to 20 MB. These are upper bounds.
 */
export const heicCoefficients = {
  cpuMs: { 'decode heic': 150 },
  memoryBytes: { 'hold heic': 22_000_000 },
};
